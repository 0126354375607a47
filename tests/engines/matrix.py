"""How each compiled query was proved: notes of the engines' tests, gathered at the end of a run."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
NOTES = ROOT / ".verification"
DIST = ROOT / "dist"
ORDER = ("executed", "parsed", "not replayed")


def clear() -> None:
    """Forget the notes of an earlier run."""
    shutil.rmtree(NOTES, ignore_errors=True)


def gather(manifest: dict[str, Any], notes: list[dict[str, Any]]) -> dict[str, Any]:
    """The matrix: for every query of a manifest what ran it, or `not replayed`.

    Args:
        manifest: `dist/manifest.json`.
        notes: what `tools.record` wrote, one object for each engine and language.
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
        ]
        best = min((ORDER.index(how) for how, _ in found), default=len(ORDER) - 1)
        engines = sorted(engine for how, engine in found if ORDER.index(how) == best)
        rows.append(
            {
                "rule": query["rule"],
                "target": query["target"],
                "language": query["language"],
                "sha256": query["sha256"],
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


def write() -> None:
    """`dist/verification.json`, where there is a build and an engine ran."""
    manifest = DIST / "manifest.json"
    if not manifest.is_file() or not NOTES.is_dir():
        return
    notes = [json.loads(path.read_text("utf-8")) for path in sorted(NOTES.glob("*.json"))]
    matrix = gather(json.loads(manifest.read_text("utf-8")), notes)
    text = json.dumps(matrix, indent=1, ensure_ascii=False) + "\n"
    (DIST / "verification.json").write_text(text, "utf-8")
