"""Checks that any folder of Sigma rules must pass: ids, placeholders, syntax, references."""

from __future__ import annotations

from collections.abc import Iterator

from sigma.correlations import SigmaCorrelationRule
from sigma.exceptions import SigmaError
from sigma.rule import SigmaRule

from sigmapack.checks.registry import at, check
from sigmapack.content.correlation import read_correlation
from sigmapack.content.model import Content, Problem, Refused, Rule
from sigmapack.content.placeholders import combined, unknown


@check
def unique(content: Content) -> Iterator[Problem]:
    """Ids and names refer to one rule each; without an id nothing can."""
    for key in ("id", "name"):
        seen: dict[str, Rule] = {}
        for rule in content.rules:
            value = (rule.id if key == "id" else rule.name).lower()
            if not value:
                yield at(rule, "no-id", "a rule needs an id (a random UUID)")
                continue
            first = seen.setdefault(value, rule)
            if first is not rule:
                place = f"{first.path}:{first.line(key)}"
                yield at(rule, f"duplicate-{key}", f"{value} is also the {key} of {place}", key)


@check
def files(content: Content) -> Iterator[Problem]:
    """What is built of a rule is called like its file, whatever the folder: one file of a name."""
    seen: dict[str, Rule] = {}
    for rule in content.rules:
        stem = rule.stem.lower()
        first = seen.setdefault(stem, rule)
        if first.path != rule.path:
            message = f"{first.path} is called {rule.stem!r} as well: give one another name"
            yield at(rule, "duplicate-file", message)


@check
def placeholders(content: Content) -> Iterator[Problem]:
    """Every placeholder names a lookup that is there."""
    for rule in content.rules:
        found = list(unknown(rule, content.lookups))
        yield from found or combined(rule, content.lookups)


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
        except Exception as error:  # of pySigma, at what its author did not foresee
            said = " ".join(str(error).split()) or type(error).__name__
            yield at(rule, "sigma", f"not a Sigma rule: {said}")
            continue
        try:
            for condition in parsed.detection.parsed_condition:
                condition.parse()
        except SigmaError as error:
            yield at(rule, "sigma", str(error), "detection", "condition")
        except Exception:
            message = "the condition is no text, or the name of a detection is none"
            yield at(rule, "sigma", message, "detection", "condition")


def _place(rule: Rule, message: str) -> tuple[str, ...]:
    """The key that an error of pySigma is most likely about."""
    for key in ("logsource", "related", "status", "level", "date", "id"):
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
        except (SigmaError, Refused):
            continue  # the check `sigma` has reported it, or a target's refusal will
        except Exception as error:
            yield at(rule, "sigma", f"not a Sigma rule: {str(error) or type(error).__name__}")
            continue
        if not members:
            yield at(rule, "unknown-rule", "a correlation needs rules", "correlation", "rules")
        for name in members:
            if not isinstance(name, str) or name not in content.by_name:
                message = f"no rule of this folder has the name or id {name!r}"
                yield at(rule, "unknown-rule", message, "correlation", "rules")
