"""Strangers' rules: one with a problem is left out and named, and the rest runs, or is built."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from sigmapack.checks.registry import at
from sigmapack.compiling.product import Query
from sigmapack.content.load import RULE_SUFFIXES
from sigmapack.content.model import Content, Problem, Rule

#: Problems of what is built, not of what runs: a replay writes no file, and needs no id.
HARMLESS = ("no-id", "duplicate-file", "long-table")


def set_aside(
    content: Content, found: Iterable[Problem], harmless: Collection[str] = HARMLESS
) -> tuple[Content, list[Query], list[Problem]]:
    """The content without its faulty rules, these as refused, and the problems that stop all.

    The pack's own rules are checked before they are shipped: only what cannot be read stops their
    replay. Where no rule is left that could run, every problem stops.

    Args:
        content: what was read.
        found: all of its problems.
        harmless: codes of problems for which no rule is left out; of a replay, unless given.
    """
    found = list(found)
    if content.own:
        return content, [], [problem for problem in found if problem.unreadable]
    faulty: dict[int | str, list[Problem]] = {}
    for problem in found:
        if problem.path.endswith(RULE_SUFFIXES) and not _harmless(content, problem, harmless):
            faulty.setdefault(_place(content, problem), []).append(problem)
    for place, problem in _orphans(content, faulty):
        faulty[place] = [problem]
    others = [problem for problem in found if not problem.path.endswith(RULE_SUFFIXES)]
    stopping = [problem for problem in others if problem.code not in harmless]
    kept = tuple(rule for place, rule in enumerate(content.rules) if place not in faulty)
    if stopping or not kept:
        return content, [], found
    refused = [_refused(content, place, problems) for place, problems in faulty.items()]
    return replace(content, rules=kept, problems=()), refused, []


def _orphans(content: Content, faulty: Collection[int | str]) -> list[tuple[int, Problem]]:
    """Correlations that refer to a rule that is left out, with that as their problem."""
    left = [rule for place, rule in enumerate(content.rules) if place in faulty]
    names = {key for rule in left for key in (rule.name, rule.id) if key}
    found = []
    for place, rule in enumerate(content.rules):
        if rule.is_correlation and place not in faulty:
            body = rule.document["correlation"]
            members = body.get("rules") if isinstance(body, dict) else None
            if lost := names.intersection(map(str, members if isinstance(members, list) else ())):
                message = f"it needs {', '.join(sorted(lost))}, which is not run"
                found.append((place, at(rule, "unknown-rule", message, "correlation", "rules")))
    return found


def _place(content: Content, problem: Problem) -> int | str:
    """The number of the rule that a problem is of; its file, where that gave no rule there."""
    own = [number for number, rule in enumerate(content.rules) if rule.path == problem.path]
    above = [number for number in own if content.rules[number].line() <= problem.line]
    whole = problem in content.problems and problem.code != "duplicate-key"
    return problem.path if whole or not above else above[-1]


def _harmless(content: Content, problem: Problem, harmless: Collection[str]) -> bool:
    """Whether a rule runs all the same; so does one that is called like another's file."""
    if problem.code == "duplicate-name" and harmless:
        return all(
            "name" not in rule.document for rule in content.rules if rule.path == problem.path
        )
    return problem.code in harmless


def _refused(content: Content, place: int | str, problems: list[Problem]) -> Query:
    """A rule that is left out, at the line of its first problem."""
    first = problems[0]
    known = content.rules[place].document if isinstance(place, int) else {}
    rule = Rule(first.path, known, {(): first.line})
    reason = "; ".join(dict.fromkeys(problem.message for problem in problems))
    return Query(rule, "sqlite", "sql", "refused", reason, "", "")
