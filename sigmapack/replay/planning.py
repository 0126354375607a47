"""Content in, plan out: what the compiled SQLite queries need to run on events."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from itertools import chain

from sigma.processing.conditions import IncludeFieldCondition
from sigma.processing.pipeline import ProcessingItem, ProcessingPipeline
from sigma.processing.transformations import QueryExpressionPlaceholderTransformation

from sigmapack.compiling import conversion
from sigmapack.compiling.compile import compile_target, resolved
from sigmapack.compiling.memory import Memory
from sigmapack.compiling.names import names as names_of
from sigmapack.compiling.product import Part, Query, Target
from sigmapack.content.correlation import read_correlation
from sigmapack.content.kinds import HOST_FIELDS, URL_FIELDS
from sigmapack.content.model import Content, Rule
from sigmapack.content.placeholders import resolve
from sigmapack.events.rows import EVENT_TEXT
from sigmapack.events.windows import channel_map
from sigmapack.matches import NotRun
from sigmapack.replay import needles, tables
from sigmapack.replay.plan import Plan, Step
from sigmapack.replay.store import META
from sigmapack.replay.sweeping import called, sweep_of
from sigmapack.targets.sqlite import TARGET
from sigmapack.targets.sqlite.urls import of_parts

#: SQLite's own limit of columns (SQLITE_MAX_COLUMN), less those of `META`.
MOST_FIELDS = 1_990
#: Fields -> how a query asks whether a table has what they hold; the last for all other fields.
ASKED: Mapping[frozenset[str], str] = {
    URL_FIELDS: of_parts("{field}", f"{tables.LISTED}('{{id}}', h)"),
    HOST_FIELDS: f"{tables.LISTED_HOST}('{{id}}', {{field}})",
    frozenset(): f"{tables.LISTED}('{{id}}', {{field}})",
}
#: Needles of a set that is looked for in candidates, one needle after the other.
MOST_OTHERS = 100


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
    listed = tables.large(content)
    ready = _resolved(content, listed)
    marks = {_key(rule): f"|{place}|" for place, rule in enumerate(kept)}
    column = "" if shipped else _unused("sigma_rules", content)
    queries = list(
        compile_target(
            content,
            _target(listed),
            ready,
            lambda part: _marked(part, marks, column),
            None if listed else memory,  # a language that is made anew is none to remember
        )
    )
    refused = [NotRun(query.rule, query.reason, faulty=True) for query in faulty]
    refused += [NotRun(query.rule, query.reason) for query in queries if not query.path]
    columns, queries = _columns((query for query in queries if query.path), refused)
    responses = {query.rule.response for query in queries}
    found = _needles(ready, queries) if scan else {}
    known = bool(found) and all(found.values())
    every = needles.fewest(_looked_for(found.values())) if known else ()
    return Plan(
        steps=_steps(queries, found, every, marks, {} if shipped else called(content, marks)),
        refused=tuple(refused),
        columns=tuple(columns.values()),
        together=tuple(map(tuple, _together(content))),
        channels=channel_map(content.sources),
        needles=tuple(needle for needle in every if not needle.startswith(tables.MARK)),
        tables=listed,
        marks=column,
        playbooks={name: book for name, book in content.playbooks.items() if name in responses},
    )


def _resolved(content: Content, listed: Collection[tables.Table]) -> Content:
    """The content with the placeholders filled in but those of tables that stay tables."""
    names = frozenset(f"%{table.name}%" for table in listed)
    if not names:
        return resolved(content)
    return replace(
        content, rules=tuple(resolve(rule, content.lookups, names) for rule in content.rules)
    )


def _target(listed: Collection[tables.Table]) -> Target:
    """SQLite, with a function of ours for what stays a table."""
    if not listed:
        return TARGET
    (language,) = TARGET.languages
    names = [table.name for table in listed]

    def pipeline(rule: Rule) -> ProcessingPipeline:
        items = [
            ProcessingItem(
                QueryExpressionPlaceholderTransformation(include=names, expression=expression),
                field_name_conditions=[IncludeFieldCondition(fields=sorted(fields))]
                if fields
                else [],
            )
            for fields, expression in ASKED.items()
        ]
        return language.pipeline(rule) + ProcessingPipeline(name="tables", items=items)

    return replace(TARGET, languages=(replace(language, pipeline=pipeline),))


def _looked_for(found: Iterable[Sequence[needles.Needles]]) -> Iterator[needles.Needles]:
    """What is scanned for: of each rule the most telling set, and each table."""
    for sets in found:
        yield sets[0]
        yield from (own for own in sets if any(one.startswith(tables.MARK) for one in own))


def _key(rule: Rule) -> str:
    """What no other rule is called: names are files' stems where rules have none."""
    return rule.path + rule.name


def _unused(name: str, content: Content) -> str:
    """A name that stands nowhere in the rules."""
    text = str([rule.document for rule in content.rules]).lower()
    while name in text:
        name += "_"
    return name


def _marked(part: Part, marks: Mapping[str, str], column: str) -> Part:
    """What stands for a rule in correlations: the mark of the events that it matched."""
    if not column:
        return part
    mark = marks[_key(part.rule)]
    detection = {"marked": {f"{column}|contains": mark}, "condition": "marked"}
    rule = part.rule.with_document({**part.rule.document, "detection": detection})
    condition = f"{column} LIKE '%{mark}%' ESCAPE '\\'"
    return Part(rule, condition, f"SELECT * FROM logs WHERE {condition};")


def _needles(ready: Content, queries: Iterable[Query]) -> dict[str, list[needles.Needles]]:
    """Those of every single rule that runs, by its path and name."""
    running = {_key(query.rule) for query in queries}
    single = (r for r in ready.rules if not r.is_correlation and _key(r) in running)
    return needles.of_rules(single)


def _steps(
    queries: Iterable[Query],
    found: Mapping[str, Sequence[needles.Needles]],
    every: Collection[str],
    marks: Mapping[str, str],
    names: Mapping[str, str],
) -> tuple[Step, ...]:
    looked_for = frozenset(every)

    @cache
    def sought(own: needles.Needles) -> frozenset[str]:
        """What is looked for of a set; nothing where one of it is not: it may be there unseen."""
        parts = [needles.held(needle, looked_for) for needle in own]
        return frozenset(chain(*parts)) if all(parts) else frozenset()

    def step(query: Query) -> Step:
        rule, key = query.rule, _key(query.rule)
        if rule.is_correlation:
            read = read_correlation(rule)
            return Step(rule, query.bare, members=read.steps, sweep=sweep_of(read, names))
        sets = tuple(dict.fromkeys(filter(None, map(sought, found.get(key, ())))))
        others = [own for own in found.get(key, ()) if len(own) <= MOST_OTHERS and not sought(own)]
        if not every:
            others = []
        more = tuple(map(tuple, map(sorted, others)))
        return Step(rule, query.bare, conversion.fields(rule), sets, more, mark=marks[key])

    return tuple(map(step, queries))


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
