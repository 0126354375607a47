"""What is made: languages and targets, queries and files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from sigmapack.content.model import Content, Lookup, Refused, Rule, Sources

if TYPE_CHECKING:  # what replays a kept plan does not import pySigma
    from sigma.conversion.base import TextQueryBackend
    from sigma.processing.pipeline import ProcessingPipeline

    from sigmapack.content.correlation import Correlation

Made = TypeVar("Made")
Item = TypeVar("Item")

#: What says by itself why a rule stops on one target; pySigma's own errors are ValueErrors.
EXPECTED = (Refused, NotImplementedError, ValueError)


@dataclass(frozen=True)
class Part:
    """A member rule of a correlation, converted: its bare condition and its complete query."""

    rule: Rule
    condition: str
    query: str


@dataclass(frozen=True)
class Language:
    """How one query language of a product is written.

    `prepare` may rewrite the resolved Sigma document, `pipeline` maps fields for pySigma,
    `frame` makes a complete query of the converted condition, `correlate` of converted parts.
    Each may raise `Refused`. `degraded` gives the reason why a query says less than its rule.
    """

    name: str
    suffix: str
    comment: Callable[[list[str]], str]
    backend: Callable[[ProcessingPipeline], TextQueryBackend] | None
    pipeline: Callable[[Rule], ProcessingPipeline]
    frame: Callable[[Rule, str, Sources], str]
    correlate: Callable[[Correlation, Mapping[str, Part], Sources], str]
    prepare: Callable[[Rule], Rule] = lambda rule: rule
    degraded: Callable[[Rule, Sources], str | None] = lambda rule, sources: None
    native: Mapping[str, str] = field(default_factory=dict)
    """Kinds of lookup that the product can match by its own table: kind -> query expression with
    `{field}` and `{id}` (the table's name)."""
    written: Callable[[Content, Rule, list[str], str], str] | None = None
    """How a query stands with the lines about it, where a comment above it will not do."""
    folder: Callable[[Rule], str] = lambda rule: "queries"
    """In which folder of the product a rule's query stands."""
    bases: bool = False
    """Whether a correlation's query refers to others, so that bases have queries, too."""
    quotes: bool = False
    """Whether any name of a field can be quoted; else those that no log has are refused."""
    anywhere: bool = False
    """Whether a correlation's query is the same at every site: it has no site's names in it."""
    worded: bool = False
    """Whether a query has the rule's words in it, which are not what runs."""
    longest: Callable[[Rule], int] = lambda rule: 0
    """Characters that the product's scheduled rules take, where it has a limit."""


@dataclass(frozen=True)
class Artifact:
    """A file to be written: a path relative to the output folder, and its bytes."""

    path: str
    data: bytes


@dataclass(frozen=True)
class Query:
    """The outcome of one rule on one target and language; `path` is empty when refused."""

    rule: Rule
    target: str
    language: str
    outcome: str
    reason: str
    path: str
    text: str
    native_path: str = ""
    native_text: str = ""
    bare: str = ""
    """The query without what is said about it: what runs."""

    def artifacts(self) -> Iterator[Artifact]:
        if self.path:
            yield Artifact(self.path, self.text.encode())
        if self.native_path:
            yield Artifact(self.native_path, self.native_text.encode())


def gathered(content: Content, queries: Iterable[Query]) -> frozenset[str]:
    """Names of the rules of which a finding tells, so that they need not alert themselves.

    Args:
        content: what was read.
        queries: those of the rules that alert in a product.
    """
    from sigmapack.content.correlation import read_correlation  # with pySigma

    return frozenset(
        content.by_name[name].name
        for query in queries
        if query.path and query.rule.is_finding and query.rule.alerts
        for name in read_correlation(query.rule).members
    )


class TooLarge(ValueError):
    """What an importer would refuse; the text says the limit and the way out."""


class Refusals(TooLarge):
    """Queries that a product's importer would refuse, each with the reason: the others fit."""

    def __init__(self, reasons: Sequence[tuple[Query, str]]) -> None:
        super().__init__("; ".join(f"{query.rule.path}: {reason}" for query, reason in reasons))
        self.reasons = tuple(reasons)


class TablesRefused(TooLarge):
    """Tables that a product does not take, each with the reason: the others fit."""

    def __init__(self, reasons: Sequence[tuple[Lookup, str]]) -> None:
        super().__init__("; ".join(f"{lookup.path}: {reason}" for lookup, reason in reasons))
        self.reasons = tuple(reasons)


@dataclass(frozen=True)
class RefusedTable:
    """A table that a product does not take, and the rules that lose their variant with it."""

    target: str
    lookup: Lookup
    reason: str
    rules: tuple[str, ...]


def each(queries: Iterable[Query], make: Callable[[Query], Made]) -> list[Made]:
    """What is made of each query for a product; those of which nothing can be made are told of.

    A fault of ours, too, stops no more than the rule that shows it: the reason then says so.

    Raises:
        Refusals: `make` failed for some; it was tried for all.
    """
    made, refused = _tried(queries, make)
    if refused:
        raise Refusals(refused)
    return made


def each_table(lookups: Iterable[Lookup], make: Callable[[Lookup], Made]) -> list[Made]:
    """What is made of each table for a product, as `each` does of queries.

    Raises:
        TablesRefused: `make` failed for some; it was tried for all.
    """
    made, refused = _tried(lookups, make)
    if refused:
        raise TablesRefused(refused)
    return made


def _tried(
    items: Iterable[Item], make: Callable[[Item], Made]
) -> tuple[list[Made], list[tuple[Item, str]]]:
    """What could be made, and the items of which nothing could, with the reason."""
    made: list[Made] = []
    refused: list[tuple[Item, str]] = []
    for item in items:
        try:
            made.append(make(item))
        except Exception as error:
            refused.append((item, said(error)))
    return made, refused


def once(queries: Iterable[Query], what: str) -> Callable[[Query], None]:
    """What refuses a query whose rule has the title of an earlier one, where a title is a name.

    Args:
        queries: those of a product, in order: the first of a title has it.
        what: what the title names, such as `an alert of Loki`.
    """
    first: dict[str, Rule] = {}
    for query in queries:
        first.setdefault(query.rule.title, query.rule)

    def check(query: Query) -> None:
        other = first[query.rule.title]
        if other is not query.rule:
            raise TooLarge(
                f"the title {query.rule.title!r} is also that of {other.path}, but it names "
                f"{what}: give one of them another title"
            )

    return check


def said(error: Exception) -> str:
    """An error as the reason of a refusal, in one line; one that nobody foresaw with its type."""
    text = " ".join(str(error).split())
    if isinstance(error, EXPECTED) and text:
        return text
    name = type(error).__name__
    return f"the rule cannot be compiled ({name}: {text})" if text else f"{name} while compiling"


@dataclass(frozen=True)
class Target:
    """A product: its languages, and the files that go with the queries (lookups, settings)."""

    name: str
    title: str
    languages: tuple[Language, ...]
    package: Callable[[Content, tuple[Query, ...]], list[Artifact]]
