"""How each compiled query was proved: notes of the engines' tests, gathered at the end of a run.

python -m tests.engines.matrix           print the table of the README
python -m tests.engines.matrix --check   fail where the README or the proofs show another one
python -m tests.engines.matrix --write   write the proofs of the queries (`sigmapack/proofs.json`)
"""

from __future__ import annotations

import json
import shutil
import sys
import tomllib
from collections.abc import Mapping
from fnmatch import fnmatchcase
from hashlib import sha256
from pathlib import Path
from typing import Any

from sigmapack import proofs
from sigmapack.compiling.compile import compile_target, resolved
from sigmapack.content.load import load
from sigmapack.targets import discover

ROOT = Path(__file__).resolve().parents[2]
NOTES = ROOT / ".verification"
DIST = ROOT / "dist"
WAIVERS = Path(__file__).with_name("unexecuted.toml")
Key = tuple[str, str, str]
ORDER = ("executed", "parsed", "not replayed")
NAMES = {
    "cql": "LogScale queries",
    "eql": "EQL",
    "esql": "ES\\|QL",
    "kql": "KQL",
    "logql": "LogQL",
    "lucene": "Lucene",
    "sigma": "Sigma YAML",
    "spl": "SPL",
    "sql": "SQL",
}
#: Comes with Python, in any version; all others are pinned.
PYTHONS = "SQLite"
HEAD = """\
| Target | Language | executed | parsed only | compiled, not replayed | On |
|---|---|---|---|---|---|
"""


def clear() -> None:
    """Forget the notes of an earlier run."""
    shutil.rmtree(NOTES, ignore_errors=True)


def gather(
    manifest: dict[str, Any], notes: list[dict[str, Any]], tested: Mapping[Key, str]
) -> dict[str, Any]:
    """The matrix: for every query of a manifest what ran it, or `not replayed`.

    Args:
        manifest: `dist/manifest.json`.
        notes: what `tools.record` wrote, one object for each engine and language.
        tested: (target, language, rule) -> SHA-256 of the query that the tests compiled; what a
            build has otherwise is not proved by them.
    """
    rows = []
    for query in manifest["queries"]:
        if not query["path"]:
            continue
        found = [
            (note["rules"][query["rule"]], note["engine"])
            for note in notes
            if (note["target"], note["language"]) == (query["target"], query["language"])
            and query["rule"] in note["rules"]
            and tested.get((note["target"], note["language"], query["rule"])) == query["sha256"]
        ]
        best = min((ORDER.index(how) for how, _ in found), default=len(ORDER) - 1)
        engines = sorted(engine for how, engine in found if ORDER.index(how) == best)
        rows.append(
            {
                "rule": query["rule"],
                "target": query["target"],
                "language": query["language"],
                "sha256": query["sha256"],
                "runs_sha256": query["runs_sha256"],
                "proof": ORDER[best],
                "engines": engines,
            }
        )
    return {"queries": rows, "summary": summary(rows)}


def summary(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One row a target and language: its engines, and how many queries were proved how."""
    table = []
    for target, language in sorted({(row["target"], row["language"]) for row in rows}):
        own = [r for r in rows if (r["target"], r["language"]) == (target, language)]
        engines = sorted({engine for row in own for engine in row["engines"]})
        counts = {how: sum(row["proof"] == how for row in own) for how in ORDER}
        table.append({"target": target, "language": language, "engines": engines, **counts})
    return table


def compiled() -> dict[Key, str]:
    """SHA-256 of every query as the sources of this run compile it."""
    content = load(ROOT)
    ready = resolved(content)
    return {
        (query.target, query.language, query.rule.name): sha256(query.text.encode()).hexdigest()
        for target in discover().values()
        for query in compile_target(content, target, ready)
        if query.path
    }


def write() -> None:
    """`dist/verification.json`, where there is a build and an engine ran."""
    manifest = DIST / "manifest.json"
    if not manifest.is_file() or not NOTES.is_dir():
        return
    notes = [json.loads(path.read_text("utf-8")) for path in sorted(NOTES.glob("*.json"))]
    matrix = gather(json.loads(manifest.read_text("utf-8")), notes, compiled())
    operated = sorted((NOTES / "operation").glob("*.json"))
    matrix["operation"] = [json.loads(path.read_text("utf-8")) for path in operated]
    text = json.dumps(matrix, indent=1, ensure_ascii=False) + "\n"
    (DIST / "verification.json").write_text(text, "utf-8")


def table(rows: list[dict[str, Any]]) -> str:
    """The summary as the README shows it."""
    lines = []
    for row in rows:
        cells = [row["target"], NAMES[row["language"]], *(str(row[how]) for how in ORDER)]
        engines = [PYTHONS if name.startswith(PYTHONS) else name for name in row["engines"]]
        lines.append(f"| {' | '.join([*cells, ', '.join(engines) or '-'])} |\n")
    return HEAD + "".join(lines)


def proved(rows: list[dict[str, Any]]) -> str:
    """`proofs.json`: how -> engines -> hashes of what runs of the queries."""
    found: dict[str, dict[str, list[str]]] = {}
    for row in rows:
        if row["engines"]:
            names = (PYTHONS if name.startswith(PYTHONS) else name for name in row["engines"])
            own = found.setdefault(row["proof"], {}).setdefault("; ".join(names), [])
            own.append(row["runs_sha256"])
    sorted_ = {
        how: {engines: sorted(set(own)) for engines, own in sorted(each.items())}
        for how, each in sorted(found.items())
    }
    return json.dumps(sorted_, indent=1) + "\n"


def unexplained(rows: list[dict[str, Any]], waivers: list[dict[str, Any]]) -> list[str]:
    """Queries that did not run without a waiver, and waivers of queries that did."""
    idle = {
        (row["target"], row["language"], row["rule"]) for row in rows if row["proof"] != ORDER[0]
    }
    lines = []
    covered: set[Key] = set()
    for waiver in waivers:
        own = {
            key
            for key in idle
            if f"{key[0]}/{key[1]}" in waiver["scopes"]
            and any(fnmatchcase(key[2], pattern) for pattern in waiver["rules"])
        }
        if not own or not waiver["reason"].strip():
            lines.append(f"unexecuted.toml: no such query, or no reason: {waiver['rules']}")
        covered |= own
    return lines + [
        f"{'/'.join(key)} did not run: say why in {WAIVERS.name}" for key in sorted(idle - covered)
    ]


def main(arguments: list[str]) -> int:
    """Print the table, or compare it with the README and the waivers."""
    found = json.loads((DIST / "verification.json").read_text("utf-8"))
    wanted = table(found["summary"])
    if "--write" in arguments:
        proofs.FILE.write_text(proved(found["queries"]), "utf-8")
        return 0
    if "--check" not in arguments:
        print(wanted, end="")
        return 0
    lines = unexplained(found["queries"], tomllib.loads(WAIVERS.read_text("utf-8"))["waiver"])
    if wanted not in (ROOT / "README.md").read_text("utf-8"):
        lines.append(f"README.md: its table of proofs is not that of verification.json:\n{wanted}")
    if proofs.FILE.read_text("utf-8") != proved(found["queries"]):
        lines.append("sigmapack/proofs.json: is not what the tests proved: write it by --write")
    print("\n".join(lines), end="\n" if lines else "")
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
