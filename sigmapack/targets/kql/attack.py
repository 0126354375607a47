"""Severity and ATT&CK as Microsoft's products know them: ATT&CK is older than the pack's 19.

Tactics: the enumeration of Microsoft.SecurityInsights alert rules
(https://learn.microsoft.com/azure/templates/microsoft.securityinsights/alertrules). It has no
Stealth and no Defense Impairment, into which version 19 split Defense Evasion.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from sigmapack.content import coverage
from sigmapack.content.model import Content, Rule

SEVERITY = {
    "critical": "High",
    "high": "High",
    "medium": "Medium",
    "low": "Low",
    "informational": "Informational",
}
#: Tactics that are called otherwise.
TACTICS: Mapping[str, str] = {"defense-impairment": "DefenseEvasion", "stealth": "DefenseEvasion"}
#: Techniques of version 19 -> what they were before; "" where there was none.
TECHNIQUES: Mapping[str, str] = {"T1678": "", "T1685": "T1562.001"}


def tactics(content: Content, rule: Rule) -> dict[str, list[str]]:
    """The tactics of a rule, each with those of its techniques that belong to it, sorted.

    Without the pack's `attack.toml` every technique stands under every tactic.
    """
    slugs: list[str] = []
    names: list[str] = []
    for tag in rule.tags:
        name = tag.removeprefix("attack.")
        if name != tag:
            known = re.fullmatch(r"t\d{4}(\.\d{3})?", name)
            (names if known else slugs).append(name.upper() if known else name)
    known_techniques: Mapping[str, Mapping[str, list[str]]] = {}
    if (content.rules_dir / "attack.toml").is_file():
        known_techniques = coverage.attack(content)["techniques"]
    found: dict[str, set[str]] = {}
    for slug in slugs:
        own = {
            TECHNIQUES.get(name, name)
            for name in names
            if slug in known_techniques.get(name, {}).get("tactics", [slug])
        }
        found.setdefault(TACTICS.get(slug, tactic(slug)), set()).update(own - {""})
    return {name: sorted(found[name]) for name in sorted(found)}


def tactic(slug: str) -> str:
    """`command-and-control` as `CommandAndControl`."""
    return "".join(part.capitalize() for part in slug.split("-"))


def techniques(content: Content, rule: Rule) -> list[str]:
    """All techniques of a rule, sorted."""
    return sorted({name for names in tactics(content, rule).values() for name in names})
