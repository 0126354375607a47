"""Elasticsearch runs every compiled ES|QL query, correlations too, and says what SQLite says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

import pytest

from sigmapack.checks.events import event_files
from sigmapack.content.model import Rule
from sigmapack.events.read import BadRecord, Event, read_events
from sigmapack.events.windows import channel_map
from tests.engines import corpus, tools
from tests.engines.agreement import disagreements
from tests.engines.elasticsearch.engine import load, replay, rows, server
from tests.engines.opensearch.engine import QueryFailed, Server
from tests.shapes.ecs import Document, documents

pytestmark = pytest.mark.engines("elasticsearch")

CONTENT = corpus.pack()
TEXTS = {
    query.rule.name: query.text
    for query in corpus.compiled("elastic")
    if query.path and query.language == "esql"
}
CORRELATIONS = [rule for rule in CONTENT.rules if rule.is_correlation and rule.name in TEXTS]
PLAIN = {name: text for name, text in TEXTS.items() if not CONTENT.by_name[name].is_correlation}
#: The last event of a sequence is moved to this long ago: the queries look back from now.
AGO = timedelta(seconds=2)


def shown() -> dict[int, list[Document]]:
    """Case -> its documents, for the cases that an integration brings."""
    found = {case.number: documents(case.event) for case in corpus.cases()}
    return {number: own for number, own in found.items() if own}


@pytest.fixture(scope="module")
def running() -> Iterator[Server]:
    with server() as found:
        load(found, "default", {"corpus": shown()})
        yield found


def test_every_query_matches_what_sqlite_matches(running: Server) -> None:
    found = replay(running, PLAIN, "corpus")
    assert corpus.differences(found, set(shown())) == []
    proved = {rule: "executed" if found[rule] else "parsed" for rule in found}
    tools.record("elastic", "esql", f"Elasticsearch {running.version}", proved)


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        (r"(.*\.)?", ".*"),  # a lookalike
        ('"""' + r"\3cxdesktopapp", '"""3cxdesktopapp'),  # a lost backslash
        ("TO_LOWER(dns.question.name)", "dns.question.name"),  # case-sensitive
    ],
)
def test_a_wrong_query_is_found_out(running: Server, right: str, wrong: str) -> None:
    name = "dns_query_win_threecx_c2_domain_by_client"
    assert right in PLAIN[name]
    found = replay(running, {name: PLAIN[name].replace(right, wrong)}, "corpus")
    assert corpus.differences(found, set(shown())) != []


def test_a_query_that_the_server_refuses_is_an_error(running: Server) -> None:
    with pytest.raises(QueryFailed, match="broken"):
        replay(running, {"broken": "FROM logs-* | WHERE no.such.field == 1"}, "corpus")


def test_changed_events_get_the_same_verdict(running: Server) -> None:
    namespaces = (f"changed{number}" for number in range(1_000))

    def by_esql(events: Mapping[str, Sequence[Event]]) -> dict[str, list[bool | None]]:
        made = {rule: dict(enumerate(map(documents, own))) for rule, own in events.items()}
        namespace = next(namespaces)
        load(running, namespace, made)
        verdict: dict[str, list[bool | None]] = {}
        for rule, cases in made.items():
            hits = replay(running, {rule: PLAIN[rule]}, rule)[rule]
            verdict[rule] = [number in hits if own else None for number, own in cases.items()]
        return verdict

    assert disagreements(by_esql, sorted(PLAIN)) == []


def sequence(rule: Rule, kind: str) -> list[tuple[datetime, Event]]:
    """A correlation's own events in the order of their time."""
    found = []
    for event in read_events(event_files(CONTENT, rule)[kind], channel_map(CONTENT.sources)):
        assert not isinstance(event, BadRecord) and event.timestamp
        found.append((datetime.fromisoformat(event.timestamp), event))
    return sorted(found, key=lambda entry: entry[0])


def fired(running: Server, rule: Rule, kind: str) -> bool:
    """Whether the query gives anything right after one of the events.

    Each moment is its own copy of the events up to it, moved so that the last is just over.
    """
    events = sequence(rule, kind)
    now = datetime.now(UTC) - AGO
    moments: dict[str, dict[int, list[Document]]] = {}
    for last, (moment, _) in enumerate(events):
        moments[f"{rule.name} {kind} {last}"] = {
            number: [
                {**each, "@timestamp": (time + (now - moment)).isoformat(timespec="milliseconds")}
                for each in documents(event)
            ]
            for number, (time, event) in enumerate(events[: last + 1])
        }
    load(running, f"{rule.name}.{kind}", moments)
    return any(rows(running, TEXTS[rule.name], moment) for moment in moments)


@pytest.mark.parametrize("rule", CORRELATIONS, ids=lambda rule: rule.name)
def test_a_correlation_is_found_in_its_events_and_not_in_near_misses(
    running: Server, rule: Rule
) -> None:
    assert fired(running, rule, "match")
    assert not fired(running, rule, "miss")


def test_the_correlations_are_noted(running: Server) -> None:
    proved = {rule.name: "executed" for rule in CORRELATIONS}
    tools.record("elastic", "esql", f"Elasticsearch {running.version}", proved)
