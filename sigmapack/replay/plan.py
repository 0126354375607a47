"""What a replay runs: compiled queries, the table that they ask, and how to find candidates.

A plan is data: made of content once (`planning`), kept, and read again without pySigma.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

from sigmapack.content.model import LogSource, Playbook, Rule
from sigmapack.content.settings import RESPONSE, contact
from sigmapack.content.translation import playbooks_in, rule_in, texts
from sigmapack.content.words import LANGUAGES
from sigmapack.events.windows import ChannelMap
from sigmapack.matches import NotRun
from sigmapack.replay.sweep import Member, Sweep
from sigmapack.replay.tables import Table


class Step(NamedTuple):
    """One rule's or correlation's query, the fields that a match shows, and what it needs to match.

    `needles` are sets of those of the plan: of each set one must be in a record. There are none
    where any event may match. `others` are such sets of which the plan does not look for every
    one. `members` are the names of a correlation's rules, step by step: each step needs a match.
    `sweep` is how a correlation is evaluated without its query, where it can be.
    """

    rule: Rule
    sql: str
    shown: tuple[str, ...] = ()
    needles: tuple[frozenset[str], ...] = ()
    others: tuple[tuple[str, ...], ...] = ()
    members: tuple[tuple[str, ...], ...] = ()
    mark: str = ""
    sweep: Sweep | None = None


@dataclass(frozen=True)
class Plan:
    """All that a replay of some rules needs.

    `columns` are the names of the fields in the table of events, `together` those that some rule
    compares with one another. `needles` are texts of which each record that counts has one; they
    are none where a rule has to see every event.
    """

    steps: tuple[Step, ...]
    refused: tuple[NotRun, ...]
    columns: tuple[str, ...]
    together: tuple[tuple[str, ...], ...]
    channels: ChannelMap
    needles: tuple[str, ...]
    marks: str = ""
    tables: tuple[Table, ...] = ()
    """Those that queries ask; of each any name is looked for as a needle is."""
    playbooks: Mapping[str, Playbook] = field(default_factory=dict)
    """What to do on a match, by the name that rules have for it."""
    most: int | None = None
    """Bytes that the rows of a query may have, where the queries are strangers'."""


def spoken(plan: Plan, root: Path, folder: Path, lang: str) -> Plan:
    """The plan with its rules and playbooks in a language.

    Args:
        plan: of the rules of a folder.
        root: of the pack.
        folder: with the rules.
        lang: one of `LANGUAGES`.
    """
    if lang == LANGUAGES[0]:
        return plan
    known = texts(root, folder, lang)
    steps = tuple(step._replace(rule=rule_in(known, step.rule)) for step in plan.steps)
    books = playbooks_in(known, plan.playbooks, contact(folder / RESPONSE))
    return replace(plan, steps=steps, playbooks=books)


def numbered(plan: Plan) -> dict[str, int]:
    """The numbers of needles: tables come behind the others."""
    names = (*plan.needles, *(table.needle for table in plan.tables))
    return {needle: number for number, needle in enumerate(names)}


def dumped(plan: Plan) -> str:
    """A plan as text, which `loaded` reads."""
    numbers = numbered(plan)
    # Rules share sets, of which one may hold all the names of a table.
    sets = list(dict.fromkeys(own for step in plan.steps for own in step.needles))
    places = {own: place for place, own in enumerate(sets)}
    steps = [
        [_rule(s.rule), s.sql, s.shown, [places[own] for own in s.needles], *s[4:]]
        for s in plan.steps
    ]
    return json.dumps(
        {
            "steps": steps,
            "sets": [sorted(numbers[needle] for needle in own) for own in sets],
            "refused": [[_rule(one.rule), one.reason, one.faulty] for one in plan.refused],
            "columns": plan.columns,
            "together": plan.together,
            "channels": [[*key, sources] for key, sources in plan.channels.items()],
            "needles": plan.needles,
            "tables": [table[:3] for table in plan.tables],
            "marks": plan.marks,
            "playbooks": [asdict(book) for book in plan.playbooks.values()],
        },
        default=str,  # dates
    )


def loaded(text: str) -> Plan:
    """The plan of a text that `dumped` wrote.

    Raises:
        ValueError, KeyError, TypeError: it is no such text.
    """
    data = json.loads(text)
    tables = tuple(Table(*table) for table in data["tables"])
    names = [*data["needles"], *(table.needle for table in tables)]
    sets = [frozenset(names[number] for number in own) for own in data["sets"]]
    return Plan(
        steps=tuple(_step(sets, *step) for step in data["steps"]),
        refused=tuple(NotRun(_read(*rule), *rest) for rule, *rest in data["refused"]),
        columns=tuple(data["columns"]),
        together=tuple(map(tuple, data["together"])),
        channels=_channels(data["channels"]),
        needles=tuple(data["needles"]),
        tables=tables,
        marks=data["marks"],
        playbooks={book["name"]: _playbook(**book) for book in data["playbooks"]},
    )


def _playbook(name: str, title: str, check: list[str], contain: list[str], tell: str) -> Playbook:
    return Playbook(name, title, tuple(check), tuple(contain), tell)


def _step(
    sets: Sequence[frozenset[str]],
    rule: tuple[str, Mapping[str, Any], int],
    sql: str,
    shown: list[str],
    needles: list[int],
    others: list[list[str]],
    members: list[list[str]],
    mark: str,
    sweep: list[Any] | None,
) -> Step:
    own = tuple(sets[number] for number in needles)
    more, found = (tuple(map(tuple, each)) for each in (others, members))
    return Step(_read(*rule), sql, tuple(shown), own, more, found, mark, _sweep(sweep))


def _sweep(found: list[Any] | None) -> Sweep | None:
    if found is None:
        return None
    kind, seconds, operator, limit, period, group_by, members = found
    listed = [
        Member(mark, step, slot, tuple(own), value) for mark, step, slot, own, value in members
    ]
    return Sweep(kind, seconds, operator, limit, period, tuple(group_by), tuple(listed))


def _rule(rule: Rule) -> tuple[str, Mapping[str, Any], int]:
    return rule.path, rule.document, rule.line()


def _read(path: str, document: Mapping[str, Any], line: int) -> Rule:
    return Rule(path, document, {(): line})


def _channels(rows: list[list[Any]]) -> dict[tuple[str, int | None], tuple[LogSource, ...]]:
    return {(name, number): tuple(LogSource(*s) for s in found) for name, number, found in rows}
