"""Time the whole build against `sigma convert`, run once per language as a process.

    pip install -e . 'sigma-cli>=3,<4'
    python tests/benchmarks/build.py [RUNS]

Both get the same rules, in the same environment, on the same machine: our build starts from the
sources and makes everything; `sigma convert` starts from the portable Sigma files of that build,
since it cannot read our lookups, and converts them for one language at a time with the pipelines
that its documentation names. Prints the median and the spread of RUNS runs (3 by default).
Not part of the tests.
"""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

#: Our target/language -> sigma-cli's target and pipelines. Portable Sigma has none.
CONVERSIONS = {
    "splunk/spl": ["-t", "splunk", "-p", "splunk_windows"],
    "elastic/lucene": ["-t", "lucene", "-p", "ecs_windows"],
    "elastic/eql": ["-t", "eql", "-p", "ecs_windows"],
    "elastic/esql": ["-t", "esql", "-p", "ecs_windows"],
    "opensearch/lucene": ["-t", "opensearch_lucene", "-p", "ecs_windows"],
    "sentinel/kql": ["-t", "kusto", "-p", "sentinel_asim"],
    "defender/kql": ["-t", "kusto", "-p", "microsoft_xdr"],
    "loki/logql": ["-t", "loki", "-p", "loki_promtail_sysmon"],
    "logscale/cql": ["-t", "log_scale", "-p", "crowdstrike_falcon"],
    "sqlite/sql": ["-t", "sqlite", "--without-pipeline"],
}


def seconds(command: list[str]) -> float:
    """Wall-clock seconds of a process; its exit code is not looked at."""
    start = time.perf_counter()
    subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    return time.perf_counter() - start


def line(name: str, runs: list[float]) -> str:
    spread = f"{min(runs):.2f} to {max(runs):.2f}"
    return f"{name:<24}{statistics.median(runs):8.2f} s   ({spread})"


def main(runs: int) -> None:
    sigma = shutil.which("sigma")
    if sigma is None:
        sys.exit("sigma-cli is missing: pip install 'sigma-cli>=3,<4'")
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "dist"
        build = [sys.executable, "build.py", "--quiet", "--out", str(out)]
        ours = [seconds(build) for _ in range(runs)]
        print(line("build.py, everything", ours))
        totals = [0.0] * runs
        for name, options in CONVERSIONS.items():
            output = ["-o", str(Path(folder) / "converted"), str(out / "sigma" / "queries")]
            command = [sigma, "convert", *options, "--skip-unsupported", *output]
            found = [seconds(command) for _ in range(runs)]
            totals = [total + value for total, value in zip(totals, found, strict=True)]
            print(line(f"sigma convert {name}", found))
    print(line("sigma convert, all", totals))
    ratio = statistics.median(ours) / statistics.median(totals)
    print(f"build.py takes {ratio:.2f} of the time")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
