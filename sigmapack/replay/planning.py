"""Content in, plan out: what the compiled SQLite queries need to run on events."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from sigmapack.compiling import conversion
from sigmapack.compiling.compile import compile_target, resolved
from sigmapack.compiling.memory import Memory
from sigmapack.compiling.names import names as names_of
from sigmapack.compiling.product import Query
from sigmapack.content.correlation import read_correlation
from sigmapack.content.model import Content, Rule
from sigmapack.events.rows import EVENT_TEXT
from sigmapack.events.windows import channel_map
from sigmapack.matches import NotRun
from sigmapack.replay import needles
from sigmapack.replay.plan import Plan, Step
from sigmapack.replay.store import META
from sigmapack.targets.sqlite import TARGET

#: SQLite's own limit of columns (SQLITE_MAX_COLUMN), less those of `META`.
MOST_FIELDS = 1_990


def plan(
    content: Content,
    findings: bool = False,
    faulty: Iterable[Query] = (),
    shipped: bool = False,
    memory: Memory | None = None,
    scan: bool = True,
) -> Plan:
    """Compile the content for SQLite, and see which table and which records that needs.

    A correlation is asked of the events that its rules matched: it says again what each of them
    looks for, and compiling and running that takes longer than all else.

    Args:
        content: what was read.
        findings: whether to run findings, too, which say of a host what their rules say already.
        faulty: rules that were taken out of it, each with the reason.
        shipped: whether to run correlations as they are shipped, on all events.
        memory: conversions of content that has much in common with this one.
        scan: whether to look for needles, which is worth its time for a long log only.
    """
    kept = tuple(rule for rule in content.rules if findings or not rule.is_finding)
    content = replace(content, rules=kept)
    ready = resolved(content)
    marks = {_key(rule): f"|{place}|" for place, rule in enumerate(kept)}
    column = "" if shipped else _unused("sigma_rules", content)
    queries = list(
        compile_target(content, TARGET, ready, lambda rule: _marked(rule, marks, column), memory)
    )
    refused = [NotRun(query.rule, query.reason, faulty=True) for query in faulty]
    refused += [NotRun(query.rule, query.reason) for query in queries if not query.path]
    columns, queries = _columns((query for query in queries if query.path), refused)
    responses = {query.rule.response for query in queries}
    found = _needles(ready, queries) if scan else dict.fromkeys(map(_key, content.rules))
    known = [one for one in found.values() if one is not None]
    every = needles.fewest(known) if len(known) == len(found) else ()
    return Plan(
        steps=tuple(_step(query, found, every, marks[_key(query.rule)]) for query in queries),
        refused=tuple(refused),
        columns=tuple(columns.values()),
        together=tuple(map(tuple, _together(content))),
        channels=channel_map(content.sources),
        needles=every,
        marks=column,
        playbooks={name: book for name, book in content.playbooks.items() if name in responses},
    )


def _key(rule: Rule) -> str:
    """What no other rule is called: names are files' stems where rules have none."""
    return rule.path + rule.name


def _unused(name: str, content: Content) -> str:
    """A name that stands nowhere in the rules."""
    text = str([rule.document for rule in content.rules]).lower()
    while name in text:
        name += "_"
    return name


def _marked(rule: Rule, marks: Mapping[str, str], column: str) -> Rule:
    """What stands for a rule in correlations: the mark of the events that it matched."""
    if not column:
        return rule
    detection = {"marked": {f"{column}|contains": marks[_key(rule)]}, "condition": "marked"}
    return rule.with_document({**rule.document, "detection": detection})


def _needles(ready: Content, queries: Iterable[Query]) -> dict[str, needles.Needles | None]:
    """Those of every single rule that runs, by its path and name."""
    running = {_key(query.rule) for query in queries}
    single = (r for r in ready.rules if not r.is_correlation and _key(r) in running)
    return needles.of_rules(single)


def _step(
    query: Query, found: Mapping[str, needles.Needles | None], every: Sequence[str], mark: str
) -> Step:
    rule = query.rule
    if rule.is_correlation:
        return Step(rule, query.bare, members=read_correlation(rule).steps)
    own = found[_key(rule)] or ()
    shorter = tuple(one for one in every if any(one in needle for needle in own))
    return Step(rule, query.bare, conversion.fields(rule), shorter, mark=mark)


def _columns(queries: Iterable[Query], refused: list[NotRun]) -> tuple[dict[str, str], list[Query]]:
    """Lower-case name -> name of every field that a query uses, and the queries that can run."""
    found = {"computer": "Computer"}
    kept = []
    for query in queries:
        rule = query.rule
        names = list(read_correlation(rule).fields if rule.is_correlation else names_of(rule))
        names += [EVENT_TEXT] if EVENT_TEXT in query.bare else []
        wider = found | {n.lower(): n for n in names if n.lower() not in (*META, *found)}
        if len(wider) > MOST_FIELDS:
            reason = f"a table of events has {MOST_FIELDS:,} fields, and other rules use them"
            refused.append(NotRun(rule, reason))
            continue
        found = wider
        kept.append(query)
    return found, kept


def _together(content: Content) -> Iterator[list[str]]:
    """The fields that are compared together: each rule's, with those that its correlations add."""
    by_name = content.by_name
    for rule in content.rules:
        if not rule.is_correlation:
            yield list(conversion.fields(rule))
            continue
        added = read_correlation(rule).fields
        members = read_correlation(rule).members if added else ()
        for member in members:
            known = by_name.get(member)
            yield [*added, *(conversion.fields(known) if known else ())]
