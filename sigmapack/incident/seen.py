"""Which stages of the attack were seen, and what not seeing one means."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from sigmapack.content.correlation import read_correlation
from sigmapack.content.model import Content, LogSource, Rule
from sigmapack.content.words import noted
from sigmapack.events.sources import met
from sigmapack.matches import Match

#: States of a stage, and how they are said.
SEEN, QUIET, NO_LOG, UNSEEN = "seen", "not_seen", "no_log_given", "no_log_shows_it"
#: Where not every event was looked at, nobody knows which logs there were.
UNKNOWN = "not_seen_perhaps_no_log"
STATES = {
    SEEN: noted("seen"),
    QUIET: noted("not seen in the logs that were given"),
    UNKNOWN: noted("not seen; whether a log was given that would show it is not known"),
    NO_LOG: noted("no log was given that would show it"),
    UNSEEN: noted("no log shows it"),
}


@dataclass(frozen=True)
class Stage:
    """A stage: its state, the rules that saw it, and why none can."""

    id: str
    title: str
    state: str
    rules: Sequence[str]
    why: str


def stages(
    content: Content, matches: Iterable[Match], logs: AbstractSet[LogSource] | None
) -> list[Stage]:
    """The stages of the attack.

    Args:
        content: with stages, in the language of the document.
        matches: what was found.
        logs: the log sources that there were events of; None where that is not known.
    """
    names = {match.rule.name for match in matches}
    made = []
    for stage in content.stages:
        own = [rule for rule in content.rules if stage.sees(rule)]
        seen = sorted(rule.name for rule in own if rule.name in names)
        if seen:
            state = SEEN
        elif not stage.rules:
            state = UNSEEN
        elif logs is None:
            state = UNKNOWN
        elif not any(_possible(content, rule, logs) for rule in own):
            state = NO_LOG
        else:
            state = QUIET
        made.append(Stage(stage.id, stage.title, state, seen, "" if seen else stage.unseen))
    return made


def _possible(content: Content, rule: Rule, logs: AbstractSet[LogSource]) -> bool:
    """Whether there was an event that a rule looks at, or a member of a correlation."""
    if not rule.is_correlation:
        return met(rule.logsource, logs)
    members = (content.by_name.get(name) for name in read_correlation(rule).members)
    return any(met(each.logsource, logs) for each in members if each is not None)
