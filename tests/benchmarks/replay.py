"""Time a replay against what others take for the same events, each as a process of its own.

    pip install -e . orjson pysimdjson duckdb
    python tests/benchmarks/replay.py [--events 1000000] [--share 0.01] [--runs 5]
        [--zircolite FOLDER --python ITS_PYTHON] [--rsigma PROGRAM]

Zircolite (https://github.com/wagga40/Zircolite) and rsigma get the portable Sigma files of our
build; where they are not named, they are left out, and so are `rg`, DuckDB and the JSON libraries
where they are not installed. Correlations and the lookups' own matching are ours alone; DuckDB,
which gets our rules by `duck.py`, is compared with a replay of rules without correlations. Prints
the medians of wall clock and of processor time, the spread, the greatest memory of a process, and
ratios. The first run of ours, which makes the plan that later runs keep, is told apart. Not part of
the tests.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.benchmarks import duck, events

ROOT = Path(__file__).resolve().parents[2]
PARSE = "import sys, {0}\nwork = {1}\nfor line in open(sys.argv[1], 'rb'): work(line)"
DUCKDB = """
import sys, duckdb
for query in open(sys.argv[1], encoding="utf-8").read().split(";\\n"):
    duckdb.execute(query).fetchall()
"""
PARSERS = {"orjson": "orjson.loads", "simdjson": "simdjson.Parser().parse"}


class Run(NamedTuple):
    """Seconds of wall clock and of all processors, and MiB of the process at its greatest."""

    seconds: float
    busy: float
    memory: float


class Command(NamedTuple):
    """A process, and where it is started."""

    words: list[str]
    folder: Path = ROOT


def timed(command: Command, environment: dict[str, str]) -> Run:
    """Run a process that has to end well."""
    start = time.perf_counter()
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            command.words,
            cwd=command.folder,
            stdout=subprocess.DEVNULL,
            stderr=said,
            env=environment,
        )
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.perf_counter() - start
        if process.returncode:
            said.seek(0)
            sys.exit(f"{' '.join(command.words)} failed:\n{said.read()[-2000:].decode()}")
    return Run(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def commands(path: Path, folder: Path, given: argparse.Namespace) -> dict[str, Command]:
    """What is there to compare with, by name."""
    found = {"wc -l": Command(["wc", "-l", str(path)])}
    if shutil.which("rg"):
        found["rg, one name"] = Command(["rg", "-c", "-i", "akamaicontainer", str(path)])
    for module, work in PARSERS.items():
        if installed(module):
            program = PARSE.format(module, work)
            found[f"{module}, parse all"] = Command([sys.executable, "-c", program, str(path)])
    if installed("duckdb"):
        single = folder / "sigma_rules"
        shutil.copytree(ROOT / "sigma_rules", single, ignore=shutil.ignore_patterns("correlation"))
        words = [sys.executable, "build.py", "replay", "--rules", str(single), str(path)]
        found["replay, rules only"] = Command(words)
        script = folder / "rules.sql"
        script.write_text(duck.script(path), encoding="utf-8")
        found["DuckDB, rules only"] = Command([sys.executable, "-c", DUCKDB, str(script)])
    rules = folder / "dist" / "sigma" / "rules"
    if given.zircolite:
        home = Path(given.zircolite)  # it looks for its settings from where it is started
        words = [given.python, "zircolite.py", "-e", str(path), "-j", "-q", "-r", str(rules)]
        words += ["-p", "sysmon", "-o", str(folder / "found.json"), "-l", str(folder / "log")]
        found["Zircolite"] = Command(words, home)
    if given.rsigma:
        words = [given.rsigma, "eval", "-r", str(rules), "-e", f"@{path}"]
        found["rsigma"] = Command(words)
    return found


def installed(module: str) -> bool:
    """Whether Python can import something."""
    command = [sys.executable, "-c", f"import {module}"]
    return not subprocess.run(command, check=False, capture_output=True).returncode


def main() -> None:
    """Read the options, make the data, run and print."""
    options = argparse.ArgumentParser()
    options.add_argument("--events", type=int, default=1_000_000)
    options.add_argument("--share", type=float, default=0.01)
    options.add_argument("--runs", type=int, default=5)
    for name in ("zircolite", "rsigma"):
        options.add_argument(f"--{name}", default="")
    options.add_argument("--python", default=sys.executable)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "events.jsonl"
        events.write(path, given.events, given.share)
        print(f"{given.events:,} events, {path.stat().st_size / 1e6:.0f} MB")
        environment = {
            **os.environ,
            "XDG_CACHE_HOME": str(folder / "cache"),
            "PYTHONPYCACHEPREFIX": str(folder / "pycache"),
        }
        environment.pop("PYTHONDONTWRITEBYTECODE", None)  # as a user has it
        out = ["--target", "sigma", "--out", str(folder / "dist")]
        timed(Command([sys.executable, "build.py", "--quiet", *out]), environment)
        ours = Command([sys.executable, "build.py", "replay", str(path)])
        show("replay, first run", [timed(ours, environment)])
        everything = {"replay": ours, **commands(path, folder, given)}
        timed(everything.get("replay, rules only", ours), environment)
        medians = {
            name: show(name, [timed(command, environment) for _ in range(given.runs)])
            for name, command in everything.items()
        }
    for name, seconds in medians.items():
        if name != "replay":
            print(f"replay takes {medians['replay'] / seconds:.3f} of {name}")
    if "DuckDB, rules only" in medians:
        ratio = medians["replay, rules only"] / medians["DuckDB, rules only"]
        print(f"replay, rules only, takes {ratio:.3f} of DuckDB")


def show(name: str, runs: list[Run]) -> float:
    """Print a line, and give the median of the seconds."""
    seconds = [run.seconds for run in runs]
    memory = max(run.memory for run in runs)
    spread = f"{min(seconds):.2f} to {max(seconds):.2f}"
    busy = statistics.median(run.busy for run in runs)
    print(
        f"{name:<24}{statistics.median(seconds):8.2f} s   ({spread})   "
        f"{busy:8.2f} s of processors   {memory:6.0f} MiB"
    )
    return statistics.median(seconds)


if __name__ == "__main__":
    main()
