"""Which rules a client has, with which level and how often they run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase

from sigmapack.content.model import Problem, Rule
from sigmapack.overlay.client import Client
from sigmapack.overlay.marking import above, mark

TAGGED = "tag:"
LEVELS = ("informational", "low", "medium", "high", "critical")


def selects(pattern: str, rule: Rule) -> bool:
    """Whether a rule is meant by an id, a name (`*` allowed), or `tag:` and a tag."""
    if pattern.startswith(TAGGED):
        return any(fnmatchcase(tag, pattern.removeprefix(TAGGED)) for tag in rule.tags)
    return pattern == rule.id or fnmatchcase(rule.name, pattern)


def on(
    rules: Sequence[Rule], client: Client, problems: list[Problem]
) -> tuple[tuple[Rule, ...], dict[str, str]]:
    """The rules that a client has, and why it lacks the others, by name."""
    switches = client.settings.get("rules", {})
    for key in ("off", "on"):
        for number, pattern in enumerate(switches.get(key, ())):
            if not any(selects(pattern, rule) for rule in rules):
                message = f"{pattern!r} means no rule: an id, a name (* allowed), or tag:NAME"
                problems.append(client.problem("client", message, "rules", key, number))
    off: dict[str, str] = {}
    ceiling = client.settings.get("tlp")
    for rule in rules:
        if ceiling and above(mark(rule), ceiling):
            off[rule.name] = f"marked TLP:{mark(rule).upper()}, above TLP:{ceiling.upper()}"
        elif _first(switches.get("off", ()), rule) and not _first(switches.get("on", ()), rule):
            off[rule.name] = f"switched off by {_first(switches['off'], rule)!r}"
    return _whole(tuple(rule for rule in rules if rule.name not in off), off), off


def _first(patterns: Iterable[str], rule: Rule) -> str:
    return next((pattern for pattern in patterns if selects(pattern, rule)), "")


def _whole(rules: tuple[Rule, ...], off: dict[str, str]) -> tuple[Rule, ...]:
    """The rules of which no correlation refers to one that is off.

    A count goes on with those that are left, a sequence lacks a step and is off, too.
    """
    while True:
        names = {key for rule in rules for key in (rule.name, rule.id) if key}
        kept = []
        for rule in rules:
            wanted = _named(rule)
            left = [name for name in wanted if name in names]
            if left == wanted:
                kept.append(rule)
            elif left and not _needs_all(rule):
                body = {**rule.document["correlation"], "rules": left}
                kept.append(rule.with_document({**rule.document, "correlation": body}))
            else:
                lost = ", ".join(name for name in wanted if name not in names)
                off[rule.name] = f"needs {lost}, which is off"
        if len(kept) == len(rules):
            return tuple(kept)
        rules = tuple(kept)


def _named(rule: Rule) -> list[str]:
    if not rule.is_correlation:
        return []
    found = rule.document["correlation"].get("rules") or []
    return [found] if isinstance(found, str) else list(found)


def _needs_all(rule: Rule) -> bool:
    """Whether a correlation is about each of its rules: a sequence, or a condition of words."""
    body = rule.document["correlation"]
    return str(body["type"]).startswith("temporal") or isinstance(body.get("condition"), str)


def levelled(rules: Iterable[Rule], client: Client, problems: list[Problem]) -> tuple[Rule, ...]:
    """The rules with the levels that a client gives them; what means a rule beats its level."""
    rules = tuple(rules)
    given = client.settings.get("levels", {})
    for key in given:
        if key not in LEVELS and not any(selects(key, rule) for rule in rules):
            message = f"{key!r} is no level, and means no rule: an id, a name (*), or tag:NAME"
            problems.append(client.problem("client", message, "levels", key))
    found = []
    for rule in rules:
        own = [level for key, level in given.items() if key not in LEVELS and selects(key, rule)]
        level = (own or [given.get(rule.level, rule.level)])[-1]
        if level != rule.level:
            rule = rule.with_document({**rule.document, "level": level})
        found.append(rule)
    return tuple(found)


def scheduled(rules: Iterable[Rule], client: Client) -> tuple[Rule, ...]:
    """The rules with the minutes between runs that a client asks for, by level."""
    given = client.settings.get("schedules", {})
    return tuple(replace(rule, every=given.get(rule.level, 0)) for rule in rules)
