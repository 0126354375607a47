"""What the pack sees of the attack: stages, the rules that see each, the telemetry they need."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sigmapack.content.correlation import read_correlation
from sigmapack.content.model import Content, Rule
from sigmapack.content.stages import Stage


def telemetry(content: Content, rules: Iterable[Rule]) -> list[str]:
    """What must be collected for the rules, as `source` or `source id` (`sysmon 22`), sorted."""
    found = set()
    for rule in rules:
        if rule.is_correlation:
            members = read_correlation(rule).members
            found.update(telemetry(content, [content.by_name[name] for name in members]))
            continue
        for source, ids in content.sources.events(rule.logsource) or ():
            found.update([f"{source} {number}" for number in ids] or [source])
    return sorted(found)


def stages(content: Content) -> list[dict[str, Any]]:
    """One object a stage: rules, telemetry, techniques, and why logs do not show (all of) it."""
    return [_stage(content, stage) for stage in content.stages]


def _stage(content: Content, stage: Stage) -> dict[str, Any]:
    rules = [rule for rule in content.rules if stage.sees(rule)]
    return {
        "id": stage.id,
        "title": stage.title,
        "techniques": list(stage.techniques),
        "seen": bool(rules),
        "rules": [
            {"rule": rule.name, "id": rule.id, "level": rule.level, "hunting": rule.is_hunting}
            for rule in sorted(rules, key=lambda rule: rule.name)
        ],
        "telemetry": telemetry(content, rules),
        "not_visible": stage.unseen,
    }


def attack(content: Content) -> dict[str, Any]:
    """The part of ATT&CK that the pack declares (`attack.toml`)."""
    return dict(content.attack)
