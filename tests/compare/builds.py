"""Small builds to compare: a folder of rules, changed and built again."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from sigmapack.compare import Difference, compare
from sigmapack.compiling.compile import compile_target
from sigmapack.compiling.package import package_all
from sigmapack.content.load import load
from sigmapack.deployed import open_bundle
from sigmapack.manifest import manifest
from sigmapack.targets import discover
from sigmapack.write import write
from tests.conftest import DOMAINS, ROOT, RULE

DATED = RULE + "date: 2026-01-01\nmodified: 2026-01-02\n"
SECOND = (
    DATED.replace("2b7a01", "2b7a02")
    .replace("name: sample", "name: second")
    .replace("title: Sample", "title: Second")
)
PLAIN = DATED.replace("QueryName|expand: '%ioc_domains%'", "QueryName|endswith: '.example.com'")
TARGETS = ("sigma", "splunk", "sqlite")

Make = Callable[..., Path]


def build(
    folder: Path, rules: dict[str, str], rows: str = DOMAINS, targets: tuple[str, ...] = TARGETS
) -> Path:
    """Build rules with one lookup for some products; the folder of the build."""
    place = folder / "rules"
    (place / "lookups").mkdir(parents=True)
    (place / "lookups" / "ioc_domains.csv").write_text(rows, "utf-8")
    for stem, text in rules.items():
        (place / f"{stem}.yml").write_text(text, "utf-8")
    content = load(ROOT, place)
    assert content.problems == ()
    chosen = [target for name, target in discover().items() if name in targets]
    queries = [query for target in chosen for query in compile_target(content, target)]
    made = package_all(content, chosen, queries)
    out = folder / "dist"
    write([*made.files, manifest(content, made.queries, made.files, made.tables)], out)
    return out


def events(folder: Path, **names: tuple[str, ...]) -> Path:
    """A folder of events as the pack has them: by a rule's stem, the names that it must match."""
    place = folder / "events"
    place.mkdir(parents=True, exist_ok=True)
    for stem, asked in names.items():
        lines = [
            json.dumps(
                {
                    "Channel": "Microsoft-Windows-Sysmon/Operational",
                    "EventID": 22,
                    "Computer": "WS-1",
                    "UtcTime": f"2023-03-29 10:0{minute}:00.000",
                    "QueryName": name,
                }
            )
            for minute, name in enumerate(asked)
        ]
        (place / f"{stem}.match.jsonl").write_text("\n".join(lines) + "\n", "utf-8")
    return place


def compared(
    folder: Path,
    before: dict[str, str],
    after: dict[str, str],
    rows: tuple[str, str] = (DOMAINS, DOMAINS),
    known: Path | None = None,
) -> Difference:
    """The difference of two builds of some rules."""
    old = build(folder / "old", before, rows[0])
    new = build(folder / "new", after, rows[1])
    return compare(open_bundle(old), open_bundle(new), known)
