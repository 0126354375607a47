"""`manifest.json`: what was built, and the outcome of every rule on every target."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sigmapack import __version__
from sigmapack.compiling.product import Artifact, Query, RefusedTable
from sigmapack.write import MANIFEST

OUTCOMES = ("ok", "degraded", "refused")


def entry(query: Query) -> dict[str, Any]:
    """One object of the manifest's `queries`; `lookup_path` is the variant that uses the
    product's own lookup table, where there is one; `origin` the pack's id of a client's rule."""
    return {
        "rule_id": query.rule.id,
        "rule": query.rule.name,
        "title": query.rule.title,
        "level": query.rule.level,
        "target": query.target,
        "language": query.language,
        "outcome": query.outcome,
        "reason": query.reason,
        "path": query.path,
        "sha256": _sha256(query.text.encode()) if query.path else "",
        "lookup_path": query.native_path,
        "lookup_sha256": _sha256(query.native_text.encode()) if query.native_path else "",
        **({"origin": query.rule.origin} if query.rule.origin else {}),
    }


def table_entry(table: RefusedTable) -> dict[str, Any]:
    """One object of the manifest's `tables`: what a product does not take; `rules` lack their
    variant with it there."""
    return {
        "table": table.lookup.name,
        "target": table.target,
        "outcome": "refused",
        "reason": table.reason,
        "rules": list(table.rules),
    }


def manifest(
    queries: Sequence[Query],
    artifacts: Iterable[Artifact],
    tables: Iterable[RefusedTable] = (),
    client: Mapping[str, Any] | None = None,
) -> Artifact:
    """The manifest of a build: `queries`, `tables` that products do not take, and every file with
    its SHA-256 under `files`; `client` says in what a client's build is not the pack's."""
    data: dict[str, Any] = {
        "pack": "threecx-detection-pack",
        "version": __version__,
        **({"client": client} if client else {}),
        "queries": sorted(
            map(entry, queries), key=lambda e: (e["target"], e["language"], e["rule"])
        ),
        "tables": [table_entry(table) for table in tables],
        "files": {a.path: _sha256(a.data) for a in sorted(artifacts, key=lambda a: a.path)},
    }
    return Artifact(MANIFEST, (json.dumps(data, indent=1, ensure_ascii=False) + "\n").encode())


def summary(queries: Iterable[Query]) -> list[tuple[str, str, dict[str, int]]]:
    """Rows (target, language, count by outcome), sorted."""
    counts = Counter((query.target, query.language, query.outcome) for query in queries)
    pairs = sorted({(target, language) for target, language, _ in counts})
    return [(t, g, {outcome: counts[t, g, outcome] for outcome in OUTCOMES}) for t, g in pairs]


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
