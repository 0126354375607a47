"""Loki itself runs every compiled LogQL query and says what SQLite says."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from sigmapack.checks.events import event_files
from sigmapack.compiling.product import Query
from sigmapack.content.model import Rule
from sigmapack.events.read import BadRecord, read_events
from sigmapack.events.windows import channel_map
from tests.engines import corpus, tools
from tests.engines.loki.engine import SECOND, correlate, replay, version
from tests.shapes.loki import Document, documents

pytestmark = pytest.mark.engines("loki")

CONTENT = corpus.pack()
CORRELATIONS = [rule for rule in CONTENT.rules if rule.is_correlation and not rule.is_base]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def compiled() -> dict[str, Query]:
    return {query.rule.name: query for query in corpus.compiled("loki") if query.path}


@pytest.fixture(scope="module")
def shown() -> dict[int, list[Document]]:
    """Case -> its entries, for the cases that Loki can hold."""
    found = {case.number: documents(case.event) for case in corpus.cases()}
    return {number: entries for number, entries in found.items() if entries}


def test_every_log_query_matches_what_sqlite_matches(
    compiled: dict[str, Query], shown: dict[int, list[Document]]
) -> None:
    queries = {name: q.text for name, q in compiled.items() if not q.rule.is_correlation}
    found = replay(shown, queries)
    assert corpus.differences(found, set(shown)) == []
    proved = {rule: "executed" if found[rule] else "parsed" for rule in found}
    tools.record("loki", "logql", f"Loki {version()}", proved)


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        (r"(?:.*\.)?", ".*"),  # a lookalike
        (r"\\3CXDesktopApp", "3CXDesktopApp"),  # a lost backslash
        ("(?is)", "(?s)"),  # case-sensitive
    ],
)
def test_a_wrong_query_is_found_out(
    compiled: dict[str, Query], shown: dict[int, list[Document]], right: str, wrong: str
) -> None:
    name = "dns_query_win_threecx_c2_domain_by_client"
    text = compiled[name].text
    assert right in text
    found = replay(shown, {name: text.replace(right, wrong)})
    assert corpus.differences(found, set(shown)) != []


def sequence(rule: Rule, kind: str) -> list[tuple[int, Document]]:
    """A correlation's own events with their times in nanoseconds."""
    entries = []
    for event in read_events(event_files(CONTENT, rule)[kind], channel_map(CONTENT.sources)):
        assert not isinstance(event, BadRecord) and event.timestamp
        moment = datetime.fromisoformat(event.timestamp.replace("Z", "+00:00")) - EPOCH
        time = (moment.days * 86_400 + moment.seconds) * SECOND + moment.microseconds * 1000
        entries += [(time, document) for document in documents(event)]
    return sorted(entries, key=lambda entry: entry[0])


def fired(rule: Rule, query: Query, kind: str) -> bool:
    """Whether the query gives anything right after one of the events."""
    entries = sequence(rule, kind)
    times = [time + SECOND for time, _ in entries]
    return bool(correlate(entries, {rule.name: query.text}, times)[rule.name])


@pytest.mark.parametrize("rule", CORRELATIONS, ids=lambda rule: rule.name)
def test_a_correlation_fires_on_its_events_and_not_on_near_misses(
    compiled: dict[str, Query], rule: Rule
) -> None:
    query = compiled[rule.name]
    assert fired(rule, query, "match")
    assert not fired(rule, query, "miss")


def test_the_correlations_are_noted(compiled: dict[str, Query]) -> None:
    proved = {rule.name: "executed" for rule in CORRELATIONS if rule.name in compiled}
    tools.record("loki", "logql", f"Loki {version()}", proved)
