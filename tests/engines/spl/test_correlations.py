"""teragrep reads every compiled Splunk search, and runs correlations as far as `streamstats`.

It has no `streamstats` that runs: of a correlation, each branch is run up to the keys by which it
groups and counts. What follows is done by `streams`, which is no engine but a reading of
Splunk's documentation; so the matrix says of correlations only that they were parsed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from itertools import product
from typing import Any

import pytest

from sigmapack.checks.events import event_files
from sigmapack.content.correlation import PERIOD, read_correlation
from sigmapack.content.model import Rule
from sigmapack.events.read import BadRecord, Event, read_events
from sigmapack.events.windows import channel_map
from sigmapack.replay import replay
from sigmapack.targets.splunk.correlation import key as named
from tests.engines import tools
from tests.engines.spl import streams
from tests.engines.spl.content import CONTENT, compiled, known
from tests.engines.spl.engine import PARSER, QueryFailed, read
from tests.engines.spl.results import results
from tests.engines.spl.text import branches, readable
from tests.shapes.splunk import documents

pytestmark = pytest.mark.engines("teragrep")

#: A row of a correlation's branch: the case, the rule, its step, the values of the keys.
Row = tuple[int, str, int, tuple[str | float | None, ...]]


@cache
def correlations() -> dict[str, Rule]:
    return {name: query.rule for name, query in compiled().items() if query.rule.is_correlation}


def test_every_search_can_be_read() -> None:
    """As compiled, with its commands; correlations and lookups too."""
    texts = {name: readable(query.text, known()) for name, query in compiled().items()}
    for name, query in compiled().items():
        if query.native_text:
            texts[f"{name}, lookup"] = readable(query.native_text, known())
    read(texts)
    tools.record("splunk", "spl", PARSER, dict.fromkeys(correlations(), "parsed"))


def test_commands_that_cannot_be_read_are_errors() -> None:
    text = readable(compiled()["correlation_threecx_blocked_retry_host"].text, known())
    faults = [("| streamstats ", "| streamstat "), ("time_window=", "time_windw="), (" as ", " ")]
    wrong = {right: text.replace(right, fault) for right, fault in faults}
    assert text not in wrong.values()
    with pytest.raises(QueryFailed) as failed:
        read(wrong)
    assert all(f"{right}: " in str(failed.value) for right in wrong)


@cache
def occurrences(name: str) -> dict[int, Event]:
    """A correlation's own events, matches and near-misses, numbered."""
    paths = event_files(CONTENT, correlations()[name]).values()
    events = [event for path in paths for event in read_events(path, channel_map(CONTENT.sources))]
    assert not any(isinstance(event, BadRecord) for event in events)
    return {number: event for number, event in enumerate(events) if isinstance(event, Event)}


def keys(name: str, member: str, event: Event) -> list[tuple[str | float | None, ...]]:
    """The values by which a correlation groups and counts an event, in lower case."""
    correlation = read_correlation(correlations()[name])
    choices: list[list[str | float | None]] = []
    for key in key_names(name):
        if key == PERIOD:
            choices.append([seconds(event) // correlation.period])
            continue
        field = correlation.field(key, member)
        value = event.fields.get(field, event.host if field == "Computer" else None)
        values = value if isinstance(value, tuple) else (value,)
        choices.append([each and each.lower() for each in values])
    return list(product(*choices))


def told(name: str) -> list[str]:
    """What the searches call the keys."""
    correlation = read_correlation(correlations()[name])
    return [named(correlation, key) for key in key_names(name)]


def key_names(name: str) -> list[str]:
    correlation = read_correlation(correlations()[name])
    return list(dict.fromkeys([*correlation.group_by, *filter(None, [correlation.value_field])]))


@cache
def matched() -> set[tuple[str, str, int]]:
    """(rule, file, record) of what the SQLite queries match in all correlations' events."""
    paths = [p for rule in correlations().values() for p in event_files(CONTENT, rule).values()]
    matches = replay(CONTENT, paths).matches
    return {(match.rule.name, match.file, match.record) for match in matches}


def wanted(name: str) -> set[Row]:
    """What the branches of a correlation have to give, by the SQLite queries of its rules."""
    return {
        (number, member, step, values)
        for step, members in enumerate(read_correlation(correlations()[name]).steps, 1)
        for member in members
        if member in compiled()
        for number, event in occurrences(name).items()
        if (member, event.file, event.record) in matched()
        for values in keys(name, member, event)
    }


def given(texts: Mapping[str, list[str]]) -> dict[str, set[Row]]:
    """What teragrep gives for the branches of correlations, each on its correlation's own events.

    A branch that several correlations have is run once, on the events of all of them.
    """
    places = [(name, number) for name in texts for number in occurrences(name)]
    each = dict(enumerate(occurrences(name)[number] for name, number in places))
    events = {n: documents(event) for n, event in each.items()}
    asked = {text for own in texts.values() for text in own}
    rows = results(asked, events, known(), {n: seconds(event) for n, event in each.items()})
    found: dict[str, set[Row]] = {name: set() for name in texts}
    for name, own in texts.items():
        for place, row in (item for text in own for item in rows[text].items()):
            whose, number = places[place]
            if whose == name:
                found[name] |= {
                    (number, row["sigma_rule"], row["sigma_step"], values)
                    for values in product(*(listed(row.get(key)) for key in told(name)))
                }
    return found


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def seconds(event: Event) -> float:
    return datetime.fromisoformat(str(event.timestamp)).timestamp()


@cache
def all_given() -> Mapping[str, set[Row]]:
    """What teragrep gives for every correlation."""
    return given({name: branches(compiled()[name].text) for name in correlations()})


def streamed(name: str, found: Iterable[Row], kind: str) -> list[dict[str, Any]]:
    """A correlation's rows of one kind of events, as they come to its `sort`."""
    rows = []
    for number, member, step, values in sorted(found, key=str):
        event = occurrences(name)[number]
        if event.file.endswith(f".{kind}.jsonl"):
            time = seconds(event)
            keys = dict(zip(told(name), values, strict=True))
            rows.append({"_time": time, "sigma_rule": member, "sigma_step": step, **keys})
    return rows


def verdicts(name: str, text: str) -> set[tuple[str, bool, bool]]:
    """(kind of events, whether windows hold their first moment, whether it fires)."""
    found = {kind: streamed(name, all_given()[name], kind) for kind in ("match", "miss")}
    return {
        (kind, first, bool(streams.run(rows, text, first)))
        for kind, rows in found.items()
        for first in (True, False)
    }


RIGHT = {(kind, first, kind == "match") for kind in ("match", "miss") for first in (True, False)}


def test_the_branches_of_every_correlation_give_its_rules_and_keys() -> None:
    for name in correlations():
        assert all_given()[name] == wanted(name) != set(), name


def test_a_correlation_fires_on_its_events_and_not_on_near_misses_as_splunk_is_documented() -> None:
    """Whether or not a window holds its very first moment, which is not documented."""
    wrong = {name for name in correlations() if verdicts(name, compiled()[name].text) != RIGHT}
    assert wrong == set()


@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [
        ("correlation_threecx_blocked_retry_host", " >= 3", " >= 2"),
        ("correlation_threecx_blocked_retry_host", "=86400s", "=60s"),
        ("correlation_threecx_blocked_retry_host", " by dest", ""),
        ("correlation_threecx_macos_chain", "(sigma_step=2, chain_1", "(sigma_step=2, _time"),
        ("correlation_threecx_c2_domain_several_hosts", "dc(dest)", "dc(_time)"),
        ("correlation_threecx_second_stage_on_hit_host", "step_1 > 0 AND step_2", "step_2"),
    ],
)
def test_a_wrong_chain_or_window_is_found_out(name: str, right: str, wrong: str) -> None:
    head, thin, tail = compiled()[name].text.partition("\n| eventstats ")
    assert right in tail
    assert verdicts(name, head + thin + tail.replace(right, wrong)) != RIGHT


def test_a_command_that_is_not_read_is_an_error() -> None:
    text = compiled()["correlation_threecx_blocked_retry_host"].text
    rows = [{"_time": 0, "sigma_rule": "one", "dest": "a"}]
    for wrong in (text.replace("| where", "| whence"), text.replace("count as", "sum(_time) as")):
        with pytest.raises(streams.UnknownCommand):
            streams.run(rows, wrong, first_moment=True)


def test_a_wrong_key_is_found_out() -> None:
    name = "correlation_threecx_blocked_retry_host"
    (text,) = branches(compiled()[name].text)
    assert "dest=lower(coalesce('Computer', " in text
    wrong = text.replace("dest=lower(coalesce('Computer', ", "dest=lower(coalesce('User', ")
    assert given({name: [wrong]})[name] != wanted(name)
