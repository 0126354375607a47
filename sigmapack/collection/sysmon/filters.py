"""Terms of rules as Sysmon's filters: at least as wide as the rules, and no wider than need be.

How Sysmon compares: https://learn.microsoft.com/sysinternals/downloads/sysmon, "Event filtering
entries", and https://github.com/Sysinternals/SysmonCommon, rules.c.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from sigmapack.collection.sysmon.schema import Event
from sigmapack.collection.sysmon.width import Width
from sigmapack.collection.terms import CONTAINS, ENDS, IS, Ask, Term

#: How many filters one term may become: what has more alternatives is asked for in part.
MOST = 12
#: Fields that add too little to be worth a condition beside another: every start of the client
#: is logged, and not those of some versions.
WEAK = {
    *("Company", "EventType", "FileVersion", "Initiated", "IsExecutable", "QueryResults"),
    *("QueryStatus", "Signature", "SignatureStatus", "Signed", "User"),
}
#: Between the values of "contains any" and its like; a value with it stands alone.
SEPARATOR = ";"


@dataclass(frozen=True, order=True)
class Condition:
    """A field, one of Sysmon's conditions, and its text."""

    field: str
    how: str
    values: tuple[str, ...]

    @property
    def text(self) -> str:
        return SEPARATOR.join(self.values)

    @property
    def name(self) -> str:
        """Sysmon's name of the condition."""
        return f"{self.how} any" if len(self.values) > 1 else self.how


#: What gives, of the values of a comparison, those that no other covers.
Least = Callable[[str, tuple[str, ...]], tuple[str, ...]]
#: All of its conditions are asked for.
Filter = tuple[Condition, ...]


def filters(found: Iterable[tuple[str, Term]], event: Event) -> dict[Filter, tuple[str, ...]]:
    """The filters of an event, each with the rules that need it, sorted.

    Args:
        found: (name of the rule, one of its terms).
        event: the event that the rules are about.

    Returns:
        An empty filter where a rule asks for nothing that Sysmon can filter by.
    """
    wanted: dict[Filter, set[str]] = {}
    least = cache(_least)  # rules on one table ask for the same thousands of values
    for rule, term in found:
        for one in _filters(term, event, least):
            wanted.setdefault(one, set()).add(rule)
    every = {*wanted, *_whole_domains(wanted)}
    widest = Width(sorted(every, key=lambda one: (len(one), one))).widest()
    kept: dict[Filter, set[str]] = {one: set() for one in widest}
    width = Width(widest)
    for one, rules in wanted.items():
        if (other := width.first(one)) is not None:
            kept[other] |= rules
    return {one: tuple(sorted(kept[one])) for one in sorted(kept)}


def _filters(term: Term, event: Event, least: Least) -> Iterator[Filter]:
    asks = [
        Ask(name, ask.how, ask.values)
        for ask in term
        if (name := event.same.get(ask.field, ask.field)) in event.fields
    ]
    asks = [ask for ask in asks if ask.field not in WEAK] or asks
    count = {ask: len(_conditions(ask, False, least)) for ask in asks}
    while len(count) > 1 and math.prod(count.values()) > MOST:
        del count[max(count, key=lambda ask: count[ask])]
    for chosen in itertools.product(*(_conditions(ask, len(count) == 1, least) for ask in count)):
        yield tuple(sorted(set(chosen)))


def _conditions(ask: Ask, alone: bool, least: Least) -> list[Condition]:
    """The conditions of which one is enough; one a line where nothing else is asked."""
    values = least(ask.how, ask.values)
    together = not alone and ask.how in (IS, CONTAINS)
    apart = [value for value in values if not together or SEPARATOR in value]
    joined = tuple(sorted(set(values) - set(apart)))
    found = [Condition(ask.field, ask.how, (value,)) for value in apart]
    return found + ([Condition(ask.field, ask.how, joined)] if joined else [])


def _least(how: str, values: tuple[str, ...]) -> tuple[str, ...]:
    """The values without those that another covers."""
    if how == CONTAINS:  # blanks at the ends are lost where XML is tidied
        values = tuple(stripped for value in values if (stripped := value.strip())) or values
    ordered = sorted(set(values), key=lambda found: (len(found), found))
    return tuple(
        one[0].values[0] for one in Width((Condition("", how, (v,)),) for v in ordered).widest()
    )


def _whole_domains(wanted: Collection[Filter]) -> Iterator[Filter]:
    """One filter for a name and all below it; lookalikes are logged as well, and match no rule."""
    alone = {one[0] for one in wanted if len(one) == 1}
    for condition in alone:
        (value,) = condition.values
        if condition.how == IS and Condition(condition.field, ENDS, (f".{value}",)) in alone:
            yield (Condition(condition.field, ENDS, (value,)),)
