"""A replay that is stopped tells nothing but what the whole one tells, and no false fault."""

from __future__ import annotations

import gzip
import hashlib
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import zstandard

from sigmapack.events import blocks, packed, read
from sigmapack.events.watch import Watch
from sigmapack.matches import Report
from sigmapack.replay import run
from sigmapack.replay.plan import Plan
from sigmapack.replay.planning import plan as make_plan
from tests.conftest import RULE, MakeContent
from tests.reading.evtx import evtx_of, sysmon

EVENT = {"EventID": 22, "Channel": "Microsoft-Windows-Sysmon/Operational", "Computer": "WS-1"}
#: Every seventh event matches; what is packed stays long.
EVENTS = [
    {
        **EVENT,
        "QueryName": "bad.example.com" if number % 7 == 0 else "fine.example",
        "Image": hashlib.sha256(str(number).encode()).hexdigest(),
    }
    for number in range(600)
]
LINES = "".join(json.dumps(event) + "\n" for event in EVENTS).encode()


class Impatient(Watch):
    """Gives little at a time, and interrupts inside some read, before that has any."""

    def __init__(self, at: int) -> None:
        super().__init__()
        self.at = at

    def reading(self, read: Callable[[Any], int | None], buffer: Any) -> int | None:
        self.at -= 1

        def waiting(into: Any) -> int | None:
            if self.at == 0:
                self.interrupt()
            return read(memoryview(into)[:1_500])

        return super().reading(waiting, buffer)


def zipped(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in range(3):
            archive.writestr(f"part-{part}.jsonl", LINES)


WRITERS: dict[str, Callable[[Path], object]] = {
    "lines": lambda path: path.write_bytes(LINES),
    "utf-16": lambda path: path.write_bytes(LINES.decode().encode("utf-16")),
    "array": lambda path: path.write_bytes(json.dumps(EVENTS, indent=1).encode()),
    "gzip": lambda path: path.write_bytes(gzip.compress(LINES, 1)),
    "zstd": lambda path: path.write_bytes(
        b"".join(zstandard.compress(line) for line in LINES.splitlines(True))
    ),
    "zip": zipped,
    "evtx": lambda path: path.write_bytes(evtx_of(*[[sysmon("bad.example.com")] * 3] * 9)),
}


@pytest.fixture
def plan(make_content: MakeContent) -> Plan:
    return make_plan(make_content(sample=RULE))


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packed, "PIECE", 700)
    monkeypatch.setattr(read, "HEAD_SIZE", 300)
    monkeypatch.setattr(blocks, "SAMPLE", 2_000)
    monkeypatch.setattr(blocks, "BLOCK", 8_000)


def told(report: Report) -> list[tuple[str, int]]:
    return [(match.file, match.record) for match in report.matches]


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize("scan", [True, False])
def test_a_stop_anywhere_loses_only_what_was_not_read(
    plan: Plan, tmp_path: Path, name: str, scan: bool
) -> None:
    path = tmp_path / f"events.{name}"
    WRITERS[name](path)
    whole = run(plan, [path], scan)
    assert whole.matches and not whole.interrupted
    counts = []
    for at in range(1, 900, 25 if name == "evtx" else 2):
        report = run(plan, [path, path], scan, watch=Impatient(at))
        if not report.interrupted or report.bytes >= whole.bytes:
            break
        assert told(report) == told(whole)[: len(report.matches)]
        assert (report.bad, report.unread, report.refused, report.not_run) == ([], [], [], [])
        assert report.not_read == [path] * (1 if report.partly_read else 2)
        assert report.events <= whole.events
        counts.append(report.events)
    assert counts == sorted(counts) and counts[0] == 0 and counts[-1] > whole.events / 2


def test_real_faults_before_the_stop_are_told(plan: Plan, tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_bytes(b"{broken\n" + LINES)
    report = run(plan, [path], watch=Impatient(20))
    assert [bad.line for bad in report.bad] == [1]


def test_an_interrupt_between_reads_stops_before_the_next(plan: Plan, tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_bytes(LINES)
    watch = Watch()
    watch.interrupt()
    report = run(plan, [path], watch=watch)
    assert (report.events, report.files, report.not_read) == (0, 0, [path])


def test_a_run_that_is_ended_asks_nothing(plan: Plan, tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_bytes(LINES)
    watch = Watch()
    watch.interrupt()
    watch.interrupt()
    report = run(plan, [path], watch=watch)
    assert report.matches == [] and [rule.name for rule in report.not_run] == ["sample"]


def test_bytes_are_those_on_disk(plan: Plan, tmp_path: Path) -> None:
    for name, write in WRITERS.items():
        path = tmp_path / f"events.{name}"
        write(path)
        watch = Watch()
        report = run(plan, [path], watch=watch)
        assert report.bytes == watch.read == watch.size == path.stat().st_size, name
