"""`manifest.json`: what was built, and the outcome of every rule on every target."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

from sigmapack import __version__, proofs
from sigmapack.compiling.product import Artifact, Query, RefusedTable
from sigmapack.content.files import shown
from sigmapack.content.model import Content, Lookup, Rule
from sigmapack.write import MANIFEST

OUTCOMES = ("ok", "degraded", "refused")
#: Attributes of a rule that say what it finds; all others are about it.
LOGIC = ("logsource", "detection", "correlation", "generate")


def entry(query: Query) -> dict[str, Any]:
    """One object of the manifest's `queries`; `lookup_path` is the variant that uses the
    product's own lookup table, where there is one. `runs_sha256` is of the query without what is
    said about it: it stays where only words change. `origin` is the pack's id of a client's
    rule, `proof` how the tests proved this very query (`proofs`)."""
    runs = _sha256(query.bare.encode()) if query.path else ""
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
        "runs_sha256": runs,
        "proof": proofs.of(runs).how if runs else "",
        "proved_on": list(proofs.of(runs).engines),
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


def rule_entry(rule: Rule, path: str) -> dict[str, Any]:
    """One object of the manifest's `rules`: what tells a change of its logic from one of its words.

    The hashes are of the rule as it is written, so that a row of a lookup changes no rule. `fields`
    and `steps` (the names of a correlation's rules, of which each step needs one) are what a replay
    of the build's own queries has to know.

    Args:
        rule: as it was read.
        path: of its file, from the folder above that of the rules.
    """
    from sigmapack.compiling.names import names  # with pySigma, as the next
    from sigmapack.content.correlation import read_correlation
    from sigmapack.content.placeholders import references

    document = rule.document
    steps: Sequence[Sequence[str]] = ()
    fields = set(names(rule))
    if rule.is_correlation:
        with suppress(Exception):  # no product has it: its queries say why
            correlation = read_correlation(rule)
            steps = correlation.steps
            fields |= set(correlation.fields)
    return {
        "rule": rule.name,
        "rule_id": rule.id,
        "title": rule.title,
        "level": rule.level,
        "alerts": rule.alerts,
        "path": path,
        "line": rule.line("modified" if "modified" in document else "date"),
        "modified": str(document.get("modified") or document.get("date") or ""),
        "tags": list(rule.tags),
        "logsource": {k: v for k, v in rule.logsource._asdict().items() if v},
        "lookups": sorted({name.partition(".")[0] for _, name in references(rule)}),
        "fields": sorted(fields),
        "steps": [list(step) for step in steps],
        "logic": _hash({key: document[key] for key in LOGIC if key in document}),
        "attributes": {k: _hash(document[k])[:16] for k in sorted(document) if k not in LOGIC},
    }


def lookup_entry(lookup: Lookup) -> dict[str, Any]:
    """One object of the manifest's `lookups`: its columns, and all of its rows."""
    rows = [[row.values[column] for column in lookup.columns] for row in lookup.rows]
    return {"lookup": lookup.name, "columns": list(lookup.columns), "rows": rows}


def manifest(
    content: Content,
    queries: Sequence[Query],
    artifacts: Iterable[Artifact],
    tables: Iterable[RefusedTable] = (),
    client: Mapping[str, Any] | None = None,
) -> Artifact:
    """The manifest of a build: `rules`, `lookups`, `queries`, `tables` that products do not take,
    and every file with its SHA-256 under `files`; `client` says in what a client's build is not
    the pack's."""
    data: dict[str, Any] = {
        "pack": "threecx-detection-pack",
        "version": __version__,
        "language": content.words.lang,
        **({"client": client} if client else {}),
        "rules": [
            rule_entry(rule, _place(content, rule))
            for rule in sorted(content.rules, key=lambda r: (r.name, r.id, r.path))
        ],
        "lookups": [lookup_entry(content.lookups[name]) for name in sorted(content.lookups)],
        "queries": sorted(
            map(entry, queries), key=lambda e: (e["target"], e["language"], e["rule"])
        ),
        "tables": [table_entry(table) for table in tables],
        "files": {a.path: _sha256(a.data) for a in sorted(artifacts, key=lambda a: a.path)},
    }
    return Artifact(MANIFEST, _written(data))


def added(listed: Artifact, file: Artifact) -> Artifact:
    """A manifest that names one more file, which was made of it."""
    data = json.loads(listed.data)
    data["files"] = dict(sorted({**data["files"], file.path: _sha256(file.data)}.items()))
    return replace(listed, data=_written(data))


def _written(data: Mapping[str, Any]) -> bytes:
    return (json.dumps(data, indent=1, ensure_ascii=False) + "\n").encode()


def summary(queries: Iterable[Query]) -> list[tuple[str, str, dict[str, int]]]:
    """Rows (target, language, count by outcome), sorted."""
    counts = Counter((query.target, query.language, query.outcome) for query in queries)
    pairs = sorted({(target, language) for target, language, _ in counts})
    return [(t, g, {outcome: counts[t, g, outcome] for outcome in OUTCOMES}) for t, g in pairs]


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _place(content: Content, rule: Rule) -> str:
    """A rule's path from the folder above the rules: the same wherever that is."""
    path = PurePosixPath(rule.path)
    folder = PurePosixPath(shown(content.rules_dir))
    own = path.relative_to(folder) if path.is_relative_to(folder) else PurePosixPath(path.name)
    return (PurePosixPath(folder.name) / own).as_posix()


def _hash(value: Any) -> str:
    """The SHA-256 of what stands in a YAML document, whatever the order of its keys."""
    return _sha256(json.dumps(value, sort_keys=True, default=str).encode())
