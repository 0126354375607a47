"""All that differs between two builds, and the version that follows from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from pathlib import Path

from sigmapack.compare import narrowing, products, versions
from sigmapack.compare.products import Key, Outcome, ProductChange
from sigmapack.compare.rules import Rules, compare_rules, touched, undated
from sigmapack.compare.tables import TableChange, compare_tables
from sigmapack.compare.versions import Reason, Version
from sigmapack.content.model import Problem
from sigmapack.deployed import Bundle
from sigmapack.events.watch import Watch

BASE = "has no query of its own: see the correlations that refer to it"


@dataclass(frozen=True)
class Difference:
    """What changed from an older build to a newer one."""

    old: Version
    """The older build's version."""
    rules: Rules
    tables: list[TableChange]
    outcomes: list[Outcome]
    proofs: list[Outcome]
    """Queries that the tests proved in another way than before."""
    otherwise: list[Key]
    """(product, language, rule) of queries of rules that did not change."""
    products: list[ProductChange]
    lost: Mapping[str, tuple[str, ...] | None]
    """Events of the pack that a rule lost, by its name; None where nobody can tell."""
    reasons: list[Reason]
    problems: list[Problem]

    @property
    def part(self) -> str:
        """Which part of the version has to grow: `major`, `minor`, `patch` or `none`."""
        return versions.greatest(self.reasons)

    @property
    def next(self) -> Version:
        """The least version that the newer build may have."""
        return self.old.next(self.part)


def compare(
    old: Bundle, new: Bundle, events: Path | None = None, watch: Watch | None = None
) -> Difference:
    """Compare two builds.

    Args:
        old: the older build.
        new: the newer one.
        events: the folder of the pack's events, by which it can be told whether a rule finds less.
        watch: what can stop the replay of these.

    Raises:
        UnreadableInput: a build's file cannot be read, or is not as its manifest says.
        ValueError: the older build's version is none of three numbers.
    """
    tables = compare_tables(old.tables, new.tables)
    rules = compare_rules(old.rules, new.rules, {one.name for one in tables if one.matched})
    both = {c.new.name: c.new for c in rules.changed}
    same = products.names_of([r for r in new.rules if r not in rules.added])
    every = {rule.name: rule for rule in new.rules}
    changed = touched(every, rules.changed) | products.names_of(list(both.values()))
    outcomes = products.outcomes(old, new, same)
    otherwise = products.otherwise(old, new, changed | products.names_of(rules.added))
    actions = products.actions(old, new)
    doubtful = [c for c in rules.changed if c.logic or c.tables]
    asked = narrowing.unchanged(old, new, {rule for _, _, rule in otherwise})
    lost = narrowing.lost(old, new, [*doubtful, *asked], events, watch)
    bases = narrowing.bases(old, doubtful) & narrowing.bases(new, doubtful)
    lessened = {one.name for one in tables if one.lessened}
    reasons = [
        *_of_products(old, new, outcomes),
        *_of_rules(rules, lost, lessened, bases),
        *(_of_events(c.new.name, lost[c.new.name], True) for c in asked if lost[c.new.name]),
        *_of_tables(tables),
        *_of_the_rest(actions, otherwise),
    ]
    return Difference(
        old=versions.version(old.version),
        rules=rules,
        tables=tables,
        outcomes=outcomes,
        proofs=products.proofs(old, new),
        otherwise=otherwise,
        products=actions,
        lost=lost,
        reasons=sorted(reasons, key=lambda r: (versions.PARTS.index(r.part), r.text)),
        problems=undated(rules.changed),
    )


def _of_products(old: Bundle, new: Bundle, outcomes: list[Outcome]) -> Iterator[Reason]:
    before, after = products.targets(old), products.targets(new)
    for name in before - after:
        yield Reason("major", f"product {name} lost")
    for name in after - before:
        yield Reason("minor", f"product {name} added")
    for one in outcomes:
        part, how = ("major", "less") if one.worse else ("minor", "more")
        where = f"{one.target}/{one.language}"
        yield Reason(part, f"{where} has {how} of {one.rule}: {one.old}, now {one.new}")


def _of_rules(
    rules: Rules,
    lost: Mapping[str, tuple[str, ...] | None],
    lessened: Set[str],
    bases: Set[str],
) -> Iterator[Reason]:
    for rule in rules.removed:
        yield Reason("major", f"rule {rule.name} removed")
    for rule in rules.added:
        yield Reason("minor", f"rule {rule.name} added")
    for change in rules.changed:
        name = change.new.name
        if name in bases:
            yield Reason("minor", f"rule {name} {BASE}")
        elif name in lost:
            sure = not change.logic and lessened.isdisjoint(change.tables)
            yield _of_events(name, lost[name], sure)
        if change.silenced:
            yield Reason("major", f"rule {name} alerts no more")
        elif change.level:
            levels = f"{change.old.level} to {change.new.level}"
            yield Reason("minor", f"rule {name} changed its level from {levels}")
        if change.words:
            yield Reason("patch", f"rule {name} changed its {', '.join(change.words)}")


def _of_events(name: str, lost: tuple[str, ...] | None, sure: bool) -> Reason:
    """Why a rule that finds otherwise counts; `sure` where its lookups only got rows."""
    if lost is None and sure:
        return Reason("minor", f"rule {name} looks for more rows of its lookups")
    if lost is None:
        return Reason("major", f"rule {name} may find less: no event of the pack tells")
    if lost:
        return Reason("major", f"rule {name} finds less: it lost {lost[0]}" + _more(lost))
    return Reason("minor", f"rule {name} finds otherwise, and all of the pack's events as before")


def _more(found: tuple[str, ...]) -> str:
    return f" and {len(found) - 1} more" if len(found) > 1 else ""


def _of_tables(tables: list[TableChange]) -> Iterator[Reason]:
    for one in tables:
        if one.removed:
            yield Reason("minor", f"lookup {one.name} lost {len(one.removed)} rows")
        if one.added:
            yield Reason("minor", f"lookup {one.name} got {len(one.added)} rows")
        if one.changed:
            part = "minor" if one.lessened else "patch"
            yield Reason(part, f"lookup {one.name} says otherwise of {len(one.changed)} rows")


def _of_the_rest(actions: list[ProductChange], otherwise: list[Key]) -> Iterator[Reason]:
    for one in actions:
        if one.schedules:
            items = {change.item for change in one.schedules}
            yield Reason("minor", f"{one.title} runs {len(items)} items otherwise")
        elif not one.nothing:
            yield Reason("patch", f"{one.title} has files to take over")
    for name in sorted({target for target, _, _ in otherwise}):
        number = sum(target == name for target, _, _ in otherwise)
        yield Reason("minor", f"{name} asks {number} unchanged rules otherwise")
