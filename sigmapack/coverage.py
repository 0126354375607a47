"""What the pack sees of the attack: stages, the rules that see each, the telemetry they need.

Also as a layer for ATT&CK Navigator (format 4.5,
https://github.com/mitre-attack/attack-navigator/blob/master/layers/spec/v4.5/layerformat.md).
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from sigmapack.correlation import read_correlation
from sigmapack.model import Content, Rule, Stage
from sigmapack.product import Artifact

COVERAGE = "coverage.json"
LAYER = "attack_navigator_layer.json"


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


def artifacts(content: Content) -> list[Artifact]:
    """`coverage.json` and the Navigator layer; nothing for a folder without `coverage.toml`."""
    if not content.stages:
        return []
    return [
        _json(COVERAGE, {"stages": stages(content)}),
        _json(LAYER, layer(content)),
    ]


def attack(content: Content) -> dict[str, Any]:
    """The part of ATT&CK that the pack declares (`attack.toml`)."""
    return _attack(content.rules_dir / "attack.toml")


@cache
def _attack(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text("utf-8"))


def layer(content: Content) -> dict[str, Any]:
    """A Navigator layer: each technique scored by the number of rules that are tagged with it."""
    known = attack(content)
    techniques = []
    for name, technique in sorted(known["techniques"].items()):
        rules = sorted(r.name for r in content.rules if f"attack.{name.lower()}" in r.tags)
        unseen = [
            f"{stage.id}: {stage.unseen}"
            for stage in content.stages
            if name in stage.techniques and stage.unseen
        ]
        used = any(name in stage.techniques for stage in content.stages)
        if rules or used:
            techniques += [
                {
                    "techniqueID": name,
                    "tactic": tactic,
                    "score": len(rules),
                    "enabled": True,
                    "comment": "\n".join([*rules, *unseen]),
                    "showSubtechniques": "." in name,
                }
                for tactic in technique["tactics"]
            ]
    return {
        "name": "3CX supply-chain compromise (CVE-2023-29059)",
        "versions": {"attack": known["version"].partition(".")[0], "layer": "4.5"},
        "domain": "enterprise-attack",
        "description": "Score: rules of this pack tagged with the technique; 0: no log shows it.",
        "sorting": 3,
        "techniques": techniques,
        "gradient": {"colors": ["#f4f4f4", "#8ec843"], "minValue": 0, "maxValue": 10},
        "hideDisabled": False,
    }


def _json(path: str, data: Any) -> Artifact:
    return Artifact(path, (json.dumps(data, indent=1, ensure_ascii=False) + "\n").encode())
