"""The files of a product, of which one rule that its importer refuses does not take the others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from sigmapack.compiling.product import (
    Artifact,
    Query,
    Refusals,
    RefusedTable,
    TablesRefused,
    Target,
    TooLarge,
    said,
)
from sigmapack.content.model import Content, Lookup
from sigmapack.content.placeholders import native_uses


class Packed(NamedTuple):
    """What is left of the queries, the files of the products, and the tables that they lack."""

    queries: list[Query]
    files: list[Artifact]
    tables: list[RefusedTable]


def package(content: Content, target: Target, queries: Sequence[Query]) -> Packed:
    """What a product imports, and the queries with the outcomes that its importer leaves.

    What it would refuse is `refused`, and the rest is made without it: a finding that is refused
    tells of nothing, so that its rules alert themselves; a table that is refused takes along the
    variants of queries that look it up.

    Args:
        content: what was read.
        target: the product.
        queries: its queries, as `compile_target` gives them.

    Raises:
        TooLarge: its package cannot be made, with whatever rules and tables.
    """
    left = list(queries)
    tables: list[RefusedTable] = []
    while True:
        try:
            made = target.package(content, tuple(left))
        except Refusals as error:
            reasons = {_key(query): reason for query, reason in error.reasons}
            known = {_key(query) for query in left if query.path}
            if known.isdisjoint(reasons):
                raise  # it would never end
            left = [_refused(q, reasons[_key(q)]) if _key(q) in reasons else q for q in left]
        except TablesRefused as error:
            if content.lookups.keys().isdisjoint(lookup.name for lookup, _ in error.reasons):
                raise  # it would never end
            for lookup, reason in error.reasons:
                lost, left = _without(content, target, left, lookup)
                tables.append(RefusedTable(target.name, lookup, reason, lost))
            gone = {lookup.name for lookup, _ in error.reasons}
            kept = {name: t for name, t in content.lookups.items() if name not in gone}
            content = replace(content, lookups=kept)
        except TooLarge:
            raise
        except Exception as error:  # a fault of ours, which a rule alone may show
            faults = dict(_faults(content, target, [query for query in left if query.path]))
            if not faults:
                raise TooLarge(f"its package cannot be made: {said(error)}") from error
            left = [_refused(q, faults[_key(q)]) if _key(q) in faults else q for q in left]
        else:
            files = [Artifact(f"{target.name}/{each.path}", each.data) for each in made]
            return Packed(left, files, tables)


def package_all(content: Content, targets: Iterable[Target], queries: Sequence[Query]) -> Packed:
    """Queries, of which importers may refuse some more, and all files of the products with them.

    A product whose package cannot be made has no query either, and does not take the others along.

    Raises:
        TooLarge: as `package` does, with the product's title, where no query could tell of it.
    """
    found = Packed([], [], [])
    for target in targets:
        own = [query for query in queries if query.target == target.name]
        try:
            packed = package(content, target, own)
        except TooLarge as error:
            if not any(query.path for query in own):
                raise TooLarge(f"{target.title}: {error}") from error
            left = [_refused(q, said(error)) if q.path else q for q in own]
            packed = Packed([replace(q, native_path="", native_text="") for q in left], [], [])
        found.queries.extend(packed.queries)
        found.files.extend(file for query in packed.queries for file in query.artifacts())
        found.files.extend(packed.files)
        found.tables.extend(packed.tables)
    return found


def _without(
    content: Content, target: Target, queries: Sequence[Query], lookup: Lookup
) -> tuple[tuple[str, ...], list[Query]]:
    """The rules whose variant looks a table up, and the queries without those variants.

    A query that has nothing else left says why.
    """
    native = {language.name: tuple(language.native) for language in target.languages}
    lost: dict[str, None] = {}
    left = []
    for query in queries:
        kinds = native[query.language]
        if query.native_path and lookup.name in native_uses(query.rule, content.lookups, kinds):
            lost.setdefault(query.rule.name)
            more = f"; the product's own lookup of {lookup.path} is refused, too"
            reason = query.reason + ("" if query.path else more)
            query = replace(query, reason=reason, native_path="", native_text="")
        left.append(query)
    return tuple(lost), left


def _faults(
    content: Content, target: Target, queries: Sequence[Query]
) -> Iterator[tuple[tuple[str, str, str], str]]:
    """The queries that alone cannot be packed, with the reasons, by halves of halves."""
    try:
        target.package(content, tuple(queries))
    except Refusals:
        return  # told of when the others are packed
    except Exception as error:
        if len(queries) > 1:
            middle = len(queries) // 2
            yield from _faults(content, target, queries[:middle])
            yield from _faults(content, target, queries[middle:])
        elif queries:
            yield _key(queries[0]), said(error)


def _key(query: Query) -> tuple[str, str, str]:
    return query.language, query.rule.path, query.rule.name


def _refused(query: Query, reason: str) -> Query:
    return replace(
        query, outcome="refused", reason=reason, path="", text="", native_path="", native_text=""
    )
