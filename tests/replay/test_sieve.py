"""A record with needles is decoded only if its source and all its needles leave it to a rule."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sigmapack.content.load import load
from sigmapack.events import blocks
from sigmapack.replay import kept, run, scanner
from sigmapack.replay.plan import Plan, dumped, loaded
from sigmapack.replay.planning import plan
from tests.conftest import ROOT, RulesFolder

RULE = """\
title: Sample
id: 6f1c7a3e-54a2-4f0e-9a38-0d5c1f2b7b01
name: sample
logsource:
    product: windows
    category: process_creation
level: low
detection:
    selection:
        ParentImage|endswith: '\\parent_program.exe'
        CommandLine|contains:
            - 'first/word'
            - 'other\\word'
    condition: selection
"""
OTHER = (
    RULE.replace("b01", "b02")
    .replace("sample", "network")
    .replace("process_creation", "network_connection")
    .replace("ParentImage", "Image")
    .replace("CommandLine|contains", "DestinationHostname|contains")
)
SYSMON = "Microsoft-Windows-Sysmon/Operational"


def made(number: int, **data: str) -> dict[str, Any]:
    system = {"EventID": number, "Channel": SYSMON, "Computer": "WS-1"}
    return {"Event": {"System": system, "EventData": data}}


def hit(**other: str) -> dict[str, Any]:
    return made(
        1, **{"ParentImage": "C:\\Parent_Program.exe", "CommandLine": "a first/word b", **other}
    )


@pytest.fixture
def two(rules_folder: RulesFolder) -> Plan:
    return loaded(dumped(plan(load(ROOT, rules_folder(sample=RULE, network=OTHER)))))


@pytest.fixture
def parsed(two: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """How many of some lines are decoded, and how many match."""
    monkeypatch.setattr(blocks, "SAMPLE", 1)

    def count(*lines: str) -> tuple[int, int]:
        path = tmp_path / "events.jsonl"
        head = json.dumps(made(5, Image="harmless")) + "\n"
        path.write_text(head * 3 + "".join(f"{line}\n" for line in lines), "utf-8")
        report = run(two, [path])
        assert (report.events, report.unreadable) == (3 + len(lines), 0)
        whole = run(two, [path], scan=False)
        assert [m.record for m in report.matches] == [m.record for m in whole.matches]
        return report.parsed - 1, len(report.matches)

    return count


def test_what_a_rule_needs_on_its_log_source_is_decoded(parsed: Any) -> None:
    backslash = hit(CommandLine="an OTHER\\Word")
    assert parsed(json.dumps(hit()), json.dumps(backslash)) == (2, 2)


def test_of_two_texts_one_is_not_enough(parsed: Any) -> None:
    assert parsed(json.dumps(hit(CommandLine="first"))) == (0, 0)
    assert parsed(json.dumps(hit(ParentImage="other.exe"))) == (0, 0)


def test_another_log_source_is_not_decoded(parsed: Any) -> None:
    event = hit()
    event["Event"]["System"]["EventID"] = 7
    assert parsed(json.dumps(event)) == (0, 0)


def test_a_rule_of_another_log_source_has_a_say_of_its_own(parsed: Any) -> None:
    event = made(3, Image="C:\\parent_program.exe", DestinationHostname="first/word")
    assert parsed(json.dumps(event)) == (1, 1)


@pytest.mark.parametrize(
    "written",
    [
        lambda line: line.replace("/", "\\/"),
        lambda line: line.replace("first", "\\u0066irst"),
        lambda line: line.replace('"EventID"', '"\\u0045ventID"'),
        lambda line: line.replace('"EventID": 1', '"EventID": {"#text": 1}'),
        lambda line: line.replace("first/word", "FIRST/WORD"),
    ],
)
def test_however_a_record_is_written_it_matches(parsed: Any, written: Any) -> None:
    assert parsed(written(json.dumps(hit()))) == (1, 1)


def test_the_compiled_scan_is_kept_and_made_again_where_it_is_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("hyperscan")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    text = b'{"a": "Needle"}'
    for _ in range(2):
        assert len(scanner.Scanner(["needle"], keep=True)(text).hits) == 1
    (path,) = kept.folder().iterdir()
    whole = path.read_bytes()
    for damaged in (b"", b"\0" * 100, whole[:-20], whole[:60] + b"\xff" + whole[61:]):
        path.write_bytes(damaged)
        assert len(scanner.Scanner(["needle"], keep=True)(text).hits) == 1
        assert path.read_bytes() == whole


@pytest.mark.parametrize(
    ("text", "odd"),
    [
        ('{"a":1}\n{"a":1}\n', False),
        ('{"a":1}\r\n{"a":1}', False),
        ('{"a":1}\n\n{"a":1}\n', True),
        ('{"a":1}\n {"a":1}\n', True),
        ('{"a":1} \n{"a":1}\n', True),
        ('{"a":1\n{"a":1}\n', True),
        ('{"a":1,\r\n"b":1}\n', True),
        ('{"a":1}\r{"a":1}\n', True),
        ('{"a":1}\r\n\r\n{"a":1}\n', True),
    ],
)
@pytest.mark.parametrize("engine", ["hyperscan", "expressions"])
def test_lines_that_are_not_one_object_each_are_seen(
    text: str, odd: bool, engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if engine == "expressions":
        monkeypatch.setitem(__import__("sys").modules, "hyperscan", None)
    looking = scanner.Scanner(["needle"])
    assert looking(text.encode()).odd == odd
    assert looking(text.encode()).ascii
    assert not looking(text.replace("a", "\u00e9").encode()).ascii
