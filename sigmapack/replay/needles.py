"""Needles: short texts of which at least one is in every record that a rule can match.

They come from the parsed rules, as pySigma converts them, and not from our tables: a rule of
anybody has them. What a record's text must hold says nothing of the fields, so a record with a
needle is only a candidate; the compiled query gives the verdict.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from sigma.conditions import ConditionAND, ConditionNOT, ConditionOR
from sigma.rule import SigmaRule
from sigma.types import SigmaRegularExpression, SigmaString

from sigmapack.content.model import Rule
from sigmapack.content.urls import addresses
from sigmapack.events.scan import PLAIN

Needles = frozenset[str]

#: What joins two fields to one value, or a name to a value.
BETWEEN = "\\=,"

#: What an exporter may write otherwise than the event has it is in no needle.
RUN = re.compile(f"[{re.escape(PLAIN)}]+")
#: Values that are made of two fields, or of fields and names, are in no record as a whole.
PIECE = re.compile(f"[{re.escape(''.join(sign for sign in PLAIN if sign not in BETWEEN))}]+")
JOINED = frozenset({"user", "hashes", "hash"})
#: Two letters beyond ASCII count as these where a value with others is compared (the long s and the
#: sign of kelvins: https://www.unicode.org/Public/UCD/latest/ucd/CaseFolding.txt).
FOLDED = re.compile("[KkSs]")
#: Values that are worked out and may be in no record at all, so nothing can be looked for.
MADE = frozenset({"channel", "eventid", "initiated"})
#: Shorter needles are in most records.
SHORTEST = 4
#: What many records have: a needle is worth what is left of it.
COMMON = re.compile(
    r"\\windows\\|system32|syswow64|\\users\\|program ?files(?: \(x86\))?|programdata|appdata"
    r"|\\local\\|\\roaming\\|\\temp\\|microsoft|windows|https?:|\.exe|\.dll|\.com\b|sha256|sysmon"
)


def of_rules(rules: Iterable[Rule]) -> dict[str, Needles | None]:
    """Each rule's needles by its path and name; None for one that has to see every event.

    Args:
        rules: single rules, their placeholders filled in.
    """
    return {rule.path + rule.name: of_rule(rule) for rule in rules}


def of_rule(rule: Rule) -> Needles | None:
    """The needles of a single rule, in lower case; None where some match needs none."""
    parsed = SigmaRule.from_dict(rule.copy()).detection.parsed_condition
    return _any([_of(condition.parsed) for condition in parsed])


def fewest(found: Iterable[Needles]) -> tuple[str, ...]:
    """The needles of several rules as one list, without those that hold another one."""
    kept: list[str] = []
    for needle in sorted(frozenset().union(*found), key=lambda each: (len(each), each)):
        if not any(shorter in needle for shorter in kept):
            kept.append(needle)
    return tuple(sorted(kept))


def _of(node: Any) -> Needles | None:
    if isinstance(node, ConditionOR):
        return _any([_of(each) for each in node.args])
    if isinstance(node, ConditionAND):
        found = [one for each in node.args if (one := _of(each)) is not None]
        return max(found, key=_worth, default=None)
    if isinstance(node, ConditionNOT):
        return None
    return _of_value(str(getattr(node, "field", None) or "").lower(), node.value)


def _any(found: list[Needles | None]) -> Needles | None:
    """Of alternatives: all their needles, if each has some."""
    known = [one for one in found if one is not None]
    return frozenset().union(*known) if known and len(known) == len(found) else None


def _of_value(field: str, value: Any) -> Needles | None:
    if not field or field in MADE:  # words without a field may stand in one that is made
        return None
    if isinstance(value, SigmaRegularExpression):
        hosts = [host.lower() for host, _ in addresses(str(value.regexp))]
        return frozenset(hosts) if hosts else None
    if not isinstance(value, SigmaString):
        return None
    allowed = PIECE if field in JOINED else RUN
    texts = [part for part in value.s if isinstance(part, str)]
    runs = [run for text in texts for run in allowed.findall(text)]
    if not all(map(str.isascii, texts)):
        runs = [part for run in runs for part in FOLDED.split(run)]
    best = max((run.lower() for run in runs), key=_value, default="")
    return frozenset({best}) if len(best) >= SHORTEST else None


def _value(needle: str) -> tuple[int, int, str]:
    return (len(COMMON.sub("", needle)), len(needle), needle)


def _worth(needles: Needles) -> tuple[int, int]:
    """How seldom a record has any of the needles: as the worst of them says; else the fewest."""
    return (min(_value(needle)[0] for needle in needles), -len(needles))
