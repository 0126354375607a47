"""python-eql runs every compiled EQL query, conditions and sequences, and says what SQLite says."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

import pytest

from sigmapack.checks.events import event_files
from sigmapack.content.model import Rule
from sigmapack.events.read import BadRecord, Event, read_events
from sigmapack.events.windows import channel_map
from tests.engines import corpus, tools
from tests.engines.agreement import disagreements
from tests.engines.eql.engine import ENGINE, QueryFailed, ask, group, replay, sequences
from tests.shapes.ecs import Document, documents
from tests.shapes.ecs.agents import defend, squid, zscaler

pytestmark = pytest.mark.engines("eql")

CONTENT = corpus.pack()
TEXTS = {
    query.rule.name: query.text
    for query in corpus.compiled("elastic")
    if query.path and query.language == "eql"
}
FINDINGS = {name: query.text for name, query in corpus.findings("elastic", "eql").items()}
CORRELATIONS = [
    rule
    for rule in CONTENT.rules
    if rule.is_correlation and rule.name in TEXTS and rule.name not in FINDINGS
]
PLAIN = {name: text for name, text in TEXTS.items() if not CONTENT.by_name[name].is_correlation}

#: Agent -> what its events are too poor for, or too rich, and why. What is no longer so must go.
KNOWN: Mapping[str, Mapping[str, str]] = {
    "squid": {
        "proxy_threecx_stale_user_agent missed": "Squid's own log has no user agent",
        "proxy_threecx_stale_user_agent_c2 missed": "Squid's own log has no user agent",
    },
    "zscaler": {},
    "defend": {
        "dns_query_win_threecx_c2_domain_blocked missed": "lookups have no aliases",
        "net_connection_win_threecx_c2_domain missed": "connections have no name",
        "net_connection_win_threecx_c2_domain_by_client missed": "connections have no name",
        "net_connection_win_threecx_github_raw_by_client missed": "connections have no name",
        "proc_creation_win_threecx_affected_build missed": "programs have no version",
        "proc_creation_win_threecx_affected_removal missed": "programs have no version",
        "proc_creation_win_threecx_fixed_build missed": "programs have no version",
        "proc_creation_win_threecx_xtrader_installer missed": "programs have no product",
    },
}


@pytest.fixture(scope="module")
def shown() -> dict[int, list[Document]]:
    """Case -> its documents, for the cases that an integration brings."""
    found = {case.number: documents(case.event) for case in corpus.cases()}
    return {number: own for number, own in found.items() if own}


def test_every_condition_matches_what_sqlite_matches(shown: dict[int, list[Document]]) -> None:
    found = replay(shown, {**PLAIN, **FINDINGS})
    assert corpus.differences(found, set(shown)) == []
    proved = {rule: "executed" if found[rule] else "parsed" for rule in found}
    tools.record("elastic", "eql", ENGINE, proved)


@pytest.mark.parametrize("agent", [squid, zscaler, defend], ids=lambda agent: agent.__name__)
def test_events_of_a_single_agent_get_the_same_verdict(
    agent: Callable[[Event], list[Document]],
) -> None:
    made = {case.number: agent(case.event) for case in corpus.cases()}
    shown = {number: own for number, own in made.items() if own}
    lines = corpus.differences(replay(shown, PLAIN), set(shown))
    assert {" ".join(line.split()[:2]).rstrip(":") for line in lines} == set(KNOWN[agent.__name__])


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ('"*.', '"*'),  # a lookalike
        (r'"*\\3CXDesktopApp.exe"', '"*3CXDesktopApp.exe"'),  # a lost backslash
        (" : (", " in ("),  # case-sensitive
    ],
)
def test_a_wrong_query_is_found_out(
    shown: dict[int, list[Document]], right: str, wrong: str
) -> None:
    name = "dns_query_win_threecx_c2_domain_by_client"
    assert right in PLAIN[name]
    found = replay(shown, {name: PLAIN[name].replace(right, wrong)})
    assert corpus.differences(found, set(shown)) != []


def test_a_query_that_cannot_be_read_is_an_error() -> None:
    with pytest.raises(QueryFailed, match="broken"):
        replay({}, {"broken": "any where ("})


def test_changed_events_get_the_same_verdict() -> None:
    def by_eql(events: Mapping[str, Sequence[Event]]) -> dict[str, list[bool | None]]:
        made = {rule: dict(enumerate(map(documents, own))) for rule, own in events.items()}
        answers = ask([group(made[rule], {rule: PLAIN[rule]}) for rule in events])
        verdict: dict[str, list[bool | None]] = {}
        for rule, answer in zip(events, answers, strict=True):
            hits = {number for hit in answer[rule] for number in hit}
            verdict[rule] = [n in hits if own else None for n, own in made[rule].items()]
        return verdict

    assert disagreements(by_eql, sorted(PLAIN)) == []


def entries(rule: Rule, kind: str) -> list[tuple[float, Document]]:
    """A correlation's own events, as documents in the order of their time."""
    found = []
    for event in read_events(event_files(CONTENT, rule)[kind], channel_map(CONTENT.sources)):
        assert not isinstance(event, BadRecord) and event.timestamp
        time = datetime.fromisoformat(event.timestamp).timestamp()
        found += [(time, document) for document in documents(event)]
    return sorted(found, key=lambda entry: entry[0])


@pytest.mark.parametrize("rule", CORRELATIONS, ids=lambda rule: rule.name)
def test_a_sequence_is_found_in_its_events_and_not_in_near_misses(rule: Rule) -> None:
    assert sequences(entries(rule, "match"), TEXTS[rule.name])
    assert not sequences(entries(rule, "miss"), TEXTS[rule.name])


def test_an_event_of_several_values_counts_once() -> None:
    twice = (
        "sequence by host.name with maxspan=1h\n  [any where dns.resolved_ip != null] with runs=2"
    )
    event = {"host.name": "a", "dns.resolved_ip": ["192.0.2.1", "192.0.2.2"]}
    assert sequences([(0, event), (1, event)], twice) == [[0, 1]]
    assert not sequences([(0, event)], twice)


def test_the_sequences_are_noted() -> None:
    tools.record("elastic", "eql", ENGINE, {rule.name: "executed" for rule in CORRELATIONS})
