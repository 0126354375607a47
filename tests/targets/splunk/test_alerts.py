"""What is imported raises every finding once, in time, by the right actions."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from sigmapack.compiling.product import gathered
from sigmapack.content.correlation import read_correlation
from sigmapack.content.load import load
from sigmapack.content.model import Rule
from tests.conftest import ROOT
from tests.targets.splunk.clock import DAY, MINUTE, Finding, alerts
from tests.targets.splunk.shipped import queries, searches

START = 40 * DAY + 12345.0
#: To the second; five seconds early every other time; by the window of the schedule later.
DRIFTS = ((0.0,), (0.0, -5.0), (-5.0, 0.0, 20.0))


def rules() -> Mapping[str, Rule]:
    return {name: queries()[name].rule for name in searches()}


def told() -> frozenset[str]:
    """The rules of which a finding tells."""
    return gathered(load(ROOT), queries().values())


def finding(rule: Rule, whom: str = "a", late: float = 0) -> Finding:
    """What a rule finds: an event, or the first and the last of a correlation."""
    spans = rule.is_correlation and not rule.is_finding
    span = read_correlation(rule).seconds // 2 if spans else 0
    return Finding(whom, START, START + span, late)


@pytest.mark.parametrize("drift", DRIFTS)
def test_a_finding_alerts_once_and_in_time(drift: tuple[float, ...]) -> None:
    """Letter (b): one pair within 30 days alerted 31 times, an incident of several hosts 25."""
    wrong = {}
    for name, rule in rules().items():
        if not rule.alerts:
            continue
        one = finding(rule)
        made = alerts(searches()[name], [one], one.last + 40 * DAY, drift)
        in_time = DAY if rule.level in ("low", "informational") else 3600
        if rule.is_correlation and read_correlation(rule).seconds > DAY:
            in_time = DAY
        if len(made) != 1 or made[0][0] - one.last > in_time + MINUTE:
            wrong[name] = [(time - one.last) / 3600 for time, _ in made]
    assert wrong == {}


def test_another_host_alerts_too() -> None:
    """Letter (b): silence is of the host; a host that comes later is named."""
    for name, rule in rules().items():
        if rule.is_hunting or "alert.suppress.fields" not in searches()[name]:
            continue
        one = finding(rule)
        later = [one, Finding("b", one.first + 3600, one.last + 3600)]
        made = alerts(searches()[name], later, one.last + 40 * DAY)
        assert sorted(whom for _, whom in made) == ["a", "b"], name


def test_silence_outlasts_what_is_looked_back_at() -> None:
    """Letter (b): suppression was a constant day, or off, at a look-back of 31 days."""
    for name, search in searches().items():
        seen = search.get("dispatch.index_earliest", search["dispatch.earliest_time"])
        back = int(seen.removeprefix("-").removesuffix("m@m"))
        assert search["alert.suppress"] == "1", name
        assert int(search["alert.suppress.period"].removesuffix("m")) > back, name


def test_logs_from_the_cloud_may_come_an_hour_late() -> None:
    """Letter (j): ten minutes were too little for proxies and resolvers."""
    for name, rule in rules().items():
        if rule.is_hunting or not name.startswith(("proxy_", "net_dns_")):
            continue
        one = finding(rule, late=59 * MINUTE)
        assert len(alerts(searches()[name], [one], one.last + 3 * DAY)) == 1, name
    name = "correlation_threecx_beacon_client"
    late = finding(rules()[name], late=59 * MINUTE)
    assert len(alerts(searches()[name], [late], late.last + 3 * DAY)) == 1


def test_an_event_that_comes_hours_late_is_found_once_and_soon() -> None:
    """Looked back by the time of events, 15 minutes and an hour with proxies, it was missed."""
    for name, rule in rules().items():
        if rule.is_correlation or not rule.alerts:
            continue
        for hours in (1.5, 12, 23):
            one = finding(rule, late=hours * 3600)
            made = alerts(searches()[name], [one], one.last + 5 * DAY)
            in_time = DAY if rule.level == "low" else 3600
            assert len(made) == 1 and made[0][0] - one.last - one.late <= in_time, (name, hours)


def test_a_clock_that_is_ahead_hides_nothing() -> None:
    """By the time of indexing, a later run does not look at it again."""
    for name, search in searches().items():
        by_index = "dispatch.index_earliest" in search
        assert search["dispatch.latest_time"] == ("+60m" if by_index else "now"), name


def test_no_run_is_skipped_and_none_waits_where_minutes_count() -> None:
    """Letter (j): `realtime_schedule`, `schedule_window` and `allow_skew` were not set."""
    for name, search in searches().items():
        assert search["realtime_schedule"] == "0", name
        often = "/" in search["cron_schedule"]
        assert search["schedule_window"] == ("0" if often else "auto"), name
        assert search["allow_skew"] == "1m", name


def test_fields_of_silence_are_those_of_single_results() -> None:
    """Letter (j): `alert.digest_mode` was on, and suppression by fields is of single results."""
    for name, search in searches().items():
        by_field = "alert.suppress.fields" in search
        assert search["alert.digest_mode"] == ("0" if by_field else "1"), name
        assert by_field or "_several_" in name, name


def test_risk_is_counted_once_and_weak_evidence_makes_no_notable() -> None:
    """Letter (k): risk was counted for members and correlations, and all made notables.

    By kind as splunk/security_content, deployments/*.yml: correlation, TTP, anomaly, hunting.
    """
    for name, rule in rules().items():
        search = searches()[name]
        does = (search.get("action.risk") == "1", search.get("action.notable") == "1")
        if rule.is_hunting or (rule.level == "informational" and not rule.is_correlation):
            assert does == (False, False), name
        elif rule.is_correlation and not rule.is_finding:
            assert does == (False, True), name
        else:
            assert does == (True, rule.level in ("critical", "high", "medium")), name


def test_what_a_finding_tells_of_runs_only_when_somebody_runs_it() -> None:
    """One click was seven notables: a search for each log, and silence is of one search."""
    assert "dns_query_win_threecx_c2_domain" in told()
    for name in told() & rules().keys():
        assert searches()[name]["enableSched"] == "0", name
    findings = [name for name, rule in rules().items() if rule.is_finding]
    assert findings and all(searches()[name]["enableSched"] == "1" for name in findings)


def test_a_collector_is_no_machine_of_a_notable() -> None:
    """Enterprise Security took the event's `host` for one: the collector, the console of Macs."""
    for name, search in searches().items():
        if search.get("action.notable") == "1":
            taken = json.loads(search["action.notable.param.extract_assets"])
            assert taken == ["src", "dest"], name


def test_every_level_has_a_severity_of_its_own() -> None:
    """Letter (o): low was medium. Splunk Web calls 1 to 5 Info, Low, Medium, High, Critical."""
    shown = {rule.level: searches()[name]["alert.severity"] for name, rule in rules().items()}
    levels = ("informational", "low", "medium", "high", "critical")
    assert [shown[level] for level in levels] == ["1", "2", "3", "4", "5"]


def test_the_domain_is_that_of_the_logs() -> None:
    """Letter (d): endpoint rules `…_by_client`, of the 3CX client, were taken for the network's."""
    for name, rule in rules().items():
        search = searches()[name]
        if search.get("action.notable") != "1":
            continue
        if rule.is_correlation:
            members = [queries()[n].rule for n in read_correlation(rule).members if n in queries()]
        else:
            members = [rule]
        network = all(
            member.logsource.product == "zeek" or member.path.split("/")[-2] in ("dns", "proxy")
            for member in members
        )
        wanted = "network" if network else "endpoint"
        assert search["action.notable.param.security_domain"] == wanted, name
    by_client = searches()["dns_query_win_threecx_c2_domain_by_client"]
    assert by_client["action.notable.param.security_domain"] == "endpoint"


def test_every_setting_that_names_a_field_names_one_of_the_result() -> None:
    """Letters (c) and (h): who is silenced and scored comes out of the search by that name."""
    for name, search in searches().items():
        text = search["search"]
        for field in filter(None, search.get("alert.suppress.fields", "").split(",")):
            assert f" {field}=" in text or f" by {field}\n" in text, name
        for each in json.loads(search.get("action.risk.param._risk", "[]")):
            field = each.get("risk_object_field") or each["threat_object_field"]
            assert field != "host", name
            assert f" {field}=" in text or f"'{field}'" in text or field in OWN, name


#: Fields that the events have by that name already.
OWN = {"url", "process_path", "file_path", "signature", "parent_process_path"}
