"""House rules for events: every rule has some that must match, and near-misses that must not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sigmapack.checks.registry import at, own_check
from sigmapack.content.files import shown
from sigmapack.content.model import Content, Problem, Rule

LEAST = 3
KINDS = ("match", "miss")


def event_files(content: Content, rule: Rule) -> dict[str, Path]:
    """The event files of a rule: `match` and `miss`, in `tests/events/` at the rule's own place."""
    rules = shown(content.rules_dir)
    place = Path(rule.path).relative_to(rules).parent
    folder = content.root / "tests" / "events" / place
    return {kind: folder / f"{rule.stem}.{kind}.jsonl" for kind in KINDS}


@own_check
def events(content: Content) -> Iterator[Problem]:
    """Rules without events, too few events, events without a rule; a base is tested in others."""
    expected = set()
    for rule in content.rules:
        if rule.is_base:
            continue
        for kind, path in event_files(content, rule).items():
            expected.add(path)
            if not path.is_file():
                yield at(rule, "no-events", f"{shown(path)} is missing: events that must {kind}")
                continue
            count = sum(bool(line.strip()) for line in path.read_text("utf-8").splitlines())
            if count < LEAST:
                message = f"{count} events, at least {LEAST} are needed"
                yield Problem(shown(path), max(count, 1), "few-events", message)
    folder = content.root / "tests" / "events"
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path not in expected:
            yield Problem(shown(path), 1, "stray-events", "no rule stands at this place")
