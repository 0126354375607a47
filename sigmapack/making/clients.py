"""Builds for clients: the pack with a client's folder over it, each checked and proved."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import NamedTuple

from sigmapack import collection, exports, exposure, navigator, report
from sigmapack.compiling.compile import compile_target, resolved
from sigmapack.compiling.memory import Memory
from sigmapack.compiling.package import Packed, package_all
from sigmapack.compiling.product import Artifact, Query, Target, TooLarge
from sigmapack.content.model import Content, Problem
from sigmapack.content.translation import translated
from sigmapack.content.words import LANGUAGES
from sigmapack.making import safety
from sigmapack.making.differing import summary
from sigmapack.making.overlaid import day_of, overlaid
from sigmapack.making.stopping import Stopped, stop_on
from sigmapack.manifest import added, manifest
from sigmapack.overlay import Client, Overlaid, named, read
from sigmapack.overlay.client import FILE
from sigmapack.page import catalogue, notices
from sigmapack.targets import discover

WORSE = ("ok", "degraded", "refused")
Key = tuple[str, str, str]


class Base(NamedTuple):
    """The pack, compiled once: what clients have in common."""

    content: Content
    targets: tuple[Target, ...]
    outcomes: Mapping[Key, str]
    memory: Memory
    verdicts: dict[str, set[int]]
    """The lines of its events that a rule of the pack finds, where that was asked."""
    indicators: Sequence[Artifact]
    block_from: date | None
    lang: str | None = None
    """A language in place of each client's own."""
    papers: bool = False
    """Whether to make the notices as PDF, too."""


class Made(NamedTuple):
    """A client's build: what it changes, its queries, its files with the manifest, and the events
    that its rules no longer find."""

    overlaid: Overlaid
    packed: Packed
    files: list[Artifact]
    gone: Mapping[str, Sequence[int]]


def folders(single: Iterable[Path], all_of: Iterable[Path]) -> list[Path]:
    """The folders of clients: those that are named, and those below others that have the file."""
    found = list(single)
    for parent in all_of:
        found += sorted(path.parent for path in parent.glob(f"*/{FILE}"))
    return list(dict.fromkeys(found))


def clients(content: Content, paths: Iterable[Path]) -> list[Client]:
    """Read the folders of clients.

    Raises:
        Stopped: one is wrong, names a product that is none, or has the id of another.
    """
    problems: list[Problem] = []
    found: dict[str, Client] = {}
    known = discover()
    for path in paths:
        client = read(path, problems)
        if client is None:
            continue
        for number, name in enumerate(client.settings.get("products", ())):
            if name not in known:
                message = f"no product {name!r} (has: {', '.join(known)})"
                problems.append(client.problem("client", message, "products", number))
        if client.id in found:
            message = f"the id {client.id!r} is that of {found[client.id].path} too"
            problems.append(client.problem("client", message, "id"))
        found[client.id] = client
    if problems:
        raise Stopped(problems, content)
    return list(found.values())


def base(
    content: Content,
    names: Sequence[str],
    quiet: bool,
    block_from: date | None = None,
    lang: str | None = None,
    papers: bool = False,
) -> Base:
    """Compile the pack once, for the products with these names, or all."""
    targets = tuple(t for name, t in discover().items() if not names or name in names)
    memory, ready = Memory(), resolved(content)
    outcomes: dict[Key, str] = {}
    for target in report.progress(targets, "Compiling the pack", quiet):
        for query in compile_target(content, target, ready, memory=memory):
            outcomes[_key(query)] = query.outcome
    return Base(
        content,
        targets,
        outcomes,
        memory,
        {},
        exports.artifacts(content, block_from),
        block_from,
        lang,
        papers,
    )


def make(shared: Base, client: Client) -> Made:
    """Everything of a client's build.

    Raises:
        Stopped: the client's folder does not fit the pack, a product loses a rule by it, or an
            event that must be found is no longer.
    """
    made = overlaid(shared.content, client)
    gone = _gone(shared, made)
    stop_on(safety.problems(shared.content, made, gone))
    wanted = client.settings.get("products", [target.name for target in shared.targets])
    targets = [target for target in shared.targets if target.name in wanted]
    lang = shared.lang or str(client.settings.get("language", LANGUAGES[0]))
    said = translated(made.content, lang)
    own = named(said, client.id)
    packed = _packed(shared, made, own, targets)
    files = [*packed.files, *navigator.artifacts(said)]
    files += _beside(shared, said, day_of(client))
    about = summary(shared.content, made, gone)
    others = (other for other in LANGUAGES if other != lang)
    contents = {lang: own} | {o: named(translated(made.content, o), client.id) for o in others}
    files += notices.artifacts(contents, client.name, shared.papers)
    listed = manifest(own, packed.queries, files, packed.tables, about)
    page = catalogue.artifact(contents, json.loads(listed.data), packed.queries, client.name)
    return Made(made, packed, [*files, page, added(listed, page)], gone)


def _gone(shared: Base, made: Overlaid) -> dict[str, list[int]]:
    names = safety.affected(shared.content, made)
    if not names:
        return {}
    new = [name for name in names if name not in shared.verdicts]
    shared.verdicts.update(safety.found(shared.content, shared.content, new, shared.memory))
    before = {name: shared.verdicts[name] for name in names}
    after = safety.found(made.content, shared.content, names, shared.memory)
    return safety.lost(before, after)


def _packed(shared: Base, made: Overlaid, content: Content, targets: Sequence[Target]) -> Packed:
    ready = resolved(content)
    queries: list[Query] = []
    for target in targets:
        queries += compile_target(content, target, ready, memory=shared.memory)
    stop_on(_worse(shared, made, queries))
    kind = made.client.settings.get("lookups", "both")
    try:
        return package_all(content, targets, [_variant(query, kind) for query in queries])
    except TooLarge as error:
        raise Stopped([made.client.problem("too-large", str(error))]) from error


def _variant(query: Query, kind: str) -> Query:
    """A query with the variant that a client wants; where a product has one only, that."""
    if kind == "both" or not (query.path and query.native_path):
        return query
    query, native = replace(query, native_path="", native_text=""), query.native_text
    return replace(query, text=native, bare=native) if kind == "native" else query


def _worse(shared: Base, made: Overlaid, queries: Iterable[Query]) -> Iterator[Problem]:
    """The rules that a product says less of, or not at all, by what a client has added."""
    own = set(made.added)
    for query in queries:
        name = query.rule.name
        before = shared.outcomes.get(_key(query), "ok" if name in own else "refused")
        if WORSE.index(query.outcome) <= WORSE.index(before) or name in own:
            continue
        scope = f"{query.target}/{query.language}"
        message = f"{name} is {query.outcome} on {scope} by it: {query.reason}"
        causes = made.filtered.get(name, ())
        for one in causes:
            text = f"the filter {one.title!r}: {message}"
            yield one.problem("undeclared-outcome", text, "filter")
        if not causes and query.outcome == "refused" and name not in made.off:
            yield made.client.problem("undeclared-outcome", message)


def _key(query: Query) -> Key:
    return query.rule.name, query.target, query.language


def _beside(shared: Base, content: Content, own: date | None) -> list[Artifact]:
    """Indicators, blocking lists, searches and configurations: lists are the pack's, where the
    tables, the language and the day of blocking are."""
    day = shared.block_from or own
    same = content.lookups == shared.content.lookups and content.words == shared.content.words
    try:
        same = same and day == shared.block_from
        lists = shared.indicators if same else exports.artifacts(content, day)
        return [*lists, *collection.artifacts(content), *exposure.artifacts(content)]
    except (exports.Unfit, collection.Unfit) as error:
        raise Stopped(error.problems) from error
