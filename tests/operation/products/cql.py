"""What a shipped correlation of LogScale makes of events: its `case`, its aggregate, its tests.

Read from the query's text as LogScale's pages define it: the first branch of a `case` that an event
matches is its (https://library.humio.com/data-analysis/syntax-conditional.html); `groupBy` gives a
row for each key that there is, `stats` one row
(https://library.humio.com/data-analysis/functions-groupby.html); a comparison with a field that is
not there is false. Which branch's rule an event is of, the compiled SQLite has said.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from tests.operation.model import Seen
from tests.operation.verdict import plain

BRANCH = re.compile(
    r'sigma_step := (\d+) \| sigma_rule := "(\w+)"((?:\s*\| \w+ := lower\([^)]+\))*)'
)
KEY = re.compile(r"(\w+) := lower\(([^)]+)\)")
TEST = re.compile(r"\| (?:test\()?(\w+) (>=|<=|!=|>|<|=) ([^\n]+?)\)?(?=\n|$)")
OPERATORS: Mapping[str, Callable[[float, float], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
    "=": operator.eq,
    "!=": operator.ne,
}
#: CrowdStrike's names of what the events of tests call as Sigma does.
FIELDS = {"source.ip": "src_ip", "host.name": "Computer", "dns.question.name": "query"}
#: What stands before a vendor's own name.
PREFIX = re.compile(r"^(?:Vendor\.|windows\.EventData\.|windows\.)")


@dataclass(frozen=True)
class Branch:
    """A member of a correlation: its step, its rule, and what its keys are made of."""

    step: int
    rule: str
    keys: Mapping[str, str]

    def value(self, seen: Seen, name: str) -> str:
        """A key of an event, as `lower` writes it."""
        field = FIELDS.get(self.keys[name], PREFIX.sub("", self.keys[name]))
        return plain(seen.event.fields.get(field))


@dataclass(frozen=True)
class Correlation:
    """A query: its branches in order, its keys, what it collects, and what has to hold."""

    branches: Sequence[Branch]
    keys: Sequence[str]
    collected: Sequence[str]
    tests: Sequence[tuple[str, str, str]]

    def rows(self, seen: Sequence[Seen], end: float) -> Iterator[frozenset[str]]:
        """For each row of the result, the hosts, clients and values that it names.

        Args:
            seen: the events that the search sees.
            end: of its interval.
        """
        groups: dict[tuple[str, ...], list[tuple[Branch, Seen]]] = {}
        for each in seen:
            branch = next((one for one in self.branches if one.rule in each.rules), None)
            if branch is not None:
                key = tuple(branch.value(each, name) for name in self.keys)
                groups.setdefault(key, []).append((branch, each))
        for key, members in groups.items():
            made = aggregated(members)
            if all(holds(made, test, end) for test in self.tests):
                listed = {
                    branch.value(each, name) for branch, each in members for name in self.collected
                }
                yield frozenset({*key, *listed}) - {""}


def parsed(text: str) -> Correlation:
    """A shipped query.

    Raises:
        AssertionError: it is not of the form that is known here.
    """
    case, _, rest = text.partition("\n}\n")
    branches = [
        Branch(int(step), rule, dict(KEY.findall(keys)))
        for step, rule, keys in BRANCH.findall(case)
    ]
    grouped = re.match(r"\| (?:groupBy\(\[([^\]]*)\], function=|stats\()\[.*\]\)", rest)
    assert grouped and branches, text
    keys = re.findall(r"\w+", grouped[1] or "")
    collected = re.search(r"collect\(\[?([^\])]+)", grouped[0])
    tests = [(name, sign, other) for name, sign, other in TEST.findall(rest[grouped.end() :])]
    assert len(tests) == rest[grouped.end() :].count("\n| ") and tests, text
    names = re.findall(r"\w+", collected[1]) if collected else []
    return Correlation(branches, keys, [name for name in names if name == "sigma_value"], tests)


def aggregated(members: Sequence[tuple[Branch, Seen]]) -> dict[str, float]:
    """The fields of a row; times in milliseconds, as LogScale keeps them."""
    made: dict[str, float] = {
        "event_count": len(members),
        "steps": len({branch.step for branch, _ in members}),
        "value_count": len(
            {
                branch.value(seen, "sigma_value")
                for branch, seen in members
                if "sigma_value" in branch.keys
            }
        ),
        "first_ingested": min(int(seen.arrives * 1000) for _, seen in members),
        "last_ingested": max(int(seen.arrives * 1000) for _, seen in members),
    }
    for branch, seen in members:
        time = int(seen.time * 1000)
        first, last = f"first_{branch.step}", f"last_{branch.step}"
        made[first] = min(time, made.get(first, time))
        made[last] = max(time, made.get(last, time))
    return made


def holds(made: Mapping[str, float], test: tuple[str, str, str], end: float) -> bool:
    """Whether a row passes a test."""
    name, sign, other = test
    if since := re.fullmatch(r"end\(\) - (\d+)", other):
        value: float | None = end * 1000 - int(since[1])
    else:
        value = float(other) if other.isdigit() else made.get(other)
    return name in made and value is not None and OPERATORS[sign](made[name], value)
