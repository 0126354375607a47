"""Time the whole build against `sigma convert`, run once per language as a process.

    pip install -e . 'sigma-cli>=3,<4'
    python tests/benchmarks/build.py [RUNS]

Both get the same rules, in the same environment, on the same machine. Our build starts from the
sources and makes everything, with checks, lookups and correlations. `sigma convert` gets the
portable Sigma files of that build, since it cannot read our lookups, and converts them for one
language at a time with the pipelines that its documentation names. It gets no correlations: it
stops at the first one that a backend does not know. Prints the median and the spread of RUNS runs
(3 by default), and what each process wrote; of all the processor time, too, which other work on the
machine disturbs less.
Not part of the tests.
"""

from __future__ import annotations

import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]

UNCHECKED = "--disable-pipeline-check"
#: Our target/language -> sigma-cli's target and pipelines. Portable Sigma has none.
CONVERSIONS = {
    "splunk/spl": ["-t", "splunk", "-p", "splunk_windows"],
    "elastic/lucene": ["-t", "lucene", "-p", "ecs_windows"],
    "elastic/eql": ["-t", "eql", "-p", "ecs_windows"],
    "elastic/esql": ["-t", "esql", "-p", "ecs_windows", UNCHECKED],
    "opensearch/lucene": ["-t", "opensearch_lucene", "-p", "ecs_windows", UNCHECKED],
    "sentinel/kql": ["-t", "kusto", "-p", "sentinel_asim"],
    "defender/kql": ["-t", "kusto", "-p", "microsoft_xdr"],
    "loki/logql": ["-t", "loki", "-p", "loki_promtail_sysmon"],
    "logscale/cql": ["-t", "log_scale", "-p", "crowdstrike_falcon"],
    "sqlite/sql": ["-t", "sqlite", "--without-pipeline"],
}


class Taken(NamedTuple):
    """Seconds by the clock, and of a processor."""

    wall: float
    cpu: float

    def plus(self, other: Taken) -> Taken:
        return Taken(self.wall + other.wall, self.cpu + other.cpu)


def seconds(command: list[str]) -> Taken:
    """Seconds of a process that has to succeed."""
    start, before = time.perf_counter(), processor()
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{done.stderr[-2000:]}")
    return Taken(time.perf_counter() - start, processor() - before)


def processor() -> float:
    """Seconds that processes which have ended had of a processor."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def line(name: str, taken: list[Taken], size: int = 0) -> str:
    runs = [each.wall for each in taken]
    spread = f"{min(runs):.2f} to {max(runs):.2f}"
    wrote = f"   {size / 1e6:.2f} MB" if size else ""
    return f"{name:<32}{statistics.median(runs):6.2f} s   ({spread}){wrote}"


def written(folder: Path) -> int:
    """Bytes of all files below a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def main(runs: int) -> None:
    sigma = shutil.which("sigma")
    if sigma is None:
        sys.exit("sigma-cli is missing: pip install 'sigma-cli>=3,<4'")
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "dist"
        build = [sys.executable, "build.py", "--quiet", "--out", str(out)]
        ours = [seconds(build) for _ in range(runs)]
        print(line("build.py, everything", ours, written(out)))
        rules = Path(folder) / "rules"
        rules.mkdir()
        for path in (out / "sigma" / "rules").glob("*.yml"):
            shutil.copy(path, rules)
        totals = [Taken(0, 0)] * runs
        for name, options in CONVERSIONS.items():
            output = Path(folder) / "converted"
            command = [sigma, "convert", *options, "--skip-unsupported", "-o", str(output)]
            found = [seconds([*command, str(rules)]) for _ in range(runs)]
            totals = [
                Taken(*map(sum, zip(a, b, strict=True))) for a, b in zip(totals, found, strict=True)
            ]
            print(line(f"sigma convert {name}", found, output.stat().st_size))
    print(line("sigma convert, all", totals))
    wall = statistics.median(t.wall for t in ours) / statistics.median(t.wall for t in totals)
    cpu = statistics.median(t.cpu for t in ours) / statistics.median(t.cpu for t in totals)
    print(f"build.py takes {wall:.2f} of the time, {cpu:.2f} of the processor time")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
