"""A difference as JSON: the keys that pipelines may rely on."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from sigmapack.compare.difference import Difference
from sigmapack.compare.products import ProductChange
from sigmapack.compare.replayed import Replayed
from sigmapack.compare.rules import Change
from sigmapack.deployed import Rule


def as_json(found: Difference, replayed: Replayed | None) -> dict[str, Any]:
    """The object of `diff --json`."""
    data: dict[str, Any] = {
        "version": {"old": str(found.old), "next": str(found.next), "part": found.part},
        "reasons": [reason._asdict() for reason in found.reasons],
        "rules": {
            "added": [_rule(rule) for rule in found.rules.added],
            "removed": [_rule(rule) for rule in found.rules.removed],
            "changed": [_change(found, change) for change in found.rules.changed],
        },
        "lookups": [
            {
                "lookup": one.name,
                "added": list(one.added),
                "removed": list(one.removed),
                "changed": [{"value": value, "columns": list(c)} for value, c in one.changed],
            }
            for one in found.tables
        ],
        "outcomes": [asdict(one) for one in found.outcomes],
        "proofs": [
            {"target": o.target, "language": o.language, "rule": o.rule, "old": o.old, "new": o.new}
            for o in found.proofs
        ],
        "queries": [
            dict(zip(("target", "language", "rule"), key, strict=True)) for key in found.otherwise
        ],
        "products": [_product(one) for one in found.products],
        "problems": [
            {key: getattr(problem, key) for key in ("path", "line", "code", "message")}
            for problem in found.problems
        ],
    }
    if replayed:
        data["replay"] = {
            "events": replayed.events,
            "both": replayed.both,
            "found": [match.as_json() for match in replayed.found],
            "lost": [match.as_json() for match in replayed.lost],
            "not_run": [
                {"build": build, "rule": one.rule.name, "reason": one.reason}
                for build, one in replayed.refused
            ],
        }
    return data


def _rule(rule: Rule) -> dict[str, Any]:
    return {"rule_id": rule.id, "rule": rule.name, "title": rule.title, "level": rule.level}


def _change(found: Difference, change: Change) -> dict[str, Any]:
    added, removed = change.tags
    lost = found.lost.get(change.new.name, ())
    return {
        **_rule(change.new),
        "logic": change.logic,
        "words": list(change.words),
        "old_level": change.old.level,
        "lookups": list(change.tables),
        "tags": {"added": list(added), "removed": list(removed)},
        "modified": {"old": change.old.modified, "new": change.new.modified},
        "lost_events": None if lost is None else list(lost),
    }


def _product(one: ProductChange) -> dict[str, Any]:
    return {
        "product": one.name,
        "title": one.title,
        "import": list(one.imported),
        "replace": [{"item": item, "fields": list(fields)} for item, fields in one.replaced],
        "delete": list(one.deleted),
        "schedules": [asdict(change) for change in one.schedules],
        "severities": [asdict(change) for change in one.severities],
        "files": [{"path": path, "change": how} for how, path in one.files],
    }
