"""The scan for needles changes no verdict, however a log is written."""

from __future__ import annotations

import gzip
import json
import random
import re
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from sigmapack.content.load import load
from sigmapack.events import blocks, chunks, workers
from sigmapack.events.read import BadRecord, scan_events
from sigmapack.events.records import Passed
from sigmapack.events.workers import Workers
from sigmapack.matches import Report
from sigmapack.replay import run
from sigmapack.replay.plan import Plan
from sigmapack.replay.planning import plan as make_plan
from sigmapack.replay.scanner import Scanner
from sigmapack.replay.sieve import Sieve
from tests.conftest import ROOT
from tests.reading.evtx import evtx_of

HARMLESS = {"EventID": 22, "Channel": "Microsoft-Windows-Sysmon/Operational", "Computer": "WS-9"}


@cache
def plan() -> Plan:
    return make_plan(load(ROOT))


@cache
def records() -> tuple[str, ...]:
    """The events of the pack one a line, among three times as many harmless ones, in any order."""
    found = [
        json.dumps(value)
        for path in sorted((ROOT / "tests" / "events").rglob("*.jsonl"))
        for value in _values(path)
    ]
    harmless = [
        json.dumps({**HARMLESS, "QueryName": f"host-{number}.corp.example", "ProcessId": number})
        for number in range(3 * len(found))
    ]
    mixed = [*found, *harmless]
    random.Random(3).shuffle(mixed)
    return tuple(mixed)


def _values(path: Path) -> Iterator[object]:
    for line in path.read_text("utf-8").splitlines():
        if line.startswith("{"):
            yield json.loads(line)


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "SAMPLE", 2_000)
    monkeypatch.setattr(blocks, "BLOCK", 20_000)


def plain(lines: tuple[str, ...]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()


def unescaped(lines: tuple[str, ...]) -> bytes:
    return "".join(
        json.dumps(json.loads(line), ensure_ascii=False) + "\n" for line in lines
    ).encode("utf-8", "replace")


def all_escaped(lines: tuple[str, ...]) -> bytes:
    r"""Each character of every text as \uXXXX, as RFC 8259 allows."""
    return _in_strings(lines, lambda text: "".join(f"\\u{ord(sign):04X}" for sign in text))


def some_escaped(lines: tuple[str, ...]) -> bytes:
    """Every seventh character so, which no exporter does and none must hide."""
    return _in_strings(
        lines,
        lambda text: "".join(
            f"\\u{ord(sign):04x}" if place % 7 == 3 else json.dumps(sign)[1:-1]
            for place, sign in enumerate(text)
        ),
    )


def _in_strings(lines: tuple[str, ...], change: Callable[[str], str]) -> bytes:
    def written(value: object) -> str:
        if isinstance(value, str):
            return f'"{change(value)}"'
        if isinstance(value, dict):
            return "{" + ",".join(f"{json.dumps(k)}:{written(v)}" for k, v in value.items()) + "}"
        if isinstance(value, list):
            return "[" + ",".join(map(written, value)) + "]"
        return json.dumps(value)

    return "".join(written(json.loads(line)) + "\n" for line in lines).encode("utf-8", "replace")


def slashes(lines: tuple[str, ...]) -> bytes:
    r"""`\/`, as PHP writes it."""
    return plain(lines).replace(b"/", b"\\/")


def as_dotnet(lines: tuple[str, ...]) -> bytes:
    """What .NET and Go escape though JSON lets it stand."""
    return re.sub(rb"[+'&<>`]", lambda found: b"\\u%04X" % ord(found[0]), plain(lines))


def returns(lines: tuple[str, ...]) -> bytes:
    return plain(lines).replace(b"\n", b"\r\n")


def marked(lines: tuple[str, ...]) -> bytes:
    return b"\xef\xbb\xbf" + plain(lines)


def utf16(lines: tuple[str, ...]) -> bytes:
    return plain(lines).decode().encode("utf-16")


def packed(lines: tuple[str, ...]) -> bytes:
    return gzip.compress(plain(lines), mtime=0)


def without_last_line_end(lines: tuple[str, ...]) -> bytes:
    return plain(lines)[:-1]


def capitals(lines: tuple[str, ...]) -> bytes:
    """Values in capitals: rules compare without regard to case."""
    return _in_strings(lines, lambda text: json.dumps(text.upper())[1:-1])


FORMS = (
    *(plain, unescaped, all_escaped, some_escaped, slashes, as_dotnet, returns, marked, utf16),
    *(packed, without_last_line_end, capitals),
)


def compared(report: Report) -> list[object]:
    return [
        (match.rule.name, match.file, match.record, match.host, match.fields, match.records)
        for match in report.matches
    ]


@pytest.fixture(params=[0, 2])
def processes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """Processes beside this one that scan."""
    if request.param and sys.platform != "linux":
        pytest.skip("forks")
    monkeypatch.setattr(workers, "possible", lambda: request.param)
    monkeypatch.setattr(chunks, "MANY", 1)
    number: int = request.param
    return number


def test_with_and_without_the_scan_a_replay_finds_the_same(tmp_path: Path, processes: int) -> None:
    path = tmp_path / "events.jsonl"
    path.write_bytes(plain(records()))
    scanning, reading = run(plan(), [path]), run(plan(), [path], scan=False)
    assert len(scanning.matches) > 1_000
    assert compared(scanning) == compared(reading)
    assert (scanning.events, scanning.unreadable) == (reading.events, reading.unreadable)
    assert scanning.parsed < reading.parsed / 2 == reading.events / 2


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("engine", ["hyperscan", "expressions", "processes"])
def test_no_record_that_matches_is_passed_over(
    tmp_path: Path,
    form: Callable[[tuple[str, ...]], bytes],
    engine: str,
    monkeypatch: pytest.MonkeyPatch,
    lines_that_match: frozenset[int],
) -> None:
    if engine == "expressions":
        monkeypatch.setitem(sys.modules, "hyperscan", None)
    path = tmp_path / "events.jsonl"
    path.write_bytes(form(records()))
    looking = Scanner(plan().needles, Sieve(plan()))
    given, counted = set(), 0
    others = Workers(looking, 2) if engine == "processes" else None
    for item in scan_events(path, plan().channels, looking, workers=others):
        assert not isinstance(item, BadRecord), item
        counted += item.many if isinstance(item, Passed) else 1
        given |= set() if isinstance(item, Passed) else {item.record}
    if others:
        assert others.running or form is utf16
        others.close()
    assert counted == len(records())
    assert lines_that_match <= given


def as_evtx(lines: tuple[str, ...]) -> bytes:
    """The flat events of Windows among the records, twenty a chunk."""
    events = [_element(value) for line in lines if "Channel" in (value := json.loads(line))]
    return evtx_of(*(events[start : start + 20] for start in range(0, len(events), 20)))


def _element(value: dict[str, object]) -> tuple[object, ...]:
    system = {"EventID", "Channel", "Computer"}
    data = [(name, text) for name, text in value.items() if name not in system]
    found = [("Data", {"Name": name}, text) for name, text in data if isinstance(text, str)]
    head: list[tuple[object, ...]] = [
        (name, {}, str(value[name])) for name in sorted(system & value.keys())
    ]
    time = ("TimeCreated", {"SystemTime": str(value.get("UtcTime", "2023-03-29 10:00:00Z"))})
    return ("Event", {}, ("System", {}, *head, time), ("EventData", {}, *found))


def test_of_an_evtx_file_the_same_is_found_and_every_record_counted(
    tmp_path: Path, processes: int
) -> None:
    path = tmp_path / "events.evtx"
    path.write_bytes(as_evtx(records()))
    scanning, reading = run(plan(), [path]), run(plan(), [path], scan=False)
    assert len(scanning.matches) > 400
    assert compared(scanning) == compared(reading)
    assert (scanning.events, scanning.unreadable) == (reading.events, 0)
    assert scanning.parsed < reading.events / 2


@pytest.fixture(scope="module")
def lines_that_match(tmp_path_factory: pytest.TempPathFactory) -> frozenset[int]:
    path = tmp_path_factory.mktemp("whole") / "events.jsonl"
    path.write_bytes(plain(records()))
    report = run(plan(), [path], scan=False)
    return frozenset(match.record for match in report.matches if not match.rule.is_correlation)
