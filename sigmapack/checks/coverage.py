"""House rules for `coverage.toml`: every stage is seen or explained, every rule sees something."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from sigmapack.checks.registry import at, own_check
from sigmapack.content.correlation import read_correlation
from sigmapack.content.coverage import attack
from sigmapack.content.files import shown
from sigmapack.content.model import Content, Problem
from sigmapack.content.settings import COVERAGE


@own_check
def coverage(content: Content) -> Iterator[Problem]:
    """Stages name rules that are there and techniques that are declared; no rule is left over."""
    path = shown(content.rules_dir / COVERAGE)
    known = attack(content)["techniques"]
    seen: set[str] = set()
    for stage in content.stages:
        if stage.id in seen:
            yield Problem(path, stage.line, "coverage", f"stage {stage.id} is there twice")
        seen.add(stage.id)
        if not stage.rules and not stage.unseen:
            message = f"stage {stage.id} needs rules, or `unseen` with the reason"
            yield Problem(path, stage.line, "coverage", message)
        for pattern in stage.rules:
            if not any(fnmatchcase(rule.name, pattern) for rule in content.rules):
                message = f"stage {stage.id}: no rule is called {pattern}"
                yield Problem(path, stage.line, "coverage", message)
        for technique in stage.techniques:
            if technique not in known:
                message = f"stage {stage.id}: {technique} is not in attack.toml"
                yield Problem(path, stage.line, "coverage", message)
    for rule in content.rules:
        if rule.is_base or not any(tag.startswith("attack.") for tag in rule.tags):
            continue  # context for other rules: it sees nothing of the attack
        if not any(stage.sees(rule) for stage in content.stages):
            yield at(rule, "coverage", f"stands under no stage of {path}")


@own_check
def hunting(content: Content) -> Iterator[Problem]:
    """What alerts does not rest on a rule that is for hunting, and so may be left out."""
    for rule in content.rules:
        if not rule.is_correlation or rule.is_hunting:
            continue
        for name in read_correlation(rule).members:
            if name in content.by_name and content.by_name[name].is_hunting:
                message = f"rests on {name}, which is for hunting only"
                yield at(rule, "hunting", message, "correlation", "rules")
