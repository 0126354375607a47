"""All checks run from one registry; each gives its problems, none stops another."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from sigma.correlations import SigmaCorrelationRule
from sigma.exceptions import SigmaError
from sigma.rule import SigmaRule

from sigmapack.correlation import read_correlation
from sigmapack.files import shown
from sigmapack.model import Content, Problem, Refused, Rule
from sigmapack.placeholders import unknown
from sigmapack.product import Query

Check = Callable[[Content], Iterator[Problem]]

#: Checks that any folder of Sigma rules must pass, and those of the pack's own content.
CHECKS: list[Check] = []
OWN_CHECKS: list[Check] = []


def check(function: Check) -> Check:
    """Register a check for all content."""
    CHECKS.append(function)
    return function


def own_check(function: Check) -> Check:
    """Register a check for the pack's own content only: the house rules."""
    OWN_CHECKS.append(function)
    return function


def problems(content: Content) -> list[Problem]:
    """Everything that is wrong with the content, sorted by place; empty when nothing is.

    The house rules run only on the pack's own content, and only when all of it could be read.
    """
    found = list(content.problems)
    for function in CHECKS:
        found += function(content)
    if content.own and not any(problem.unreadable for problem in found):
        from sigmapack import (  # noqa: F401  (registers)
            check_coverage,
            check_events,
            check_lookups,
            check_rules,
        )

        for function in OWN_CHECKS:
            found += function(content)
    return sorted(set(found))


def at(rule: Rule, code: str, message: str, *place: str | int) -> Problem:
    """A problem of a rule, at the line of a place in its document."""
    return Problem(rule.path, rule.line(*place), code, " ".join(message.split()))


@check
def unique(content: Content) -> Iterator[Problem]:
    """Ids and names refer to one rule each; without an id nothing can."""
    for key in ("id", "name"):
        seen: dict[str, Rule] = {}
        for rule in content.rules:
            value = str(rule.document.get(key) or "").lower()
            if not value:
                if key == "id":
                    yield at(rule, "no-id", "a rule needs an id (a random UUID)")
                continue
            first = seen.setdefault(value, rule)
            if first is not rule:
                place = f"{first.path}:{first.line(key)}"
                yield at(rule, f"duplicate-{key}", f"{value} is also the {key} of {place}", key)


@check
def placeholders(content: Content) -> Iterator[Problem]:
    """Every placeholder names a lookup that is there."""
    for rule in content.rules:
        yield from unknown(rule, content.lookups)


@check
def sigma(content: Content) -> Iterator[Problem]:
    """Every rule is Sigma, by pySigma's own parser."""
    for rule in content.rules:
        try:
            if rule.is_correlation:
                SigmaCorrelationRule.from_dict(rule.copy())
                continue
            parsed = SigmaRule.from_dict(rule.copy())
        except SigmaError as error:
            yield at(rule, "sigma", str(error), *_place(rule, str(error)))
            continue
        except (AttributeError, TypeError, ValueError, KeyError) as error:
            yield at(rule, "sigma", f"not a Sigma rule: {error}")
            continue
        try:
            for condition in parsed.detection.parsed_condition:
                condition.parse()
        except SigmaError as error:
            yield at(rule, "sigma", str(error), "detection", "condition")
        except (AttributeError, TypeError, ValueError):
            message = "the condition is no text, or the name of a detection is none"
            yield at(rule, "sigma", message, "detection", "condition")


def _place(rule: Rule, message: str) -> tuple[str, ...]:
    """The key that an error of pySigma is most likely about."""
    for key in ("logsource", "status", "level", "date", "id"):
        if f" {key}" in f" {message.lower()}" and (key,) in rule.lines:
            return (key,)
    return ("correlation",) if rule.is_correlation else ("detection",)


@check
def references(content: Content) -> Iterator[Problem]:
    """A correlation refers to rules that are there."""
    for rule in content.rules:
        if not rule.is_correlation:
            continue
        try:
            members = read_correlation(rule).members
        except (SigmaError, Refused, AttributeError, ValueError, KeyError):
            continue
        except TypeError as error:
            yield at(rule, "sigma", f"not a Sigma rule: {error}")
            continue
        if not members:
            yield at(rule, "unknown-rule", "a correlation needs rules", "correlation", "rules")
        for name in members:
            if not isinstance(name, str) or name not in content.by_name:
                message = f"no rule of this folder has the name or id {name!r}"
                yield at(rule, "unknown-rule", message, "correlation", "rules")


def outcome_problems(content: Content, queries: Iterable[Query]) -> Iterator[Problem]:
    """Refusals and degradations that `waivers.toml` does not declare, and waivers not needed.

    A foreign folder without waivers declares nothing: its outcomes are only reported.
    """
    path = shown(content.rules_dir / "waivers.toml")
    waivers = [waiver for waiver in content.waivers if waiver.outcome != "excluded"]
    if not content.own and not waivers:
        return
    used = set()
    targets = set()
    for query in queries:
        targets.add(query.target)
        if query.outcome == "ok":
            continue
        fitting = [w for w in waivers if w.covers(query) and w.outcome == query.outcome]
        used.update(fitting)
        if not fitting:
            scope = f"{query.target}/{query.language}"
            message = (
                f"{query.outcome} on {scope}: {query.reason}: mend it, or declare it in {path}"
            )
            yield at(query.rule, "undeclared-outcome", message)
    for waiver in waivers:
        if waiver not in used and waiver.scope.partition("/")[0] in targets:
            message = f"{waiver.subject} is not {waiver.outcome} on {waiver.scope}: remove it"
            yield Problem(path, waiver.line, "unneeded-waiver", message)
