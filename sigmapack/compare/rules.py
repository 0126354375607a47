"""Rules of two builds, matched by their ids, and what changed of each: its logic or its words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sigmapack.content.model import Problem
from sigmapack.deployed import Rule

#: Attributes that say when a rule was written: they follow from the others.
DATES = frozenset({"date", "modified"})


@dataclass(frozen=True)
class Change:
    """A rule that both builds have, and that is not the same in both."""

    old: Rule
    new: Rule
    tables: tuple[str, ...] = ()
    """The lookups that it reads and of which what is matched changed."""

    @property
    def logic(self) -> bool:
        """Whether it says otherwise what it finds."""
        return self.old.logic != self.new.logic

    @property
    def words(self) -> tuple[str, ...]:
        """The attributes that changed, but for its level and dates."""
        before, after = self.old.attributes, self.new.attributes
        changed = {key for key in (*before, *after) if before.get(key) != after.get(key)}
        return tuple(sorted(changed - DATES - {"level"}))

    @property
    def level(self) -> bool:
        """Whether its level changed."""
        return self.old.level != self.new.level

    @property
    def silenced(self) -> bool:
        """Whether it alerted, and does no more."""
        return self.old.alerts and not self.new.alerts

    @property
    def tags(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The tags that were added, and those that were removed."""
        before, after = self.old.tags, self.new.tags
        return (
            tuple(tag for tag in after if tag not in before),
            tuple(tag for tag in before if tag not in after),
        )

    @property
    def dated(self) -> bool:
        """Whether its date is a later one."""
        return self.new.modified > self.old.modified


class Rules(NamedTuple):
    """The rules of two builds, of which those that are the same are left out."""

    added: list[Rule]
    removed: list[Rule]
    changed: list[Change]


def keyed(rules: Sequence[Rule]) -> dict[str, Rule]:
    """Rules by their ids; one that has none, or another's, by its file and name, too."""
    ids = Counter(rule.id for rule in rules)
    return {
        rule.id if rule.id and ids[rule.id] == 1 else f"{rule.id} {rule.path} {rule.name}": rule
        for rule in rules
    }


def compare_rules(before: Sequence[Rule], after: Sequence[Rule], tables: Collection[str]) -> Rules:
    """The rules that differ.

    Args:
        before: those of the older build.
        after: those of the newer.
        tables: the lookups of which what is matched changed.
    """
    old, new = keyed(before), keyed(after)
    changes = [
        Change(old[key], rule, tuple(name for name in rule.lookups if name in tables))
        for key, rule in new.items()
        if key in old
    ]
    return Rules(
        added=_sorted(rule for key, rule in new.items() if key not in old),
        removed=_sorted(rule for key, rule in old.items() if key not in new),
        changed=sorted(
            (c for c in changes if c.logic or c.words or c.level or c.tables or c.silenced),
            key=lambda change: change.new.name,
        ),
    )


def _sorted(rules: Iterable[Rule]) -> list[Rule]:
    return sorted(rules, key=lambda rule: rule.name)


def undated(changes: Sequence[Change]) -> list[Problem]:
    """A problem for each rule whose logic changed, and whose date did not."""
    return sorted(
        Problem(
            change.new.path,
            max(1, change.new.line),
            "not-modified",
            f"the logic of {change.new.name} changed, and its date ({change.new.modified or 'none'}"
            ") did not: give it a later `modified`, by which products and people tell versions",
        )
        for change in changes
        if change.logic and not change.dated
    )


def touched(rules: Mapping[str, Rule], changes: Sequence[Change]) -> set[str]:
    """The names and ids of rules that find otherwise, with the correlations of them."""
    found = {name for c in changes if c.logic or c.tables for name in (c.new.name, c.new.id)}
    more = {
        name
        for rule in rules.values()
        if any(member in found for step in rule.steps for member in step)
        for name in (rule.name, rule.id)
    }
    return (found | more) - {""}
