"""Kill releases at random moments, and look at what is left.

    python -m tests.release.kills 100            # so many kills of each kind; prints the counters
    python -m tests.release.kills 100 --seed 7   # others

A process releases two signed bundles by turns, of two contents, for ever, and is killed (SIGKILL)
after a random time. `command` is the real one, killed anywhere between its start and its end. Each
bundle must then be an old or a new one, whole and signed; and the next release, even of other
names, removes all else.
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
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from sigmapack.compiling.product import Artifact
from sigmapack.release import name_of, release, sealed
from sigmapack.release.verify import verify
from tests.conftest import ROOT
from tests.release.bundle import files
from tests.write.kills import LONGEST, WAYS
from tests.write.layer import as_tree, scraps, tree

#: One key for all: signatures by it are the same each time.
KEY = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
CLIENTS = ["acme", "globex"]
NUMBERED = {f"{folder}/{number}.txt": folder for folder in "abcd" for number in range(20)}
STATES = ["even", "odd"]


def bundles(state: str) -> list[tuple[str, list[Artifact]]]:
    """Two bundles of a state."""
    more = {f"{state}/x.txt": state}
    return [(name_of(c), files(**NUMBERED, **more, **{"client.txt": c})) for c in CLIENTS]


def whole() -> dict[str, list[dict[str, bytes]]]:
    """What each bundle may look like, by its name."""
    made = [(name, as_tree(sealed(name, f, KEY))) for s in STATES for name, f in bundles(s)]
    return {name_of(c): [found for name, found in made if name == name_of(c)] for c in CLIENTS}


def release_for_ever(way: str, out: Path) -> None:
    """What the process does that is killed."""
    WAYS[way](pytest.MonkeyPatch())
    print("ready", flush=True)
    for state in itertools.cycle(STATES):
        list(release(bundles(state), out, KEY))


def kill_once(way: str, out: Path, wait: float) -> str:
    """One kill after a time, in seconds, and all that must hold after it; what was left."""
    list(release(bundles("odd"), out, KEY))
    line = [sys.executable, "-m", "tests.release.kills", "0", "--way", way, "--out", str(out)]
    with subprocess.Popen(line, cwd=ROOT, stdout=subprocess.PIPE) as running:
        assert running.stdout is not None and running.stdout.readline() == b"ready\n"
        time.sleep(wait)
        running.kill()
    left = "scratch folders" if scraps(out) else "nothing"
    may_be = whole()
    for name, states in may_be.items():
        if way == "renamed" and not (out / name).exists():
            left += ", one between two renames"
        else:
            assert tree(out / name) in states
            assert verify(out / name, [KEY.public_key()]).problems == []
    later = ("threecx-detection-pack-9.9.9", files())
    list(release([later], out, KEY))
    assert sorted(path.name for path in out.iterdir()) == sorted([*may_be, later[0]])
    for name, states in may_be.items():
        assert tree(out / name) in states
    return left


def kill_command(out: Path, line: list[str], wait: float, whole: list[dict[str, bytes]]) -> str:
    """Kill the real command after a time, in seconds; which bundle is there."""
    with subprocess.Popen(line, stdout=subprocess.DEVNULL) as running:
        time.sleep(wait)
        running.kill()
    bundle = out / name_of()
    found = tree(bundle)
    assert found in whole
    assert verify(bundle, [KEY.public_key()]).problems == []
    subprocess.run(line, check=True, stdout=subprocess.DEVNULL)
    assert tree(bundle) == whole[1]
    assert [path.name for path in out.iterdir()] == [bundle.name]
    return f"{'old' if found == whole[0] else 'new'} bundle in place"


def command(folder: Path, out: Path, rules: Path) -> list[str]:
    """The real command; its key lies in a folder."""
    key = folder / "key"
    if not key.exists():
        key.touch(0o600)
        key.write_bytes(KEY.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()))
    build = str(ROOT / "build.py")
    options = ["--rules", str(rules), "--out", str(out), "--key", str(key)]
    return [sys.executable, build, "release", *options]


def main() -> None:
    """Run all kinds and print how often what was seen."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("times", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--way", choices=sorted(WAYS))
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    if given.way:
        release_for_ever(given.way, given.out)
    chance = random.Random(given.seed)
    for way in ("exchanged", "renamed"):
        seen: Counter[str] = Counter()
        for _ in range(given.times):
            with tempfile.TemporaryDirectory() as base:
                seen[kill_once(way, Path(base) / "out", chance.uniform(0, LONGEST))] += 1
        print(f"{way}: {given.times} kills, all whole: {dict(sorted(seen.items()))}", flush=True)
    seen = Counter()
    with tempfile.TemporaryDirectory() as base:
        out = Path(base) / "out"
        old = ROOT / "tests" / "golden" / "sigma_rules"
        lines = [command(Path(base), out, rules) for rules in (old, one_rule(Path(base)))]
        states = []
        for line in lines:
            began = time.monotonic()
            subprocess.run(line, check=True, stdout=subprocess.DEVNULL)
            longest = time.monotonic() - began
            states.append(tree(out / name_of()))
        for _ in range(given.times):
            subprocess.run(lines[0], check=True, stdout=subprocess.DEVNULL)
            wait = chance.uniform(0, 1.2 * longest)
            seen[kill_command(out, lines[1], wait, states)] += 1
    print(f"command: {given.times} kills, all whole: {dict(sorted(seen.items()))}", flush=True)


def one_rule(base: Path) -> Path:
    """A folder with one of the golden rules and their lookups."""
    golden, folder = ROOT / "tests" / "golden", base / "rules"
    (folder / "lookups").mkdir(parents=True)
    rule = golden / "sigma_rules" / "dns_query_win_golden.yml"
    (folder / rule.name).write_bytes(rule.read_bytes())
    for table in (golden / "lookups").glob("*.csv"):
        (folder / "lookups" / table.name).write_bytes(table.read_bytes())
    return folder


if __name__ == "__main__":
    main()
