"""House rules for the pack's Sigma rules, and SigmaHQ's validators."""

from __future__ import annotations

import contextlib
import io
import re
import uuid
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, cast
from unittest import mock

import requests
from sigma.correlations import SigmaCorrelationRule
from sigma.exceptions import SigmaError, SigmaRuleLocation
from sigma.plugins import InstalledSigmaPlugins
from sigma.rule import SigmaRule
from sigma.validation import SigmaValidator
from sigma.validators.base import SigmaValidationIssue

from sigmapack.checks.registry import at, own_check
from sigmapack.content import placeholders
from sigmapack.content.coverage import attack
from sigmapack.content.files import shown
from sigmapack.content.kinds import KINDS, URL_FIELDS
from sigmapack.content.model import HUNTING, Content, Place, Problem, Rule
from sigmapack.content.settings import RESPONSE

REQUIRED = (
    "title",
    "id",
    "name",
    "status",
    "description",
    "license",
    "references",
    "author",
    "date",
    "tags",
    "falsepositives",
    "level",
)
#: The SPDX id of the pack's LICENSE file.
LICENSE = "Apache-2.0"
#: Sigma's types of related rules; pySigma knows one more, `correlation`.
RELATED_TYPES = ("derived", "merged", "obsolete", "renamed", "similar")
TAGS = ("cve.2023-29059", "tlp.clear")
#: Sigma allows one tag of this kind: what alerts, or what is only for hunting.
DETECTION_TAGS = ("detection.emerging-threats", HUNTING)
#: Validators that are never applied, and why.
NOT_APPLIED = {
    "ATTACKTagValidator": "downloads data; `tags` checks the same against attack.toml",
    "SigmahqTagsTechniquesWithoutTacticsValidator": "downloads data; checked by `tags` too",
    "D3FENDTagValidator": "downloads data; the pack has no D3FEND tags",
    "TLPv1TagValidator": "the pack uses TLP 2.0, where white is called clear",
}
#: Attributes of our own, which Sigma allows and SigmaHQ's list of fields does not have.
OWN_ATTRIBUTES = ["response"]
STRONG = ("high", "critical")


@own_check
def metadata(content: Content) -> Iterator[Problem]:
    """Every rule says who, when, why, and what a hit means."""
    for rule in content.rules:
        for key in REQUIRED:
            if not rule.document.get(key):
                yield at(rule, "metadata", f"the rule has no {key}")
        if rule.name != rule.stem:
            message = f"name {rule.name!r} is not the file's stem {rule.stem!r}"
            yield at(rule, "name", message, "name")
        if rule.document.get("license", LICENSE) != LICENSE:
            yield at(rule, "license", f"the pack's license is {LICENSE}", "license")
        if not str(rule.document.get("description") or "Detects ").startswith("Detects "):
            yield at(rule, "description", 'a description begins with "Detects"', "description")
        try:
            random = uuid.UUID(rule.id).version == 4
        except ValueError:
            random = False
        if not random:
            yield at(rule, "id", f"{rule.id!r} is not a random UUID (version 4)", "id")


@own_check
def related(content: Content) -> Iterator[Problem]:
    """A related rule is one of others, named once. pySigma checks the form of the entries."""
    own = {rule.id.lower(): rule.name for rule in content.rules}
    for rule in content.rules:
        entries = rule.document.get("related")
        seen: set[str] = set()
        for number, entry in enumerate(entries if isinstance(entries, list) else ()):
            if not isinstance(entry, dict):
                continue
            kind, other = str(entry.get("type")), str(entry.get("id")).lower()
            if kind not in RELATED_TYPES:
                message = f"type {kind!r} is none of: {', '.join(RELATED_TYPES)}"
                yield at(rule, "related", message, "related", number)
            if kind == "similar" and other in own:
                message = f"{other} is {own[other]} of this pack: name rules of others only"
                yield at(rule, "related", message, "related", number)
            if other in seen:
                yield at(rule, "related", f"{other} stands here twice", "related", number)
            seen.add(other)


@own_check
def responses(content: Content) -> Iterator[Problem]:
    """Every rule names a playbook that is there, and no playbook is left over."""
    path = shown(content.rules_dir / RESPONSE)
    for rule in content.rules:
        if rule.response not in content.playbooks:
            known = ", ".join(sorted(content.playbooks)) or "none"
            message = f"response {rule.response!r} is no playbook of {path} (has: {known})"
            yield at(rule, "response", message, "response")
    for name in content.playbooks.keys() - {rule.response for rule in content.rules}:
        yield Problem(path, 1, "response", f"no rule uses the playbook {name}")


@own_check
def tags(content: Content) -> Iterator[Problem]:
    """ATT&CK ids and tactics are those of one release, and every technique has its tactic."""
    path = content.rules_dir / "attack.toml"
    known = attack(content)
    tactics, techniques = known["tactics"], known["techniques"]
    for rule in content.rules:
        for tag in TAGS:
            if tag not in rule.tags:
                yield at(rule, "tags", f"the tag {tag} is missing", "tags")
        if not set(DETECTION_TAGS) & set(rule.tags):
            yield at(
                rule, "tags", f"one of these tags is missing: {' or '.join(DETECTION_TAGS)}", "tags"
            )
        mine = {tag.removeprefix("attack.") for tag in rule.tags if tag.startswith("attack.")}
        for name in sorted(mine):
            technique = techniques.get(name.upper())
            valid = technique is not None or name in tactics or re.fullmatch(r"[gsc]\d{4}", name)
            if not valid:
                message = f"attack.{name} is not in {shown(path)} (ATT&CK {known['version']})"
                yield at(rule, "attack", message, "tags")
            elif technique and not mine & set(technique["tactics"]):
                wanted = " or ".join(technique["tactics"])
                yield at(rule, "attack", f"attack.{name} needs its tactic: {wanted}", "tags")


@own_check
def indicators(content: Content) -> Iterator[Problem]:
    """A rule names indicators by their lookup, by a way of matching that fits their kind."""
    kinds = ("domain", "url", "hash", "threat")
    tables = [t for t in content.lookups.values() if KINDS.get(t.key) in kinds]
    literal = {value.lower(): table.name for table in tables for value in table.values()}
    for rule in content.detections:
        text = str(rule.document.get("detection")).lower()
        for value, table in literal.items():
            if value in text:
                message = f"{value} stands in lookups/{table}.csv: write '%{table}%'"
                yield at(rule, "repeated-indicator", message, "detection")
        for place, name in placeholders.references(rule):
            table, _, column = name.partition(".")
            if table not in content.lookups:
                continue
            kind = KINDS.get(column or content.lookups[table].key)
            if kind in ("domain", "zone") and {"contains", "re"} & set(str(place[-1]).split("|")):
                message = f"%{name}% with contains or re would match lookalikes: use |expand alone"
                yield at(rule, "lookalike", message, *place)
            elif kind == "threat" and str(place[-1]).split("|")[1:] != ["expand"]:
                message = f"%{name}% says itself what is compared whole: use |expand alone"
                yield at(rule, "lookalike", message, *place)
            elif kind in ("domain", "zone", "url") and not _alone(rule, place, name):
                message = f"%{name}% in a field of URLs stands alone, with |expand alone"
                yield at(rule, "lookalike", message, *place)


def _alone(rule: Rule, place: Place, name: str) -> bool:
    """Whether a placeholder is all that a field is compared with, where the field holds URLs."""
    node: Any = rule.document
    for key in place:
        node = node[key]
    field, *modifiers = str(place[-1]).split("|")
    single = node in (f"%{name}%", [f"%{name}%"]) and modifiers == ["expand"]
    return field not in URL_FIELDS or single


@own_check
def confidence(content: Content) -> Iterator[Problem]:
    """No value of low confidence reaches a rule of level high or critical."""
    for rule in content.detections:
        if rule.level not in STRONG:
            continue
        for place, name in placeholders.references(rule):
            lookup = content.lookups.get(name.partition(".")[0])
            low = [r for r in lookup.rows if r.values.get("confidence") == "low"] if lookup else []
            for row in low:
                value = row.values[lookup.key] if lookup else ""
                message = f"level {rule.level} with {value} of confidence low, from %{name}%"
                yield at(rule, "low-confidence", message, *place)


@own_check
def sigmahq(content: Content) -> Iterator[Problem]:
    """SigmaHQ's validators and pySigma's, less what waivers.toml excludes with a reason."""
    validator = SigmaValidator(_validators())
    excluded = [waiver for waiver in content.waivers if waiver.outcome == "excluded"]
    used = set()
    for rule in content.rules:
        for issue in _issues(validator, rule):
            name = type(issue).__name__.removesuffix("Issue")
            fitting = [w for w in excluded if w.excludes(rule, name)]
            used.update(fitting)
            if not fitting:
                detail = {k: v for k, v in vars(issue).items() if k not in ("rules", "severity")}
                details = ", ".join(f"{key} {value}" for key, value in detail.items())
                message = f"{name}: {issue.description} ({details})"
                yield at(rule, "validator", message)
    for waiver in excluded:
        if waiver not in used:
            message = f"{waiver.subject} does not raise {waiver.scope}: remove the waiver"
            path = shown(content.rules_dir / "waivers.toml")
            yield Problem(path, waiver.line, "unneeded-waiver", message)


def _issues(validator: SigmaValidator, rule: Rule) -> list[SigmaValidationIssue]:
    try:
        found = validator.validate_rule(cast(SigmaRule, _parsed(rule)))
    except SigmaError:
        return []  # the check `sigma` has reported it
    return [issue for issue in found if getattr(issue, "fieldname", []) != OWN_ATTRIBUTES]


def _parsed(rule: Rule) -> SigmaRule | SigmaCorrelationRule:
    source = SigmaRuleLocation(Path(rule.path))
    if rule.is_correlation:
        return SigmaCorrelationRule.from_dict(rule.copy(), source=source)
    return SigmaRule.from_dict(rule.copy(), source=source)


@cache
def _validators() -> tuple[Any, ...]:
    """All validators that work without network.

    pysigma-validators-sigmahq 0.20.2 carries its data but asks the network for newer at import:
    it is denied, so that every machine checks against the same data.
    """
    refused = mock.patch("requests.get", side_effect=requests.ConnectionError("offline"))
    with refused, contextlib.redirect_stdout(io.StringIO()):
        plugins = InstalledSigmaPlugins.autodiscover(
            include_backends=False, include_pipelines=False
        )
    found: list[Any] = list(plugins.validators.values())
    return tuple(validator for validator in found if validator.__name__ not in NOT_APPLIED)
