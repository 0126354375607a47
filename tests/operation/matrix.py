"""The matrix of scenarios and products, as `docs/proof.md` shows it.

python -m tests.operation.matrix           print the table of the last test run
python -m tests.operation.matrix --check   fail where the page shows another one
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from tests.engines.matrix import DIST, ROOT

PAGE = ROOT / "docs" / "proof.md"
#: In the order of the page.
PRODUCTS = ("splunk", "elastic", "opensearch", "sentinel", "defender", "loki", "logscale")
SILENT = "silent"


def cell(found: Mapping[str, Any]) -> str:
    """Alerts for a finding, and minutes until the first; what is bold is wrong, and known."""
    faults = set(found["known"])
    worst = [fault for fault in ("missed", "wrong", "repeated") if fault in faults]
    if worst:
        return f"**{', '.join(worst)}**"
    if not found["expected"]:
        return SILENT if not found["alerts"] else f"{found['alerts']} alerts"
    most = f"{found['most']:g}"
    return f"{f'**{most}**' if faults else most} in {found['delay'] / 60:.0f}"


def table(notes: Sequence[Mapping[str, Any]]) -> str:
    """A row for each scenario, a column for each product."""
    by_product = {note["product"]: note["cells"] for note in notes}
    products = [name for name in PRODUCTS if name in by_product]
    lines = [f"| Scenario | {' | '.join(products)} |\n", f"|---{'|---' * len(products)}|\n"]
    rows: dict[str, list[str]] = {}
    for name in products:
        for found in by_product[name]:
            rows.setdefault(found["scenario"], []).append(cell(found))
    lines += [f"| {scenario} | {' | '.join(cells)} |\n" for scenario, cells in rows.items()]
    return "".join(lines)


def missing(notes: Sequence[Mapping[str, Any]]) -> list[str]:
    """Products with a package that were not operated."""
    there = {note["product"] for note in notes}
    return [f"{name} was not operated" for name in PRODUCTS if name not in there]


def main(arguments: list[str]) -> int:
    """Print the table, or compare it with the page."""
    notes = json.loads((DIST / "verification.json").read_text("utf-8"))["operation"]
    wanted = table(notes)
    if "--check" not in arguments:
        print(wanted, end="")
        return 0
    lines = missing(notes)
    if wanted not in PAGE.read_text("utf-8"):
        lines.append(f"docs/proof.md: its matrix is not that of verification.json:\n{wanted}")
    print("\n".join(lines), end="\n" if lines else "")
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
