"""Kill builds at random moments, and look at what is left.

    python -m tests.write.kills 100            # so many kills of each kind; prints the counters
    python -m tests.write.kills 100 --seed 7   # others

A writer process writes two builds by turns, for ever, and is killed (SIGKILL) after a random time:
with the exchange of names, by two renames, and inside of a folder that stays. `build` is the real
command, killed anywhere between its start and its end. After each kill the folder must be one of
the two builds, whole, with somebody's own files (at once with the exchange; after the next start
otherwise), and nothing else may lie about.
"""

from __future__ import annotations

import argparse
import itertools
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import pytest

from sigmapack.write import check_replaceable, scratch, write
from tests.conftest import ROOT
from tests.write.layer import as_tree, build, scraps, tree
from tests.write.test_faults import KINDS

NAMES = [f"{folder}/{number}.txt" for folder in "abcdefgh" for number in range(20)]
BUILDS = [build(*NAMES, "even/x.txt", text="even"), build(*NAMES, "odd/x.txt", text="odd")]
MINE = {"a/mine.txt": b"mine", "notes.txt": b"notes"}
WHOLE = [{**as_tree(files), **MINE} for files in BUILDS]
WAYS = {kind.__name__: kind for kind in KINDS}
#: The longest time until a kill, in seconds; some 20 builds of the writer.
LONGEST = 0.5


def write_for_ever(way: str, out: Path) -> None:
    """What the process does that is killed."""
    WAYS[way](pytest.MonkeyPatch())
    print("ready", flush=True)
    for files in itertools.cycle(BUILDS):
        write(files, out)


def prepare(out: Path) -> None:
    """An earlier build with somebody's own files."""
    write(BUILDS[0], out)
    for path, data in MINE.items():
        (out / path).write_bytes(data)


def kill_writer(way: str, out: Path, wait: float) -> None:
    """Let a writer of this way work for a time, in seconds, then kill it."""
    line = [sys.executable, "-m", "tests.write.kills", "0", "--way", way, "--out", str(out)]
    with subprocess.Popen(line, cwd=ROOT, stdout=subprocess.PIPE) as running:
        assert running.stdout is not None and running.stdout.readline() == b"ready\n"
        time.sleep(wait)
        running.kill()


def kill_once(way: str, base: Path, wait: float) -> str:
    """One kill and all that must hold after it; what the writer was at."""
    out = base / "dist"
    prepare(out)
    kill_writer(way, out, wait)
    spot = (scratch.within if way == "entered" else scratch.beside)(out)
    left = spot.left()
    state = scratch.read(left[0]).get("state", "begun") if left else "between builds"
    if way != "entered":
        assert tree(out) in WHOLE or (way == "renamed" and not out.exists())
    if tree(out) not in WHOLE:
        state += ", halfway"
    check_replaceable(out)
    assert tree(out) in WHOLE
    assert scraps(base) == []
    write(BUILDS[1], out)
    assert tree(out) == WHOLE[1]
    assert [path.name for path in base.iterdir()] == ["dist"]
    return str(state)


def kill_build(base: Path, wait: float, old: dict[str, bytes], new: dict[str, bytes]) -> str:
    """Kill the real command; `old` is what an earlier build of other rules left."""
    out = base / "dist"
    for path, data in old.items():
        (out / path).parent.mkdir(parents=True, exist_ok=True)
        (out / path).write_bytes(data)
    with subprocess.Popen(build_line(out, "golden/sigma_rules")) as running:
        time.sleep(wait)
        running.kill()
    found = tree(out)
    assert found in (old, new)
    state = "new" if found == new else "old"
    check_replaceable(out)
    assert tree(out) == found
    assert scraps(base) == []
    return f"{state} build in place"


def build_line(out: Path, rules: str, *more: str) -> list[str]:
    """The real command, quiet."""
    folder = str(ROOT / "tests" / rules)
    return [
        sys.executable, str(ROOT / "build.py"), "--quiet", "--rules", folder, "--out", str(out),
        *more,
    ]  # fmt: skip


def main() -> None:
    """Run all kinds and print how often what was seen."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("times", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--way", choices=sorted(WAYS))
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    if given.way:
        write_for_ever(given.way, given.out)
    chance = random.Random(given.seed)
    for way in WAYS:
        seen: Counter[str] = Counter()
        for _ in range(given.times):
            with tempfile.TemporaryDirectory() as base:
                seen[kill_once(way, Path(base), chance.uniform(0, LONGEST))] += 1
        print(f"{way}: {given.times} kills, all whole: {dict(sorted(seen.items()))}", flush=True)
    seen = Counter()
    with tempfile.TemporaryDirectory() as base:
        trees = []
        for more in (["--target", "sqlite"], []):
            began = time.monotonic()
            line = build_line(Path(base) / "dist", "golden/sigma_rules", *more)
            subprocess.run(line, check=True)
            longest = time.monotonic() - began
            trees.append(tree(Path(base) / "dist"))
    for _ in range(given.times):
        with tempfile.TemporaryDirectory() as base:
            seen[kill_build(Path(base), chance.uniform(0, 1.2 * longest), *trees)] += 1
    print(f"build.py: {given.times} kills, all whole: {dict(sorted(seen.items()))}", flush=True)


if __name__ == "__main__":
    main()
