"""Time the whole build with a grown table of domains, and what memory it takes.

    python tests/benchmarks/growth.py [ROWS...]

Copies rules and lookups, fills `ioc_domains.csv` up with names that nobody has (2,000 and 10,000
rows by default), and builds everything in a process of its own. Prints its processor time, which
other work on the machine disturbs least, and the most memory that it had.
Not part of the tests.
"""

from __future__ import annotations

import resource
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def grown(folder: Path, rows: int) -> Path:
    """A copy of the rules whose table of domains has some number of rows.

    Without waivers: what a product does not hold is then told of, and the rest is built.
    """
    for name in ("sigma_rules", "lookups"):
        shutil.copytree(ROOT / name, folder / name)
    (folder / "sigma_rules" / "waivers.toml").unlink()
    table = folder / "lookups" / "ioc_domains.csv"
    have = table.read_text("utf-8").count("\n") - 1
    with table.open("a", encoding="utf-8") as file:
        for number in range(rows - have):
            name = f"host{number * 7919 % 1_000_003:07}.made-up-{number % 97}.example"
            file.write(f"{name},made up,any,high,benchmark,,,,no\n")
    return folder / "sigma_rules"


def main(sizes: list[int]) -> None:
    for rows in sizes:
        with tempfile.TemporaryDirectory() as folder:
            rules = grown(Path(folder), rows)
            before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
            command = [sys.executable, "build.py", "--quiet", "--rules", str(rules)]
            subprocess.run([*command, "--out", f"{folder}/dist"], cwd=ROOT, check=True)
            used = resource.getrusage(resource.RUSAGE_CHILDREN)
            most = used.ru_maxrss // 1024  # of the largest process so far: give sizes in order
            print(f"{rows:>7,} rows {used.ru_utime - before:8.1f} s   {most:,} MiB", flush=True)


if __name__ == "__main__":
    main([int(text) for text in sys.argv[1:]] or [2_000, 10_000])
