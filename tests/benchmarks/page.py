"""How large the page of a build is, and how soon Chromium lets somebody use it.

    python build.py --quiet && python tests/benchmarks/page.py [RUNS]     5, unless given

Prints the median of RUNS times from the start to `domInteractive` and to the end of loading, each
in a new context of the browser. Not part of the tests.
"""

from __future__ import annotations

import statistics
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.engines.browser.chromium import browser

ROOT = Path(__file__).resolve().parents[2]

TIMES = "performance.getEntriesByType('navigation').map((n) => [n.domInteractive, n.loadEventEnd])"


def main() -> None:
    path = ROOT / "dist" / "index.html"
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    found = []
    with browser() as one:
        for _ in range(runs):
            context = one.new_context()
            page = context.new_page()
            page.goto(path.as_uri())
            found += page.evaluate(TIMES)
            context.close()
    interactive, loaded = (statistics.median(times) for times in zip(*found, strict=True))
    size = path.stat().st_size / 1e6
    print(f"{size:.2f} MB; interactive in {interactive / 1000:.2f} s, loaded in", end=" ")
    print(f"{loaded / 1000:.2f} s")


if __name__ == "__main__":
    main()
