"""The coverage of the attack as files: `coverage.json`, and a layer for ATT&CK Navigator.

Format of the layer, 4.5:
https://github.com/mitre-attack/attack-navigator/blob/master/layers/spec/v4.5/layerformat.md
"""

from __future__ import annotations

import json
from typing import Any

from sigmapack.compiling.product import Artifact
from sigmapack.content.coverage import attack, stages
from sigmapack.content.model import Content
from sigmapack.content.words import noted

COVERAGE = "coverage.json"
LAYER = "attack_navigator_layer.json"


SCORE = noted("Score: rules of this pack tagged with the technique; 0: no log shows it.")


def artifacts(content: Content) -> list[Artifact]:
    """`coverage.json` and the Navigator layer; nothing for a folder without `coverage.toml`."""
    if not content.stages:
        return []
    return [
        _json(COVERAGE, {"stages": stages(content)}),
        _json(LAYER, layer(content)),
    ]


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
        "name": content.sources.own("3CX supply-chain compromise (CVE-2023-29059)", " - "),
        "versions": {"attack": known["version"].partition(".")[0], "layer": "4.5"},
        "domain": "enterprise-attack",
        "description": content.words(SCORE),
        "sorting": 3,
        "techniques": techniques,
        "gradient": {"colors": ["#f4f4f4", "#8ec843"], "minValue": 0, "maxValue": 10},
        "hideDisabled": False,
    }


def _json(path: str, data: Any) -> Artifact:
    return Artifact(path, (json.dumps(data, indent=1, ensure_ascii=False) + "\n").encode())
