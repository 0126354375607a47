"""Files made to swell: memory stays bounded, and what is too long is a counted record.

Each is read in a process of its own, whose address space the system limits.
"""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sigmapack.events.records import MAX_RECORD
from tests.conftest import ROOT
from tests.reading.evtx import evtx, sysmon
from tests.reading.sample import FLAT

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="limits and peaks as Linux has them"
)

#: MiB. Python with what reading needs takes 40, and a record of `MAX_RECORD` up to 130 when it is
#: decoded: as many empty lists (64 bytes for three characters) or numbers as fit.
MOST_MEMORY = 300

READ = """
import collections, pathlib, resource, sys
limit = 2 * 1024**3
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
from sigmapack.events.read import BadRecord, read_events
counted = collections.Counter()
said = set()
for item in read_events(pathlib.Path(sys.argv[1]), {}):
    bad = isinstance(item, BadRecord)
    counted[bad] += item.count if bad else 1
    if bad:
        said.add(item.message)
status = pathlib.Path("/proc/self/status").read_text()
peak = int(status.partition("VmHWM:")[2].split()[0]) // 1024
print(counted[False], counted[True], peak, *sorted(said)[:3], sep="|")
"""
GOOD = json.dumps({"logsource": {"product": "windows", "category": "dns_query"}, **FLAT}).encode()
FAT = b', "Image": "' + b"x" * 1000 + b'"},\n'
MIB = 1024 * 1024
LIMIT = "the limit of a record"


def lines(*parts: bytes) -> Iterator[bytes]:
    yield GOOD + b"\n"
    yield from parts
    yield b"\n" + GOOD


def array(*parts: bytes) -> Iterator[bytes]:
    yield b"[\n" + GOOD + b",\n"
    yield from parts
    yield b",\n" + GOOD + b"\n]"


def repeated(piece: bytes, size: int) -> tuple[bytes, ...]:
    return (piece * (MIB // len(piece)),) * (size // MIB)


BOMBS: dict[str, tuple[Callable[[], Iterator[bytes]], tuple[int, int], str]] = {
    "a line of 300 MB": (lambda: lines(*repeated(b"x", 300 * MIB)), (2, 1), LIMIT),
    "a string of 300 MB": (
        lambda: lines(b'{"a":"', *repeated(b'\\"', 300 * MIB), b'"}'),
        (2, 1),
        LIMIT,
    ),
    "nested 100,000 deep": (
        lambda: lines(b'{"a":' * 100_000 + b"1" + b"}" * 100_000),
        (2, 1),
        "nested too deeply",
    ),
    "nested 100 million deep": (lambda: lines(*repeated(b"[", 100 * MIB)), (2, 1), LIMIT),
    "an element of 300 MB": (
        lambda: array(b'{"a":"', *repeated(b"x", 300 * MIB), b'"}'),
        (2, 1),
        LIMIT,
    ),
    "an element nested 100 million deep": (
        lambda: array(*repeated(b'{"a":', 100 * MIB)),
        (2, 1),
        "nested too deeply",
    ),
    "an array of 200 MB": (
        lambda: array(*[(GOOD[:-1] + FAT) * 1000] * 200, b"5"),
        (200_002, 1),
        "no object",
    ),
    "an object over lines of 30 MB": (
        lambda: lines(b"{\n", *repeated(b' "a": "0123456",\n', 30 * MIB), b"}"),
        (2, 1),
        LIMIT,
    ),
    "small values up to the limit": (
        lambda: lines(b'{"a":[' + b"[]," * (MAX_RECORD // 3 - 10) + b"[]]}\n"),
        (2, 1),
        "unknown kind of event",
    ),
    "numbers up to the limit": (
        lambda: lines(GOOD[:-1] + b',"a":[' + b"1," * (MAX_RECORD // 2 - 200) + b"1]}"),
        (3, 0),
        "",
    ),
    "names times fields": (
        lambda: lines(b'{"' + b"x" * (2 * MIB) + b'":{' + b'"a":1,' * 9 + b'"b":1}}\n'),
        (2, 1),
        "field's name is longer",
    ),
    "characters of four bytes": (
        lambda: lines(b'{"a":"', *["\U0001f600".encode() * MIB] * 3, b'"}'),
        (2, 1),
        "unknown kind of event",
    ),
}


def reading(path: Path) -> tuple[int, int, int, str]:
    """Events, unreadable records, peak in MiB, and what was said, of a process that reads it."""
    command = [sys.executable, "-c", READ, str(path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    events, bad, peak, *said = done.stdout.strip().split("|")
    return int(events), int(bad), int(peak), " ".join(said)


@pytest.mark.parametrize("name", BOMBS)
def test_a_file_made_to_swell_is_read_in_bounded_memory(tmp_path: Path, name: str) -> None:
    parts, wanted, text = BOMBS[name]
    path = tmp_path / "x.json"
    with path.open("wb") as file:
        file.writelines(parts())
    events, bad, peak, said = reading(path)
    path.unlink()
    assert (events, bad) == wanted
    assert text in said
    assert peak < MOST_MEMORY


def test_a_packed_line_of_a_gigabyte_is_one_record(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl.gz"
    fill = gzip.compress(b"x" * 16 * MIB, 9, mtime=0)
    ends = gzip.compress(GOOD + b"\n", mtime=0), gzip.compress(b"\n" + GOOD, mtime=0)
    path.write_bytes(ends[0] + fill * 64 + ends[1])
    assert path.stat().st_size < 2 * MIB
    events, bad, peak, said = reading(path)
    assert (events, bad) == (2, 1) and LIMIT in said
    assert peak < MOST_MEMORY


def test_a_packed_evtx_file_that_unpacks_without_end_is_read_chunk_by_chunk(tmp_path: Path) -> None:
    path = tmp_path / "x.evtx.gz"
    data = evtx(*[sysmon("a.example")] * 3)
    empty = gzip.compress(bytes(256 * 65536), 9, mtime=0)
    junk = gzip.compress(b"x" * 256 * 65536, 9, mtime=0)
    path.write_bytes(gzip.compress(data, mtime=0) + empty * 32 + junk * 16 + empty)
    events, bad, peak, said = reading(path)
    assert (events, bad) == (3, 256 * 16)
    assert "records are lost" in said
    assert peak < MOST_MEMORY
