"""Sigma filters: events that rules leave out, without a change to the rules.

Specification: https://sigmahq.io/docs/meta/filters.html (sigma-filters-specification 2.1). A filter
is written into the rule, so that every product has it, and so has what others make of the rule.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sigmapack.content.documents import documents
from sigmapack.content.files import shown, text_of
from sigmapack.content.load import RULE_SUFFIXES
from sigmapack.content.model import Problem, Rule
from sigmapack.content.shape import filter_wrong

ANY = "any"
#: Names in a condition, and the words of its own.
NAME = re.compile(r"[A-Za-z_][\w*-]*")
WORDS = frozenset({"and", "or", "not", "of", "all", "any"})


@dataclass(frozen=True)
class Filter:
    """One filter: its document, and the rules that it is for, by name or id; `any` for all."""

    rule: Rule
    rules: tuple[str, ...]

    @property
    def title(self) -> str:
        return self.rule.title or self.rule.stem

    def problem(self, code: str, message: str, *place: str | int) -> Problem:
        """A problem at the line of a key."""
        return Problem(self.rule.path, self.rule.line(*place), code, message)


def filters_in(folder: Path, problems: list[Problem]) -> Iterator[Filter]:
    """The filters of a folder and those below it; what is none is added to the problems."""
    for path in sorted(folder.rglob("*")) if folder.is_dir() else []:
        if path.suffix not in RULE_SUFFIXES or not path.is_file():
            continue
        if (text := text_of(path, problems)) is None:
            continue
        for rule in documents(shown(path), text, problems, filter_wrong):
            names = rule.document["filter"]["rules"]
            yield Filter(rule, (names,) if isinstance(names, str) else tuple(names))


def filtered(
    rules: Sequence[Rule], filters: Sequence[Filter], problems: list[Problem]
) -> tuple[tuple[Rule, ...], dict[str, list[Filter]]]:
    """Rules with the filters that are for them, and which these are, by the rule's name.

    A filter that is for no rule, or names one that is not there, is a problem.
    """
    found: dict[str, list[Filter]] = {}
    for one in filters:
        chosen = list(_chosen(one, rules, problems))
        for rule in chosen:
            found.setdefault(rule.name, []).append(one)
    made = []
    for rule in rules:
        for number, one in enumerate(found.get(rule.name, ()), 1):
            rule = apply(one, rule, number)
        made.append(rule)
    return tuple(made), found


def _chosen(found: Filter, rules: Sequence[Rule], problems: list[Problem]) -> Iterator[Rule]:
    """The rules that a filter is for."""
    if [name.lower() for name in found.rules] == [ANY]:
        fitting = [rule for rule in rules if not rule.is_correlation and fits(found, rule)]
        if not fitting:
            message = f"no rule has the log source {found.rule.logsource.key}"
            problems.append(found.problem("filter", message, "logsource"))
        yield from fitting
        return
    for name in found.rules:
        named = [rule for rule in rules if name in (rule.name, rule.id)]
        for rule in named:
            if rule.is_correlation:
                message = f"{name} is a correlation: name the rules that it is about"
            elif not fits(found, rule):
                message = f"{name} is on {rule.logsource.key}, not on {found.rule.logsource.key}"
            else:
                yield rule
                continue
            problems.append(found.problem("filter", message, "filter", "rules"))
        if not named:
            message = f"no rule has the name or id {name!r}, or it is switched off"
            problems.append(found.problem("filter", message, "filter", "rules"))


def fits(found: Filter, rule: Rule) -> bool:
    """Whether a rule's log source is that of a filter: what the filter names is the same."""
    return all(
        not own or own == other
        for own, other in zip(found.rule.logsource, rule.logsource, strict=True)
    )


def apply(found: Filter, rule: Rule, number: int) -> Rule:
    """A rule that leaves out what a filter leaves out.

    Args:
        found: the filter.
        rule: one that it is for.
        number: of the filter among those of the rule; its selections are called by it, with a line
            before, so that the rule's own `them` does not mean them.
    """
    document = rule.copy()
    detection: dict[str, Any] = document["detection"]
    body = found.rule.copy()["filter"]
    prefix = f"_filter_{number}_"
    condition = renamed(str(body["condition"]), prefix)
    for name, selection in body.items():
        if name not in ("rules", "condition"):
            detection[f"{prefix}{name}"] = selection
    before = detection["condition"]
    listed = before if isinstance(before, list) else [before]
    after = [f"({one}) and ({condition})" for one in listed]
    detection["condition"] = after if isinstance(before, list) else after[0]
    return rule.with_document(document)


def renamed(condition: str, prefix: str) -> str:
    """A condition on the filter's selections under the names that they have in the rule."""

    def own(word: re.Match[str]) -> str:
        if word[0].lower() in WORDS:
            return word[0]
        return f"{prefix}*" if word[0] == "them" else f"{prefix}{word[0]}"

    return NAME.sub(own, condition)
