"""Blocks that other processes look at: the same records, and no process that stays."""

from __future__ import annotations

import io
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sigmapack.events.blocks import BLOCK
from sigmapack.events.records import Passed, Record
from sigmapack.events.scanned import Scanned
from sigmapack.events.workers import Workers
from sigmapack.replay.scanner import Scanner

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="forks")
NEEDLES = ("bad.example.com", "worse.example.net")
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def workers() -> Iterator[Workers]:
    made = Workers(Scanner(NEEDLES), 2)
    yield made
    made.close()


def text(records: int, seed: int = 3, long: int = 0) -> bytes:
    """Records, of which one in fifty has a needle; one may be longer than a block."""
    chance = random.Random(seed)
    made = []
    for number in range(records):
        name = chance.choice(NEEDLES) if chance.random() < 0.02 else "good.example.org"
        padding = "x" * (long if number == records // 2 else chance.randrange(600))
        made.append(json.dumps({"QueryName": name, "n": number, "padding": padding}))
    return ("\n".join(made) + "\n").encode()


def read(data: bytes, scan: Scanner, workers: Workers | None) -> list[Record | Passed]:
    return list(Scanned(io.BufferedReader(io.BytesIO(data)), "surrogateescape", scan, workers))


def merged(found: list[Record | Passed]) -> tuple[list[Record], int]:
    """The records, and how many were passed over: by how many blocks is no matter."""
    records = [each for each in found if isinstance(each, Record)]
    return records, sum(each.many for each in found if isinstance(each, Passed))


@pytest.mark.parametrize("long", [0, 3 * BLOCK])
def test_the_records_are_those_that_one_process_finds(workers: Workers, long: int) -> None:
    data, alone = text(20_000, long=long), Scanner(NEEDLES)
    assert isinstance(workers.scan, Scanner)
    found = read(data, workers.scan, workers)
    assert workers.running
    assert merged(found) == merged(read(data, alone, None))
    assert workers.scan.found() == alone.found() == frozenset(NEEDLES)


def test_lines_that_are_no_records_are_told_of_at_their_place(workers: Workers) -> None:
    data, alone = text(20_000), Scanner(NEEDLES)
    lines = data.split(b"\n")
    lines[15_000] = b'{"QueryName": "bad.example.com" broken'
    lines[15_500] = b'{"QueryName": "bad.example.com", "x": "\xff"}'
    data = b"\n".join(lines)
    assert isinstance(workers.scan, Scanner)
    records, passed = merged(read(data, workers.scan, workers))
    assert (records, passed) == merged(read(data, alone, None))
    assert [each.line for each in records if each.error] == [15_001, 15_501]


def test_a_file_that_is_left_in_the_middle_gives_the_next_nothing(workers: Workers) -> None:
    data = text(20_000)
    left = iter(
        Scanned(io.BufferedReader(io.BytesIO(data)), "surrogateescape", workers.scan, workers)
    )
    while not (isinstance(found := next(left), Record) and found.line > 8_000):
        pass
    left.close()  # type: ignore[attr-defined]
    other = text(9_000, seed=4)
    assert isinstance(workers.scan, Scanner)
    found_now = merged(read(other, workers.scan, workers))
    assert found_now == merged(read(other, Scanner(NEEDLES), None))


def test_a_process_that_the_system_ended_is_told_of(workers: Workers) -> None:
    workers.start()
    for process in workers._processes:
        assert process.pid
        os.kill(process.pid, signal.SIGKILL)
        process.join()
    with pytest.raises(MemoryError):
        read(text(20_000), Scanner(NEEDLES), workers)


def test_where_no_process_is_to_be_had_this_one_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused() -> int:
        raise BlockingIOError

    scan = Scanner(NEEDLES)
    workers = Workers(scan, 2)
    monkeypatch.setattr(os, "fork", refused)
    found = merged(read(text(20_000), scan, workers))
    monkeypatch.undo()
    assert not workers.running
    assert found == merged(read(text(20_000), Scanner(NEEDLES), None))


def test_a_small_file_starts_no_process(workers: Workers) -> None:
    read(text(200), Scanner(NEEDLES), workers)
    assert not workers.running


def test_closing_ends_the_processes(workers: Workers) -> None:
    workers.start()
    numbers = [process.pid for process in workers._processes]
    workers.close()
    for number in numbers:
        assert number
        with pytest.raises(ProcessLookupError):
            os.kill(number, 0)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_no_process_outlives_the_one_that_reads(number: signal.Signals) -> None:
    program = """
import sys, time
from sigmapack.events.workers import Workers
from sigmapack.replay.scanner import Scanner
workers = Workers(Scanner(["bad.example.com"]), 2)
workers.start()
print(*[each.pid for each in workers._processes], flush=True)
time.sleep(60)
"""
    with subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE) as one:
        assert one.stdout
        below = [int(word) for word in one.stdout.readline().split()]
        one.send_signal(number)
        one.wait(10)
        assert len(below) == 2
        wanted = time.monotonic() + 10
        while any(map(alive, below)) and time.monotonic() < wanted:
            time.sleep(0.01)
        assert not any(map(alive, below))


def alive(number: int) -> bool:
    """Whether a process runs; one that has ended and whom nobody asked does not."""
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
