"""ATT&CK in Kibana's rules: each tactic with the techniques of it that a rule is tagged with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sigmapack.content import coverage
from sigmapack.content.model import Content, Rule

#: Techniques that only stand in attack.toml by their subtechniques.
PARENTS = {
    "T1070": "Indicator Removal",
    "T1195": "Supply Chain Compromise",
    "T1218": "System Binary Proxy Execution",
    "T1543": "Create or Modify System Process",
    "T1564": "Hide Artifacts",
    "T1573": "Encrypted Channel",
    "T1574": "Hijack Execution Flow",
}


def threat(content: Content, rule: Rule) -> list[dict[str, Any]]:
    """ATT&CK as Kibana wants it: every tactic with those of its techniques that are tagged."""
    if not (content.rules_dir / "attack.toml").is_file():
        return []
    known = coverage.attack(content)
    named = {tag.removeprefix("attack.") for tag in rule.tags if tag.startswith("attack.")}
    found = []
    for slug, tactic in known["tactics"].items():
        if slug not in named:
            continue
        own = [
            (name, technique)
            for name, technique in known["techniques"].items()
            if name.lower() in named and slug in technique["tactics"]
        ]
        entry = {
            "framework": "MITRE ATT&CK",
            "tactic": reference("tactics", tactic["id"], tactic["name"]),
            "technique": techniques(own, known["techniques"]),
        }
        found.append(entry)
    return found


def techniques(
    own: Sequence[tuple[str, Mapping[str, Any]]], known: Mapping[str, Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Techniques, each with those of its subtechniques that are tagged."""
    found: dict[str, dict[str, Any]] = {}
    for name, technique in own:
        parent = name.partition(".")[0]
        title = known.get(parent, {}).get("name", PARENTS.get(parent, parent))
        entry = found.setdefault(
            parent, {**reference("techniques", parent, title), "subtechnique": []}
        )
        if "." in name:
            entry["subtechnique"].append(reference("techniques", name, technique["name"]))
    return [found[name] for name in sorted(found)]


def reference(kind: str, identifier: str, name: str) -> dict[str, str]:
    """A tactic or technique with its page."""
    path = identifier.replace(".", "/")
    return {
        "id": identifier,
        "name": name,
        "reference": f"https://attack.mitre.org/{kind}/{path}/",
    }
