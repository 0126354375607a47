"""The coverage as files: the layer is one that Navigator opens."""

from __future__ import annotations

import json
from dataclasses import replace

from sigmapack.navigator import artifacts, layer
from tests.engines.corpus import pack

CONTENT = pack()


def test_the_layer_has_what_navigator_asks_for() -> None:
    made = layer(CONTENT)
    assert made["versions"] == {"attack": "19", "layer": "4.5"}
    assert made["domain"] == "enterprise-attack"
    scores = {t["techniqueID"]: t["score"] for t in made["techniques"]}
    assert scores["T1195.002"] > 10
    assert scores["T1620"] == 0  # reflective loading: known, and visible in no log
    for technique in made["techniques"]:
        assert technique["comment"], technique["techniqueID"]
        assert technique["tactic"] in {"initial-access", "execution", "persistence",
            "privilege-escalation", "stealth", "defense-impairment", "credential-access",
            "discovery", "command-and-control", "exfiltration"}  # fmt: skip


def test_both_files_are_json_and_a_folder_without_stages_has_none() -> None:
    files = {artifact.path: json.loads(artifact.data) for artifact in artifacts(CONTENT)}
    assert sorted(files) == ["attack_navigator_layer.json", "coverage.json"]
    assert artifacts(replace(CONTENT, stages=())) == []
