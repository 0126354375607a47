"""Defender's custom detections, as Microsoft Graph has them."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from sigmapack.compiling.product import Query, gathered
from sigmapack.content.correlation import read_correlation
from sigmapack.content.load import load
from sigmapack.targets.defender import TARGET, rules
from tests.conftest import ROOT
from tests.targets.defender.shipped import detections, queries
from tests.targets.sample import MakeContent, compiled, correlated, rule

#: Minutes of each frequency, and how far Defender then looks back
#: (https://learn.microsoft.com/defender-xdr/custom-detection-rules).
LOOKBACK = {"PT1H": (60, 240), "PT3H": (180, 720), "PT12H": (720, 2880), "P1D": (1440, 43200)}
#: https://learn.microsoft.com/defender-xdr/advanced-hunting-schema-tables
STARTER = (
    "Timestamp DeviceId DeviceName ReportId ActionType InitiatingProcessAccountName "
    "InitiatingProcessAccountDomain InitiatingProcessAccountSid InitiatingProcessSHA1 "
    "InitiatingProcessSHA256 InitiatingProcessFolderPath "
)
FILE = "FileName FolderPath SHA1 SHA256 "
COLUMNS = {
    "DeviceEvents": STARTER + FILE,
    "DeviceFileEvents": STARTER + FILE,
    "DeviceImageLoadEvents": STARTER + FILE,
    "DeviceNetworkEvents": f"{STARTER} RemoteIP RemoteUrl",
    "DeviceProcessEvents": f"{STARTER} {FILE} AccountName AccountDomain AccountSid "
    "ProcessCommandLine",
    "DeviceRegistryEvents": f"{STARTER} RegistryKey RegistryValueName RegistryValueData",
}


def detected(query: Query) -> str:
    """The query as its detection has it."""
    once = (
        "| extend Order = strcat(tostring(Timestamp), tostring(ReportId))\n"
        "| summarize arg_min(Order, *) by {}, Day = startofday(Timestamp)"
    )
    if query.rule.is_finding:
        latest = "| summarize arg_max(Timestamp, *) by SigmaKey"
        assert query.text.count(latest) == 1
        return query.text.replace(latest, once.format("SigmaKey"))
    return query.text if query.rule.is_correlation else f"{query.text}{once.format('DeviceId')}\n"


def test_a_finding_is_one_detection_over_several_tables() -> None:
    """Defender: a file that was written, loaded and started was three alerts."""
    name = "correlation_threecx_finding_malicious_file_host"
    text = detections()[name]["queryCondition"]["queryText"]
    assert "by SigmaKey, Day = startofday(Timestamp)" in text
    tables = set(re.findall(r"\bDevice\w+Events\b", text))
    assert {"DeviceFileEvents", "DeviceImageLoadEvents", "DeviceProcessEvents"} == tables
    assert "image_load_win_threecx_malicious_hash" not in detections()


def test_every_query_that_alerts_is_a_custom_detection_and_switched_off() -> None:
    """A row is an alert: a lookup that the sensor reports twice was two, and so was its answer."""
    found = {stem: one["queryCondition"]["queryText"] for stem, one in detections().items()}
    told = gathered(load(ROOT), queries())
    alerting = {
        Path(query.path).stem: query
        for query in queries()
        if query.rule.alerts and query.rule.name not in told
    }
    texts = {stem: detected(query) for stem, query in alerting.items()}
    assert found == {stem: text for stem, text in texts.items() if stem in found}
    # Those that are left out say what another says.
    bodies = {stem: text.split("\n", 2)[2] for stem, text in texts.items()}
    assert {bodies[stem] for stem in found} == set(bodies.values())
    assert {one["status"] for one in detections().values()} == {"disabled"}
    for key in ("id", "displayName"):
        assert len({one[key] for one in detections().values()}) == len(found)


def test_a_detection_runs_so_often_that_its_span_is_looked_back() -> None:
    for query in queries():
        if Path(query.path).stem not in detections():
            continue
        name = detections()[Path(query.path).stem]["schedule"]["frequency"]
        every, back = LOOKBACK[name]
        if query.rule.is_correlation:
            span = read_correlation(query.rule).seconds // 60
            assert back >= span + every or back == span == 43200, query.rule.name
        assert query.rule.alerts


def test_alerts_carry_severity_guidance_and_techniques() -> None:
    for one in detections().values():
        alert = one["detectionAction"]["alertTemplate"]
        assert alert["severity"] in ("informational", "low", "medium", "high")
        assert alert["recommendedActions"].startswith("Check first:\n1. ")
        assert "Tell: " in alert["recommendedActions"]
        assert alert["tactics"]
        for tactic in alert["tactics"]:
            assert re.fullmatch(r"([A-Z][a-z]+)+", tactic["tactic"])
            for technique in tactic["techniques"]:
                assert re.fullmatch(r"T\d{4}", technique["technique"])
                for sub in technique.get("subTechniques", ()):
                    assert sub.startswith(f"{technique['technique']}.")


def output(text: str) -> set[str]:
    """The columns of a query's rows, of several tables those of all."""
    lines = [line for line in text.splitlines() if not line.startswith("//")]
    if "let Hits =" in text:
        kept = re.findall(r"\| project ([^=]+),\s+SigmaRule = ", text)
        found = set.intersection(*({n.strip() for n in part.split(",")} for part in kept))
        made = re.findall(r"\b(FirstSeen|Sigma(?:Rule|Indicator|Account))\b", text)
        return found | {"Indicators", "Rules", *made}
    names = re.findall(r"\bDevice\w*Events\b", lines[0])
    found = set.intersection(*(set(COLUMNS[name].split()) for name in names))
    return found | set(re.findall(r"^\| extend (\w+) =", "\n".join(lines), re.MULTILINE))


def test_rows_have_what_defender_needs_and_what_alerts_name() -> None:
    for one in detections().values():
        found = output(one["queryCondition"]["queryText"])
        assert found >= {"Timestamp", "DeviceId", "ReportId"}, one["displayName"]
        alert = one["detectionAction"]["alertTemplate"]
        assert alert["entityMappings"]["hosts"] == [
            {"deviceIdColumn": "DeviceId", "nameColumn": "DeviceName"}
        ]
        named = [c for parts in alert["entityMappings"].values() for p in parts for c in p.values()]
        assert {*named, *alert.get("customDetails", {}).values()} <= found, one["displayName"]


def test_a_query_without_the_needed_columns_is_refused(make_content: MakeContent) -> None:
    content = make_content(one=rule("one", "s: {Image: x.exe}\ncondition: s"))
    query = compiled(TARGET, content)["one"]
    query = replace(query, text=f"{query.text}| project Timestamp, DeviceId\n")
    with pytest.raises(ValueError, match=r"one\.yml: the rows of its query lack ReportId"):
        TARGET.package(content, (query,))


def test_a_span_that_defender_never_looks_back_is_refused(make_content: MakeContent) -> None:
    query = correlated(TARGET, make_content, "temporal", span="31d")
    with pytest.raises(ValueError, match="Defender looks back 30 days at most"):
        rules.frequency(query.rule)
