"""A report says from when to when the logs are, and of whom there are leads only."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sigmapack.incident import Given, incident
from sigmapack.matches import Match, Report
from sigmapack.replay import run as replay
from sigmapack.replay.planning import plan
from tests.cli.command import run
from tests.engines.corpus import pack
from tests.incident.sample import FIXED, TRAFFIC, log, lookup
from tests.incident.test_documents import told
from tests.reading.evtx import evtx_of, sysmon

FIRST, LAST = "2023-03-29T10:00:00.000Z", "2023-03-29T10:59:00.000Z"
#: The same for people.
FROM, UNTIL = "2023-03-29 10:00:00", "2023-03-29 10:59:00"
#: More than one block of a scan.
MANY = 20_000


def test_each_file_and_each_log_source_has_its_first_and_last_time(tmp_path: Path) -> None:
    one = log(tmp_path / "a.jsonl", *(lookup(n, "www.example.org") for n in (7, 3, 5)))
    other = log(tmp_path / "b.jsonl", lookup(40, "www.example.org"))
    found = told(one, other)
    spans = {each["file"]: (each["first"][14:16], each["last"][14:16]) for each in found["sources"]}
    assert spans == {str(one): ("03", "07"), str(other): ("40", "40")}
    times = {each["log"]: (each["first"][14:16], each["last"][14:16]) for each in found["spans"]}
    assert times["windows/dns_query"] == times["windows/sysmon"] == ("03", "40")


def test_an_empty_report_says_over_which_times_it_is(tmp_path: Path) -> None:
    path = log(tmp_path / "a.jsonl", lookup(0, "www.example.org"), lookup(59, "www.example.org"))
    for lang, field in (("en", "Period that the logs cover"), ("es", "Periodo que cubren")):
        said = run("report", path, "--lang", lang).stdout
        (line,) = (each for each in said.splitlines() if field in each)
        assert f"{FROM} - {UNTIL}" in line
        assert any(f"| {FROM} | {UNTIL} |" in each for each in said.splitlines())


def test_a_log_without_times_leaves_the_period_to_a_person(tmp_path: Path) -> None:
    path = log(tmp_path / "a.jsonl", '{"Channel": "Security", "EventID": 4688}\n')
    assert "| Period that the logs cover (UTC) | (to be filled in) |" in run("report", path).stdout


def test_what_a_scan_passes_over_has_its_first_and_last_time_too(tmp_path: Path) -> None:
    inside = (lookup(30, "www.example.org") for _ in range(MANY))
    path = log(tmp_path / "a.jsonl", lookup(0, "a.example"), *inside, lookup(59, "b.example"))
    report = replay(plan(pack()), [path])
    assert report.parsed < report.events == MANY + 2
    made = incident(pack(), report, [path], Given(), 1)
    (source,) = made.sources
    assert (source.first, source.last, made.whole) == (FIRST, LAST, False)


@pytest.mark.parametrize("lang", ["en", "es"])
def test_where_not_all_was_looked_at_times_are_the_least(tmp_path: Path, lang: str) -> None:
    from sigmapack.incident.markdown import markdown
    from sigmapack.making import spoken

    content = spoken(pack(), lang)
    report = Report(events=2, parsed=1)
    path = log(tmp_path / "a.jsonl", "{}\n")
    report.add_span(str(path), (), FIRST, LAST)
    said = markdown(incident(content, report, [path], Given(), 1), content.words).decode()
    assert content.words("at least {period}", period=f"{FROM} - {UNTIL}") in said


def test_the_records_of_an_evtx_file_that_are_passed_over_have_times(tmp_path: Path) -> None:
    events = [sysmon(f"a{number}.example") for number in range(9)]
    path = tmp_path / "x.evtx"
    path.write_bytes(evtx_of(events[:4], events[4:]))
    report = replay(plan(pack()), [path])
    assert (report.parsed, report.events) == (0, 9)
    assert report.spans == {(str(path), ()): ("2023-03-29T10:00:00.123Z",) * 2}


def test_a_damaged_chunk_tells_no_time(tmp_path: Path) -> None:
    events = [sysmon(f"a{number}.example") for number in range(9)]
    path, data = tmp_path / "x.evtx", bytearray(evtx_of(events))
    data[4096 + 44 : 4096 + 48] = b"\xff\xff\xff\xff"  # where its last record would stand
    path.write_bytes(data)
    assert replay(plan(pack()), [path]).spans == {}


def test_a_host_of_which_only_weak_rules_matched_is_a_lead_and_no_host_with_matches() -> None:
    found = told(FIXED)
    assert found["hosts"] == []
    assert {each["host"] for each in found["leads"]} >= {"WS-0455.corp.example"}
    for lang, title, said in (
        ("en", "## Leads to look at", "No rule that alerts matched. There are leads"),
        ("es", "## Pistas por revisar", "No coincidió ninguna regla que genere alertas."),
    ):
        text = run("report", FIXED, "--lang", lang).stdout
        assert title in text and said in text
        assert "No rule matched. " not in text


def test_a_host_with_an_alert_is_no_lead_and_keeps_all_its_matches() -> None:
    content = pack()
    strong = content.by_name["dns_query_win_threecx_c2_domain"]
    weak = content.by_name["proc_creation_win_threecx_unexpected_child"]
    report = Report(
        matches=[
            Match(strong, "f", 1, None, "WS-1", {}),
            Match(weak, "f", 2, None, "WS-1", {}),
            Match(weak, "f", 3, None, "WS-2", {}),
        ]
    )
    made = incident(content, report, [], Given(), 1)
    assert [(each.host, each.matches) for each in made.hosts] == [("WS-1", 2)]
    assert [(each.host, each.matches) for each in made.leads] == [("WS-2", 1)]


def test_a_name_in_another_case_is_the_same_host() -> None:
    found = told(TRAFFIC)
    names = [each["host"] for each in (*found["hosts"], *found["leads"])]
    assert len({name.lower() for name in names}) == len(names)
    listed = {name for one in found["indicators"] for name in one["hosts"]}
    assert listed <= set(names)


def test_a_stage_that_only_a_correlation_saw_is_seen() -> None:
    found = told(TRAFFIC)
    (stage,) = (each for each in found["stages"] if each["id"] == "W9")
    assert stage["state"] == "seen"
    assert all(rule.startswith("correlation_") for rule in stage["rules"])
    assert any("W9" in host["stages"] for host in found["hosts"])
    assert json.dumps(stage).count("W9") == 1
