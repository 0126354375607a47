"""What the verbs make: content that is in order, packages of products, what stands beside them.

With it comes all of pySigma, which takes longer to import than a replay of a kept plan does: a verb
imports this module when it needs it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from sigmapack import collection, exports, exposure, navigator, report
from sigmapack.checks import problems
from sigmapack.checks.aside import set_aside
from sigmapack.checks.outcomes import outcome_problems
from sigmapack.compiling.compile import compile_target, resolved
from sigmapack.compiling.package import Packed, package_all
from sigmapack.compiling.product import Artifact, Query, Target, TooLarge
from sigmapack.content import coverage
from sigmapack.content.files import shown
from sigmapack.content.load import load
from sigmapack.content.model import Content, Problem, Rule
from sigmapack.content.translation import translated
from sigmapack.content.words import LANGUAGES
from sigmapack.making import apart
from sigmapack.making.stopping import Stopped, stop_on
from sigmapack.manifest import added, manifest
from sigmapack.page import catalogue, notices
from sigmapack.replay.plan import Plan
from sigmapack.replay.planning import plan
from sigmapack.targets import discover

__all__ = [
    "Stopped",
    "also",
    "beside",
    "checked",
    "covered",
    "everything",
    "replayable",
    "spoken",
    "tolerated",
    "whole",
    "without_hunting",
]


def checked(root: Path, rules: Path | None) -> Content:
    """The content of a folder in which nothing is wrong.

    Args:
        root: of the pack.
        rules: a folder of Sigma rules, in place of the pack's own.

    Raises:
        Stopped: something is wrong.
    """
    content = load(root, rules)
    stop_on(problems(content), content)
    return content


def replayable(root: Path, rules: Path | None) -> Plan:
    """What a replay of a folder's rules runs; rules that are wrong are refused in it.

    Args:
        root: of the pack.
        rules: a folder of Sigma rules, in place of the pack's own.

    Raises:
        Stopped: something is wrong that is no rule's, or every rule is.
    """
    content = load(root, rules)
    content, faulty, stopping = set_aside(content, problems(content))
    stop_on(stopping, content)
    return plan(content, faulty=faulty)


def tolerated(root: Path, rules: Path) -> tuple[Content, list[Query], list[Problem]]:
    """The content of strangers' rules without those that are wrong, these, and what is wrong.

    Args:
        root: of the pack.
        rules: the folder of Sigma rules.

    Raises:
        Stopped: something is wrong that is no rule's, or every rule is.
    """
    content = load(root, rules)
    found = problems(content)
    left, faulty, stopping = set_aside(content, found, harmless=())
    stop_on(stopping, content)
    return left, faulty, found


class Made(NamedTuple):
    """The queries and files of products, and the files that are no product's."""

    packed: Packed
    others: list[Artifact]
    alone: bool
    """Whether only some products were asked for, and nothing beside them."""


def spoken(content: Content, lang: str | None) -> Content:
    """The content in a language, by its code; English where none is given."""
    return translated(content, lang or LANGUAGES[0])


def everything(
    content: Content,
    names: Sequence[str],
    quiet: bool,
    block_from: date | None = None,
    faulty: Sequence[Query] = (),
) -> Made:
    """The packages of products, and what stands beside them where all products are made.

    Args:
        content: what was checked.
        names: of the products; all, where there is none.
        quiet: whether to show no progress.
        block_from: the day of blocking, for the headers of indicators' lists.
        faulty: rules that were left out of it, which every product then refuses.

    Raises:
        Stopped: an outcome that nobody declared, or something that a product or format cannot hold.
    """
    targets = _chosen(names)
    ready = resolved(content)
    tasks: list[Callable[[], Any]] = [partial(_packed, content, ready, each) for each in targets]
    if not names:
        tasks.append(partial(beside, content, block_from))
    # The longest first: nothing waits for it at the end.
    order = sorted(range(len(tasks)), key=lambda n: -_languages(targets, n))
    found: dict[int, Any] = {}
    try:
        with apart.started([tasks[number] for number in order]) as results:
            for number in report.progress(order, "Compiling", quiet):
                found[number] = next(results)
    except TooLarge as error:
        problem = Problem(shown(content.rules_dir), 1, "too-large", str(error))
        raise Stopped([problem], content) from error
    packed = _joined(content, [found[number] for number in range(len(targets))])
    stop_on(sorted(outcome_problems(content, packed.queries, packed.tables)), content)
    packed.queries.extend(
        replace(query, target=target.name, language=language.name)
        for target in targets
        for language in target.languages
        for query in faulty
    )
    return Made(packed, found.get(len(targets), []), bool(names))


def _languages(targets: Sequence[Target], number: int) -> int:
    """How much is to be made of a target; what is none's is as much as one with two languages."""
    return len(targets[number].languages) if number < len(targets) else 2


#: Stands in a query for its rule on the way between processes.
NO_RULE = Rule("", {})


def _packed(content: Content, ready: Content, target: Target) -> tuple[Packed, list[int]]:
    """A product's queries and files, and the number of each query's rule in the content.

    A rule is in as many queries as there are languages, and the other process has it.
    """
    made = package_all(content, [target], list(compile_target(content, target, ready)))
    numbers = {id(rule): number for number, rule in enumerate(content.rules)}
    queries = [replace(query, rule=NO_RULE) for query in made.queries]
    return made._replace(queries=queries), [numbers[id(query.rule)] for query in made.queries]


def _joined(content: Content, made: Sequence[tuple[Packed, list[int]]]) -> Packed:
    """What products have, as one, with the rules themselves."""
    whole = Packed([], [], [])
    for packed, numbers in made:
        for query, number in zip(packed.queries, numbers, strict=True):
            whole.queries.append(replace(query, rule=content.rules[number]))
        whole.files.extend(packed.files)
        whole.tables.extend(packed.tables)
    return whole


def without_hunting(content: Content, made: Made, names: Sequence[str]) -> Made:
    """The packages without the rules for hunting."""
    left = [query for query in made.packed.queries if not query.rule.is_hunting]
    packed = package_all(content, _chosen(names), left)
    return made._replace(packed=packed._replace(tables=made.packed.tables))


def beside(content: Content, block_from: date | None) -> list[Artifact]:
    """What is no product's: indicators and blocking lists, what to switch on for the logs, and
    searches for traces.

    Raises:
        Stopped: an indicator that a format cannot hold, or an event that no configuration brings.
    """
    try:
        indicators = exports.artifacts(content, block_from)
        return [*indicators, *collection.artifacts(content), *exposure.artifacts(content)]
    except (exports.Unfit, collection.Unfit) as error:
        raise Stopped(error.problems, content) from error


#: Rules of which a page is made: with more it would have tens of megabytes.
MOST_ON_PAGE = 500


def whole(content: Content, made: Made, english: Content, papers: bool = False) -> list[Artifact]:
    """All files of a build, with its page and its manifest.

    Args:
        content: what was checked, in the language of the build.
        made: of it, as `everything` gives it.
        english: the same before it was translated.
        papers: whether to make the notices as PDF, too.

    Raises:
        NoPaper: what makes PDFs is not installed.
    """
    packed = made.packed
    contents = {lang: translated(english, lang) for lang in LANGUAGES}
    files = [*packed.files, *also(content), *made.others]
    files += [] if made.alone else notices.artifacts(contents, papers=papers)
    listed = manifest(content, packed.queries, files, packed.tables)
    if made.alone or len(content.rules) > MOST_ON_PAGE:
        return [*files, listed]
    page = paged(contents, content, made, listed)
    return [*files, page, added(listed, page)]


def paged(
    contents: Mapping[str, Content], content: Content, made: Made, listed: Artifact
) -> Artifact:
    """The page of a build in all languages, that of the build first."""
    lang = content.words.lang
    ordered = {lang: content, **{k: c for k, c in contents.items() if k != lang}}
    return catalogue.artifact(ordered, json.loads(listed.data), made.packed.queries)


def also(content: Content) -> list[Artifact]:
    """What goes with the packages of any product."""
    return navigator.artifacts(content)


def covered(content: Content) -> list[dict[str, Any]]:
    """The stages of the attack, with the rules that see them."""
    return coverage.stages(content)


def _chosen(names: Sequence[str]) -> list[Target]:
    return [target for name, target in discover().items() if not names or name in names]
