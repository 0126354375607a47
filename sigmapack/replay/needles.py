"""Needles: short texts of which at least one is in every record that a rule can match.

They come from the parsed rules, as pySigma converts them, and not from our tables: a rule of
anybody has them. What a record's text must hold says nothing of the fields, so a record with a
needle is only a candidate; the compiled query gives the verdict.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from sigma.conditions import ConditionAND, ConditionNOT, ConditionOR
from sigma.rule import SigmaRule
from sigma.types import Placeholder, SigmaRegularExpression, SigmaString

from sigmapack.content.model import Rule
from sigmapack.content.urls import addresses
from sigmapack.events.scan import PLAIN
from sigmapack.replay.tables import MARK

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


def of_rules(rules: Iterable[Rule]) -> dict[str, list[Needles]]:
    """What `all_of` gives of each rule, by its path and name.

    Args:
        rules: single rules, their placeholders filled in.
    """
    return {rule.path + rule.name: all_of(rule) for rule in rules}


def all_of(rule: Rule) -> list[Needles]:
    """Sets of needles in lower case, of each of which a match needs one: the most telling first.

    There are none where some match needs none.
    """
    parsed = SigmaRule.from_dict(rule.copy()).detection.parsed_condition
    found = _any([_of(condition.parsed) for condition in parsed])
    return sorted(dict.fromkeys(found), key=_worth, reverse=True)


def of_rule(rule: Rule) -> Needles | None:
    """The most telling needles of a single rule; None where some match needs none."""
    return next(iter(all_of(rule)), None)


def fewest(found: Iterable[Needles]) -> tuple[str, ...]:
    """The needles of several rules as one list, without those that hold another one."""
    kept: set[str] = set()
    for needle in sorted(frozenset().union(*found), key=len):
        if kept.isdisjoint(_parts(needle)):
            kept.add(needle)
    return tuple(sorted(kept))


def held(needle: str, kept: Collection[str]) -> list[str]:
    """Which of some needles a needle has in it: where it is found, they are."""
    return [part for part in dict.fromkeys(_parts(needle)) if part in kept]


def _parts(needle: str) -> Iterator[str]:
    """All that could be a needle in one: with 100,000 needles, far fewer than these."""
    if needle.startswith(MARK):
        yield needle
        return
    for begin in range(len(needle)):
        for end in range(begin + SHORTEST, len(needle) + 1):
            yield needle[begin:end]


def _of(node: Any) -> list[Needles]:
    if isinstance(node, ConditionOR):
        return _any([_of(each) for each in node.args])
    if isinstance(node, ConditionAND):
        return [one for each in node.args for one in _of(each)]
    if isinstance(node, ConditionNOT):
        return []
    return _of_value(str(getattr(node, "field", None) or "").lower(), node.value)


def _any(found: list[list[Needles]]) -> list[Needles]:
    """Of alternatives: all their needles, if each has some."""
    if len(found) == 1:
        return found[0]
    best = [max(each, key=_worth) for each in found if each]
    return [frozenset().union(*best)] if best and len(best) == len(found) else []


def _of_value(field: str, value: Any) -> list[Needles]:
    if not field or field in MADE:  # words without a field may stand in one that is made
        return []
    if isinstance(value, SigmaRegularExpression):
        hosts = [host.lower() for host, _ in addresses(str(value.regexp))]
        return [frozenset(hosts)] if hosts else []
    if not isinstance(value, SigmaString):
        return []
    if len(value.s) == 1 and isinstance(value.s[0], Placeholder):  # a table that stays one
        return [] if field in JOINED else [frozenset({MARK + value.s[0].name})]
    allowed = PIECE if field in JOINED else RUN
    texts = [part for part in value.s if isinstance(part, str)]
    runs = [run for text in texts for run in allowed.findall(text)]
    if not all(map(str.isascii, texts)):
        runs = [part for run in runs for part in FOLDED.split(run)]
    best = max((run.lower() for run in runs), key=_value, default="")
    return [frozenset({best})] if len(best) >= SHORTEST else []


def _value(needle: str) -> tuple[int, int, str]:
    return (len(COMMON.sub("", needle)), len(needle), needle)


def _worth(needles: Needles) -> tuple[int, int]:
    """How seldom a record has any of the needles: as the worst of them says; else the fewest."""
    return (min(_value(needle)[0] for needle in needles), -len(needles))
