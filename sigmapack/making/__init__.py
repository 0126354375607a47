"""What the verbs make: content that is in order, packages of products, what stands beside them.

With it comes all of pySigma, which takes longer to import than a replay of a kept plan does: a verb
imports this module when it needs it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

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
from sigmapack.content.model import Content, Problem
from sigmapack.making.stopping import Stopped, stop_on
from sigmapack.manifest import manifest
from sigmapack.replay.plan import Plan
from sigmapack.replay.planning import plan
from sigmapack.targets import discover

__all__ = [
    "Stopped",
    "also",
    "beside",
    "checked",
    "covered",
    "packages",
    "replayable",
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


def packages(
    content: Content,
    names: Sequence[str],
    quiet: bool,
    faulty: Sequence[Query] = (),
) -> Packed:
    """The queries and files of products.

    Args:
        content: what was checked.
        names: of the products; all, where there is none.
        quiet: whether to show no progress.
        faulty: rules that were left out of it, which every product then refuses.

    Raises:
        Stopped: an outcome that nobody declared, or something that a product cannot hold.
    """
    targets = _chosen(names)
    try:
        found = package_all(content, targets, _compiled(content, targets, quiet))
    except TooLarge as error:
        problem = Problem(shown(content.rules_dir), 1, "too-large", str(error))
        raise Stopped([problem], content) from error
    stop_on(sorted(outcome_problems(content, found.queries, found.tables)), content)
    found.queries.extend(
        replace(query, target=target.name, language=language.name)
        for target in targets
        for language in target.languages
        for query in faulty
    )
    return found


def without_hunting(content: Content, made: Packed, names: Sequence[str]) -> Packed:
    """The packages without the rules for hunting."""
    left = [query for query in made.queries if not query.rule.is_hunting]
    return package_all(content, _chosen(names), left)._replace(tables=made.tables)


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


def whole(
    content: Content, made: Packed, block_from: date | None = None, alone: bool = False
) -> list[Artifact]:
    """All files of a build, with its manifest.

    Args:
        content: what was checked.
        made: the packages of products.
        block_from: the day of blocking, for the headers of indicators' lists.
        alone: whether to leave out what is no product's.

    Raises:
        Stopped: as `beside` does.
    """
    files = [*made.files, *also(content), *([] if alone else beside(content, block_from))]
    return [*files, manifest(content, made.queries, files, made.tables)]


def also(content: Content) -> list[Artifact]:
    """What goes with the packages of any product."""
    return navigator.artifacts(content)


def covered(content: Content) -> list[dict[str, Any]]:
    """The stages of the attack, with the rules that see them."""
    return coverage.stages(content)


def _chosen(names: Sequence[str]) -> list[Target]:
    return [target for name, target in discover().items() if not names or name in names]


def _compiled(content: Content, targets: Sequence[Target], quiet: bool) -> list[Query]:
    """Every rule for every target, with a progress bar where someone watches."""
    queries: list[Query] = []
    ready = resolved(content)
    for target in report.progress(targets, "Compiling", quiet):
        queries += compile_target(content, target, ready)
    return queries
