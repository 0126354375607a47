"""In what a client's build is not the pack's, as its manifest says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sigmapack.content import coverage
from sigmapack.content.model import Content
from sigmapack.overlay import Overlaid


def summary(base: Content, made: Overlaid, gone: Mapping[str, Sequence[int]]) -> dict[str, Any]:
    """What the manifest says of a client: in what it has not what the pack has, and why."""
    reasons: dict[str, list[str]] = {}
    for entry in made.client.settings.get("acknowledged", ()):
        reasons.setdefault(entry["rule"], []).append(entry["reason"])
    return {
        "id": made.client.id,
        "name": made.client.name,
        "off": dict(sorted(made.off.items())),
        "filtered": {
            name: [one.title for one in found] for name, found in sorted(made.filtered.items())
        },
        "levels": dict(sorted(made.levels.items())),
        "rows": [change._asdict() for change in sorted(made.rows)],
        "added": sorted(made.added),
        "lost": [
            {"rule": name, "events": list(lines), "reason": "; ".join(reasons.get(name, ()))}
            for name, lines in sorted(gone.items())
        ],
        "stages": list(_stages(base, made, gone)),
    }


def _stages(
    base: Content, made: Overlaid, gone: Mapping[str, Sequence[int]]
) -> Iterator[dict[str, Any]]:
    """The stages of the attack of which a client sees less: by which rules, and what is left."""
    left = {stage["id"]: stage for stage in coverage.stages(made.content)}
    for stage in coverage.stages(base):
        before = [rule["rule"] for rule in stage["rules"]]
        after = [rule["rule"] for rule in left[stage["id"]]["rules"]]
        lost = [name for name in before if name not in after]
        less = [name for name in after if name in gone]
        if lost or less:
            yield {
                "id": stage["id"],
                "title": stage["title"],
                "seen": bool(after),
                "lost": lost,
                "less": less,
                "left": len(after),
            }
