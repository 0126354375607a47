"""Tells of a record with needles whether any rule may match it, before it is decoded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sigmapack.content.model import LogSource
from sigmapack.events.glance import glance
from sigmapack.events.sources import met
from sigmapack.events.windows import possible
from sigmapack.replay.plan import Plan, numbered

#: Answers that are held: needles come in some combinations, and log sources are few.
MOST_HELD = 100_000
#: A slash may stand so in JSON, and so in none of the texts that are looked for.
SLASH = rb"\/"


#: Texts of which a record needs one of each.
Texts = tuple[tuple[bytes, ...], ...]


class Sieve:
    """Whether a record may matter: to a rule on its log source that has all it needs there.

    A rule looks at one event at a time, and a correlation at events that its rules matched.
    """

    def __init__(self, plan: Plan) -> None:
        self.channels = plan.channels
        numbers = numbered(plan)
        self._sets: dict[frozenset[str], frozenset[int]] = {}
        self._rules: dict[LogSource, set[tuple[tuple[frozenset[int], ...], Texts]]] = {}
        for step in plan.steps:
            if step.rule.is_correlation:
                continue
            sets = tuple(self._numbered(own, numbers) for own in step.needles)
            others = tuple(tuple(map(written, own)) for own in step.others)
            self._rules.setdefault(step.rule.logsource, set()).add((sets, others))
        self._held: dict[tuple[frozenset[int], tuple[LogSource, ...]], set[Texts]] = {}

    def _numbered(self, own: frozenset[str], numbers: Mapping[str, int]) -> frozenset[int]:
        if own not in self._sets:
            self._sets[own] = frozenset(numbers[needle] for needle in own)
        return self._sets[own]

    def __call__(self, needles: frozenset[int], record: bytes) -> bool:
        """Answer.

        Args:
            needles: the numbers of all needles of the plan that it has.
            record: one object of JSON, without escapes of what needs none but slashes.
        """
        kind = glance(record)
        if kind is None or SLASH in record:
            return True
        key = (needles, possible(kind.channel, kind.number, self.channels))
        if key not in self._held:
            if len(self._held) >= MOST_HELD:
                self._held.clear()
            self._held[key] = set(self._left(*key))
        left = self._held[key]
        if not left or () in left:
            return bool(left)
        low = record.lower()
        return any(all(any(text in low for text in texts) for texts in each) for each in left)

    def _left(self, needles: frozenset[int], seen: tuple[LogSource, ...]) -> Iterator[Texts]:
        """What rules need beside needles, of which a record has all they need."""
        for source, rules in self._rules.items():
            if met(source, seen):
                for sets, others in rules:
                    if not any(map(needles.isdisjoint, sets)):
                        yield others


def written(needle: str) -> bytes:
    """A needle as it stands in JSON."""
    return needle.replace("\\", r"\\").encode()
