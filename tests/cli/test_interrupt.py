"""Ctrl-C during a replay, as a terminal sends it: what was found is reported, not lost."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import struct
import subprocess
import sys
import termios
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import zstandard

from tests.cli.command import CORRELATION, lookups
from tests.conftest import ROOT, RULE, RulesFolder

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into pipes as Linux does")

#: Runs the command, but the queries of correlations never end.
ENDLESS = """
import sys
from sigmapack import process
process.begin()
import build
from sigmapack.replay import guard
real = guard.rows
def rows(db, query, *rest):
    if "group_keys" in query:
        print("asking", file=sys.stderr, flush=True)
        query = ("WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) "
                 "SELECT count(*) FROM c")
    return real(db, query, *rest)
guard.rows = rows
build.main(prog_name="build.py")
"""


#: A correlation that is asked by its query.
SUMMED = CORRELATION.replace("event_count", "value_sum").replace(
    "{gte: 2}", "{gte: 0, field: EventID}"
)


def text(tmp_path: Path) -> bytes:
    """Two events, and the first half of a third."""
    whole = lookups(tmp_path / "e.jsonl", *["bad.example.com"] * 3).read_bytes()
    (tmp_path / "e.jsonl").unlink()
    return whole[: len(whole) * 5 // 6]


def plain(data: bytes) -> bytes:
    return data


def array(data: bytes) -> bytes:
    return b"[" + data.replace(b"}\n", b"},\n")


def wide(data: bytes) -> bytes:
    return data.decode().encode("utf-16")


def gzipped(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=31)
    return packer.compress(data) + packer.flush(zlib.Z_SYNC_FLUSH)


def zstd(data: bytes) -> bytes:
    packer = zstandard.ZstdCompressor().compressobj()
    return packer.compress(data) + packer.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)


def zeek(data: bytes) -> bytes:
    """A log whose last line lacks the end of a name: as it stands it would match."""
    line = "1680084000.0\tC1\t10.0.0.1\t53\t10.0.0.2\t53\tudp\t1\t{}\t1\tC\t1\tA\n"
    head = (
        "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tdns\n"
        "#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\ttrans_id\tquery\t"
        "qclass\tqclass_name\tqtype\tqtype_name\n"
    )
    lines = head + line.format("bad.example.com") * 2 + line.format("bad.example.com")
    return lines[: lines.rindex("bad.example.com") + len("bad.example.com")].encode()


@contextmanager
def reading(
    data: bytes, *options: str | Path, before: Callable[[], None] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """A replay of standard input, which has read some bytes and waits for more."""
    theirs, ours = os.pipe()
    os.write(ours, data)
    command = [sys.executable, str(ROOT / "build.py"), "replay", "-", *map(str, options)]
    with subprocess.Popen(
        command,
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=before,
        start_new_session=True,
    ) as running:
        os.close(theirs)
        try:
            _wait(lambda: _left(ours) == 0 and _sleeps(running.pid))
            yield running
        finally:
            os.close(ours)
            running.kill()


def _wait(until: Callable[[], bool]) -> None:
    for _ in range(3000):
        if until():
            return
        time.sleep(0.01)
    raise TimeoutError


def _left(pipe: int) -> int:
    """Bytes in a pipe that nobody has read."""
    (count,) = struct.unpack("i", fcntl.ioctl(pipe, termios.FIONREAD, b"\0" * 4))
    return int(count)


def _sleeps(number: int) -> bool:
    """Whether the first thread of a process waits for something."""
    return Path(f"/proc/{number}/stat").read_text("utf-8").rpartition(")")[2].split()[0] == "S"


def interrupted(running: subprocess.Popen[bytes]) -> tuple[list[dict[str, object]], list[str]]:
    """What is printed on Ctrl-C: matches, and lines on standard error."""
    running.send_signal(signal.SIGINT)
    out, said = running.communicate(timeout=60)
    assert running.returncode == 130, said
    return [json.loads(line) for line in out.splitlines()], said.decode().splitlines()


@pytest.mark.parametrize("written", [plain, array, wide, gzipped, zstd])
def test_what_was_read_is_reported(
    rules_folder: RulesFolder, tmp_path: Path, written: Callable[[bytes], bytes]
) -> None:
    folder = rules_folder(sample=RULE)
    data = written(text(tmp_path))
    with reading(data, "--rules", folder, "--json") as running:
        matches, said = interrupted(running)
    assert [match["record"] for match in matches] == [1, 2]
    assert said == [
        "-:1: partly-read: reading stopped inside it",
        "2 events in 1 files, 0 unreadable: 2 matches of 1 rules (2 high)",
        f"interrupted after 2 events and {len(data) / 1e6:.1f} MB: 1 files were read in part (-)",
    ]


def test_a_line_that_is_cut_off_matches_nothing(rules_folder: RulesFolder, tmp_path: Path) -> None:
    """Half a name of a text log can be another name."""
    rule = RULE.replace("product: windows", "product: zeek").replace(
        "category: dns_query", "service: dns"
    )
    folder = rules_folder(sample=rule.replace("QueryName", "query"))
    with reading(zeek(b""), "--rules", folder, "--json") as running:
        matches, _ = interrupted(running)
    assert [match["record"] for match in matches] == [7, 8]


def test_files_that_were_not_begun_are_named(rules_folder: RulesFolder, tmp_path: Path) -> None:
    later = lookups(tmp_path / "later.jsonl", "bad.example.com")
    folder = rules_folder(sample=RULE)
    with reading(plain(text(tmp_path)), later, "--rules", folder, "--json") as running:
        matches, said = interrupted(running)
    assert {match["file"] for match in matches} == {"-"}
    assert f"{later}:1: not-read: reading stopped before it" in said
    assert said[-1].endswith(f"; 1 files not at all ({later})")


def test_correlations_rest_on_what_was_read(rules_folder: RulesFolder, tmp_path: Path) -> None:
    folder = rules_folder(sample=RULE, twice=CORRELATION)
    with reading(text(tmp_path), "--rules", folder, "--json", "--quiet") as running:
        matches, said = interrupted(running)
    assert sorted(str(match["rule"]) for match in matches) == ["sample", "sample", "twice"]
    assert said == ["-:1: partly-read: reading stopped inside it"]


def test_a_query_that_is_interrupted_loses_no_match_of_others(
    rules_folder: RulesFolder, tmp_path: Path
) -> None:
    folder = rules_folder(sample=RULE, twice=SUMMED)
    events = lookups(tmp_path / "e.jsonl", *["bad.example.com"] * 3)
    command = [sys.executable, "-c", ENDLESS, "replay", str(events), "--rules", str(folder)]
    with subprocess.Popen(
        [*command, "--json"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as running:
        assert running.stderr is not None and running.stderr.readline() == b"asking\n"
        matches, said = interrupted(running)
    assert [match["rule"] for match in matches] == ["sample"] * 3
    assert said[1:] == [
        "interrupted after 3 events and 0.0 MB: 1 rules did not run to the end (twice)"
    ]


def test_a_second_interrupt_ends_the_queries(rules_folder: RulesFolder, tmp_path: Path) -> None:
    folder = rules_folder(sample=RULE, twice=SUMMED)
    theirs, ours = os.pipe()
    os.write(ours, text(tmp_path))
    command = [sys.executable, "-c", ENDLESS, "replay", "-", "--rules", str(folder), "--json"]
    with subprocess.Popen(
        command,
        cwd=ROOT,
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as running:
        os.close(theirs)
        _wait(lambda: _left(ours) == 0 and _sleeps(running.pid))
        running.send_signal(signal.SIGINT)
        assert running.stderr is not None and running.stderr.readline() == b"asking\n"
        matches, said = interrupted(running)
        os.close(ours)
    assert [match["rule"] for match in matches] == ["sample", "sample"]
    assert "1 files were read in part (-); 1 rules did not run to the end (twice)" in said[-1]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_other_signals_end_a_replay_in_silence(
    rules_folder: RulesFolder, tmp_path: Path, number: int, code: int
) -> None:
    folder = rules_folder(sample=RULE)
    with reading(text(tmp_path), "--rules", folder) as running:
        running.send_signal(number)
        assert (running.communicate(timeout=60), running.returncode) == ((b"", b""), code)


def test_an_ignored_interrupt_stays_ignored(rules_folder: RulesFolder, tmp_path: Path) -> None:
    """As in a script's background jobs."""

    def ignore() -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)

    folder = rules_folder(sample=RULE)
    with reading(text(tmp_path), "--rules", folder, before=ignore) as running:
        running.send_signal(signal.SIGINT)
        time.sleep(0.3)
        assert running.poll() is None
