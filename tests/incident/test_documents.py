"""The incident report says what was found and searched, and nothing in it is strangers' markup."""

from __future__ import annotations

import hashlib
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from markdown_it import MarkdownIt

from sigmapack.incident import MOST_EVIDENCE, Given, incident
from sigmapack.incident.html import html
from sigmapack.incident.markdown import markdown, text
from sigmapack.incident.said import defanged
from sigmapack.matches import Match, Report
from sigmapack.replay import run as replay
from sigmapack.replay.planning import plan
from tests.cli.command import run
from tests.conftest import ROOT
from tests.engines.corpus import pack

EVENTS = ROOT / "tests" / "events"
STORY = EVENTS / "correlation" / "correlation_threecx_c2_domain_then_hands_on_keyboard.match.jsonl"
BUILD = EVENTS / "windows/process_creation/proc_creation_win_threecx_affected_build.match.jsonl"
SCHEMA = json.loads((ROOT / "sigmapack/incident/report.schema.json").read_text("utf-8"))
EVIL = (
    "x|</td><script>alert(1)</script>[a](http://evil.example.com) `` ![i](j) **b** "
    "www.evil.com\n# h"
)


def told(*arguments: str | Path) -> dict[str, Any]:
    result = run("report", *arguments, "--json")
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    jsonschema.validate(found, SCHEMA)
    return found


def test_hosts_come_with_times_builds_indicators_and_stages() -> None:
    found = told(STORY, BUILD)
    first = found["hosts"][0]
    assert (first["host"], first["level"]) == ("WS-0142.corp.example", "critical")
    assert first["builds"] == ["18.12.407", "18.12.416"]
    assert first["indicators"] == ["msstorageboxes.com"]
    assert {"W3", "W15", "W18"} <= set(first["stages"])
    assert first["first"] < first["last"]
    order = ["critical", "high", "medium", "low", "informational"]
    levels = [order.index(host["level"]) for host in found["hosts"]]
    assert levels == sorted(levels)


def test_files_have_their_sum_and_evidence_its_place() -> None:
    found = told(STORY)
    (source,) = found["sources"]
    assert source["sha256"] == hashlib.sha256(STORY.read_bytes()).hexdigest()
    assert source["bytes"] == STORY.stat().st_size
    assert {each["file"] for each in found["evidence"]} == {str(STORY)}
    assert all(each["fields"] for each in found["evidence"] if not each["rests_on"])


def test_a_stage_is_seen_not_seen_without_a_log_or_in_no_log() -> None:
    states = {each["id"]: each["state"] for each in told(STORY)["stages"]}
    assert states["W15"] == "seen"
    assert states["W20"] in ("not_seen", "no_log_given")
    assert states["S8"] == "no_log_given"
    assert states["W8"] == "no_log_shows_it"


def test_what_only_a_person_knows_is_marked_or_given(tmp_path: Path) -> None:
    actions = tmp_path / "actions.txt"
    actions.write_text("Isolated WS-1\n\nChanged the accounts\n", "utf-8")
    empty = run("report", STORY).stdout
    assert empty.count("(to be filled in)") == 5
    assert "(to be filled in: isolation" in empty
    filled = run(
        *("report", STORY, "--organisation", "Acme", "--reporter", "soc@acme.example"),
        *("--date", "2026-12-01", "--case", "7", "--tlp", "red", "--actions", actions),
    ).stdout
    assert filled.count("(to be filled in)") == 1  # the impact, which no option can know
    assert "| TLP | TLP:RED |" in filled
    assert "- Isolated WS-1\n- Changed the accounts\n" in filled


def test_in_spanish_everything_is(tmp_path: Path) -> None:
    page = tmp_path / "informe.html"
    assert run("report", STORY, "--lang", "es", "--html", page).exit_code == 0
    said = page.read_text("utf-8")
    assert '<html lang="es">' in said
    for spanish in (
        "Informe de incidente",
        "Equipos con coincidencias",
        "Qué se buscó",
        "vista",
        "crítico",
    ):
        assert spanish in said
    for english in ("Incident report", "Hosts with matches", "not seen", "3CX Campaign"):
        assert english not in said.partition("-->")[2]


def test_no_hit_says_what_was_searched_and_what_that_cannot_exclude(tmp_path: Path) -> None:
    path = tmp_path / "quiet.jsonl"
    path.write_text('{"Channel": "Microsoft-Windows-Sysmon/Operational", "EventID": 22}\n', "utf-8")
    found = told(path)
    assert (found["hosts"], found["events"]) == ([], 1)
    assert not any(each["state"] == "seen" for each in found["stages"])
    said = run("report", path).stdout
    assert "No rule matched. What was searched" in said
    assert "A search cannot exclude what no log shows" in said


def evil() -> tuple[Any, bytes, bytes]:
    content = pack()
    rule = content.by_name["dns_query_win_threecx_c2_domain"]
    fields = {EVIL: EVIL, "QueryName": "a.akamaicontainer.com"}
    match = Match(rule, EVIL, 1, "2023-03-29T10:00:00.000Z", EVIL, fields)
    report = Report(matches=[match], events=1, parsed=1)
    made = incident(content, report, [], Given(organisation=EVIL, actions=[EVIL]), 1)
    return made, markdown(made, content.words), html(made, content.words)


def test_nothing_of_a_log_is_markup_of_the_page() -> None:
    class Tags(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.found: set[str] = set()

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            self.found.add(tag)
            assert not any(name in ("href", "src", "onerror") for name, _ in attrs)

    tags = Tags()
    tags.feed(evil()[2].decode())
    assert not tags.found & {"script", "img", "a", "strong", "iframe"}


def test_nothing_of_a_log_is_markup_of_markdown() -> None:
    made, said, _ = evil()
    assert b"www.evil" not in said and b"http://" not in said  # of which GitHub makes links
    tokens = MarkdownIt("commonmark").enable("table").parse(said.decode())
    kinds = {child.type for token in tokens for child in (token.children or [])}
    kinds |= {token.type for token in tokens if token.type != "html_block"}
    assert not kinds & {"link_open", "image", "html_inline", "strong_open", "code_inline"}
    rows = [token for token in tokens if token.type == "tr_open"]
    assert len(rows) > 10
    assert text("a|b\n# c").count("\n") == 0
    assert made.hosts[0].indicators == ["akamaicontainer.com"]


def test_an_indicator_is_one_only_as_a_whole_name() -> None:
    content = pack()
    rule = content.by_name["dns_query_win_threecx_c2_domain"]

    def touched(value: str) -> list[str]:
        match = Match(rule, "f", 1, None, "h", {"QueryName": value})
        made = incident(content, Report(matches=[match]), [], Given(), 1)
        return [one.value for one in made.indicators]

    assert touched("WWW.AkamaiContainer.com.") == ["akamaicontainer.com"]
    for other in (
        "xakamaicontainer.com",
        "akamaicontainer.com.example.org",
        "akamaicontainer.comx",
    ):
        assert touched(other) == []


def test_much_evidence_is_counted_and_the_gravest_listed() -> None:
    content = pack()
    low, high = (
        next(rule for rule in content.rules if rule.level == level) for level in ("low", "critical")
    )
    matches = [Match(low, "f", n + 1, None, "h", {}) for n in range(MOST_EVIDENCE)]
    matches.append(Match(high, "f", 1, None, "h", {}))
    made = incident(content, Report(matches=matches), [], Given(), 1)
    assert (made.evidence[0].level, len(made.evidence), made.more_evidence) == (
        "critical",
        MOST_EVIDENCE,
        1,
    )


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("a.AkamaiContainer.com", "a.AkamaiContainer[.]com"),
        ("https://a.example/x", "hxxps://a.example/x"),
        ("ws-1.corp.example", "ws-1.corp.example"),
        (r"C:\Program Files\3CXDesktopApp.exe", r"C:\Program Files\3CXDesktopApp.exe"),
        ("18.12.416.0", "18.12.416.0"),
    ],
)
def test_addresses_are_no_links_and_files_stay(value: str, shown: str) -> None:
    document, _, _ = evil()
    assert defanged(value, document) == shown


def test_equal_input_gives_equal_bytes() -> None:
    content = pack()
    made = [
        markdown(
            incident(content, replay(plan(content), [STORY]), [STORY], Given(), 1), content.words
        )
        for _ in range(2)
    ]
    assert made[0] == made[1]
    assert not re.search(rb"20(2[4-9]|3\d)-", made[0])


def test_a_file_of_somebody_else_is_not_replaced(tmp_path: Path) -> None:
    page = tmp_path / "mine.html"
    page.write_text("mine", "utf-8")
    result = run("report", STORY, "--html", page)
    assert result.exit_code == 2
    assert page.read_text("utf-8") == "mine"


def test_actions_that_cannot_be_read_are_one_line(tmp_path: Path) -> None:
    result = run("report", STORY, "--actions", tmp_path / "no.txt")
    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1 and "no.txt: cannot be read" in result.stderr
