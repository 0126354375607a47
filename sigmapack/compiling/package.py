"""The files of a product, of which one rule that its importer refuses does not take the others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from sigmapack.compiling.product import Artifact, Query, Refusals, Target, TooLarge, said
from sigmapack.content.model import Content


def package(
    content: Content, target: Target, queries: Sequence[Query]
) -> tuple[list[Query], list[Artifact]]:
    """What a product imports, and the queries with the outcomes that its importer leaves.

    What it would refuse is `refused`, and the rest is made without it: a finding that is refused
    tells of nothing, so that its rules alert themselves.

    Args:
        content: what was read.
        target: the product.
        queries: its queries, as `compile_target` gives them.

    Raises:
        TooLarge: something that is no rule's, such as a table, is more than the product takes.
    """
    left = list(queries)
    while True:
        try:
            made = target.package(content, tuple(left))
        except Refusals as error:
            reasons = {_key(query): reason for query, reason in error.reasons}
            known = {_key(query) for query in left if query.path}
            if known.isdisjoint(reasons):
                raise  # it would never end
            left = [_refused(q, reasons[_key(q)]) if _key(q) in reasons else q for q in left]
        except TooLarge:
            raise
        except Exception as error:  # a fault of ours, which a rule alone may show
            faults = dict(_faults(content, target, [query for query in left if query.path]))
            if not faults:
                raise TooLarge(f"its package cannot be made: {said(error)}") from error
            left = [_refused(q, faults[_key(q)]) if _key(q) in faults else q for q in left]
        else:
            return left, [Artifact(f"{target.name}/{each.path}", each.data) for each in made]


def package_all(
    content: Content, targets: Iterable[Target], queries: Sequence[Query]
) -> tuple[list[Query], list[Artifact]]:
    """Queries, of which importers may refuse some more, and all files of the products with them.

    Raises:
        TooLarge: as `package` does, with the product's title.
    """
    left: list[Query] = []
    files: list[Artifact] = []
    for target in targets:
        own = [query for query in queries if query.target == target.name]
        try:
            shipped, made = package(content, target, own)
        except TooLarge as error:
            raise TooLarge(f"{target.title}: {error}") from error
        left += shipped
        files += [file for query in shipped for file in query.artifacts()] + made
    return left, files


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
