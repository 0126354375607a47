"""Try every property on very many inputs, and count them.

    python -m tests.fuzz 1000000                # until all properties have had so many, together
    python -m tests.fuzz 1000000 --minutes 50   # or until the time is over
    python -m tests.fuzz 1000000 -k text        # only those with such names

It goes in rounds; each runs the files of properties once more, with a seed of its own and
`FUZZ_EXAMPLES` inputs of a quick property (`examples.py`). What each has had is written to the
record, one line a property and round: a run that was stopped goes on from there, with the next
seed. A failure is printed with the input that shows it; its round gives it again:

    FUZZ_EXAMPLES=10000 pytest -n 0 -m hypothesis --hypothesis-seed=SEED FILE

As a plugin of pytest this module writes the record.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Generator, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.examples import VARIABLE

ROOT = Path(__file__).resolve().parents[1]
RECORD = "FUZZ_RECORD"
#: Inputs of a quick property in a round: some minutes, and little memory (hypothesis keeps what it
#: has tried).
ROUND = 10_000
#: A week: more than any run should take.
MOST_MINUTES = 7 * 24 * 60
#: How hypothesis counts, in the phases of a test.
COUNTED = re.compile(r"(\d+) passing(?: examples)?, (\d+) failing")
#: Codes of pytest: all well, failures, and nothing chosen.
ENDS = (0, 1, 5)
Line = dict[str, Any]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Write down how many inputs a property was tried on."""
    report = yield
    if call.when == "call":
        counted = COUNTED.findall(getattr(item, "hypothesis_statistics", ""))
        line = {
            "seed": int(item.config.getoption("--hypothesis-seed")),
            "property": item.nodeid,
            "inputs": sum(int(passing) + int(failing) for passing, failing in counted),
            "seconds": round(call.duration, 1),
            "why": str(report.longrepr) if report.failed else "",
        }
        with Path(os.environ[RECORD]).open("a", encoding="utf-8") as record:
            record.write(json.dumps(line) + "\n")
    return report


def files() -> list[Path]:
    """The files that have properties."""
    found = sorted((ROOT / "tests").rglob("test_*.py"))
    return [path for path in found if "\n@given(" in path.read_text("utf-8")]


def read(record: Path) -> list[Line]:
    """The lines of a record; none where there is no file."""
    if not record.exists():
        return []
    return [json.loads(line) for line in record.read_text("utf-8").splitlines()]


def tried(record: Path, seed: int, path: Path, until: float, chosen: str = "") -> bool:
    """Run the properties of a file once, and say whether it came to its end in time.

    Raises:
        RuntimeError: pytest itself failed.
    """
    command = [sys.executable, "-m", "pytest", "-p", "tests.fuzz", "-p", "no:cacheprovider"]
    command += ["-n", "0", "-m", "hypothesis", "-k", chosen]
    command += [f"--hypothesis-seed={seed}", str(path)]
    environment = {VARIABLE: str(ROUND), **os.environ, RECORD: str(record)}
    try:
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=max(until - time.monotonic(), 0.1),
        )
    except subprocess.TimeoutExpired:
        return False
    if done.returncode not in ENDS:
        raise RuntimeError(f"{path}: pytest ended with {done.returncode}: {done.stdout[-2000:]}")
    return True


def table(lines: Iterable[Line]) -> list[str]:
    """What each property has had, with its parameters together, as a table of Markdown."""
    found: dict[str, list[float]] = {}
    for line in lines:
        counts = found.setdefault(line["property"].partition("[")[0], [0, 0, 0])
        for place, more in enumerate((line["inputs"], bool(line["why"]), line["seconds"])):
            counts[place] += more
    rows = [(name, *counts) for name, counts in sorted(found.items())]
    rows.append(("all", *map(sum, zip([0, 0, 0], *found.values(), strict=True))))
    shown = [f"| {name} | {inputs:,} | {bad} | {t:,.0f} |" for name, inputs, bad, t in rows]
    return ["| Property | Inputs | Failures | Seconds |", "|---|---|---|---|", *shown]


def run(
    number: int,
    record: Path,
    jobs: int,
    until: float,
    paths: Sequence[Path],
    chosen: str = "",
    first: int = 1,
) -> list[Line]:
    """Go in rounds until the properties have had a number of inputs, or the time is over.

    Args:
        number: of inputs, in all of the record.
        record: where the lines are, and are added.
        jobs: files at a time.
        until: a moment of the monotonic clock.
        paths: the files.
        chosen: names of properties, as pytest's `-k`.
        first: the seed of an empty record.

    Returns:
        All lines of the record.
    """
    lines = read(record)
    while sum(line["inputs"] for line in lines) < number:
        seed = max((line["seed"] for line in lines), default=first - 1) + 1
        with ThreadPoolExecutor(jobs) as pool:
            asked = [pool.submit(tried, record, seed, path, until, chosen) for path in paths]
            ended = [each.result() for each in asked]
        before, lines = lines, read(record)
        if not all(ended) or lines == before:
            break
    return lines


def main() -> int:
    """Run, print the table and every failure; 1 where there is one, or the time was too short."""
    parser = argparse.ArgumentParser(prog="tests.fuzz")
    parser.add_argument("number", type=int, help="of inputs, over all properties")
    parser.add_argument("--record", type=Path, default=Path("fuzz.jsonl"))
    parser.add_argument("--jobs", type=int, default=2, help="files of properties at a time")
    parser.add_argument("--first", type=int, default=1, help="the seed of an empty record")
    parser.add_argument("--minutes", type=float, default=MOST_MINUTES)
    parser.add_argument("-k", dest="chosen", default="", help="names of properties, as pytest's")
    asked = parser.parse_args()
    until = time.monotonic() + 60 * asked.minutes
    record = asked.record.resolve()
    lines = run(asked.number, record, asked.jobs, until, files(), asked.chosen, asked.first)
    failures = [line for line in lines if line["why"]]
    for line in failures:
        print(f"{line['property']} with seed {line['seed']}:\n{line['why']}\n")
    print(*table(lines), sep="\n")
    print(f"\nSeeds: {', '.join(map(str, sorted({line['seed'] for line in lines})))}.")
    short = asked.number - sum(line["inputs"] for line in lines)
    if short > 0:
        print(f"{short:,} inputs fewer than asked for: the same command goes on.")
    return bool(failures) or short > 0


if __name__ == "__main__":
    sys.exit(main())
