"""OpenSearch runs every compiled Lucene query, its own and Elastic's, and says what SQLite says.

Elastic's `wildcard` fields are keyword fields here (`opensearch.elastic_mapping`): what is proved
of queries on them is the expression, not Elasticsearch's own field type.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import pytest

from sigmapack.events.read import Event
from tests.engines import corpus, tools
from tests.engines.agreement import disagreements, numbered
from tests.engines.opensearch.engine import QueryFailed, Server, load, replay, server
from tests.shapes import ecs, opensearch

pytestmark = pytest.mark.engines("opensearch")


def elastic(event: Event) -> list[ecs.Document]:
    """Elastic's documents, with text as its analyzer makes it."""
    return [ecs.analysed(document) for document in ecs.documents(event)]


SHAPES = {"elastic": elastic, "opensearch": opensearch.documents}
MAPPINGS = {"elastic": opensearch.elastic_mapping(), "opensearch": opensearch.mapping()}


def shown(target: str) -> dict[int, list[ecs.Document]]:
    """Case -> its documents, for the cases that an agent brings."""
    found = {case.number: SHAPES[target](case.event) for case in corpus.cases()}
    return {number: own for number, own in found.items() if own}


def findings(target: str) -> dict[str, str]:
    return {name: query.text for name, query in corpus.findings(target, "lucene").items()}


def texts(target: str) -> dict[str, str]:
    return {name: query.text for name, query in corpus.queries(target, "lucene").items()}


@pytest.fixture(scope="module")
def running() -> Iterator[Server]:
    with server() as found:
        for target in SHAPES:
            load(found, target, MAPPINGS[target], shown(target))
        yield found


@pytest.mark.parametrize("target", SHAPES)
def test_every_query_matches_what_sqlite_matches(running: Server, target: str) -> None:
    found = replay(running, target, {**texts(target), **findings(target)})
    assert corpus.differences(found, set(shown(target))) == []
    proved = {rule: "executed" if found[rule] else "parsed" for rule in found}
    tools.record(target, "lucene", f"OpenSearch {running.version}", proved)


@pytest.mark.parametrize("target", SHAPES)
@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        (r"(.*\.)?", ".*"),  # a lookalike
        (r"\\3[cC][xX]", "3[cC][xX]"),  # a lost backslash
        ("[cC]", "c"),  # case-sensitive
    ],
)
def test_a_wrong_query_is_found_out(running: Server, target: str, right: str, wrong: str) -> None:
    name = "dns_query_win_threecx_c2_domain_by_client"
    text = texts(target)[name]
    assert right in text
    found = replay(running, target, {name: text.replace(right, wrong)})
    assert corpus.differences(found, set(shown(target))) != []


def test_a_query_that_the_server_refuses_is_an_error(running: Server) -> None:
    with pytest.raises(QueryFailed, match="broken"):
        replay(running, "elastic", {"broken": "a: (b"})


def test_expressions_on_real_wildcard_fields_fail_on_this_version(running: Server) -> None:
    """When this fails, the server has learned it: then `elastic_mapping` is to go."""
    load(running, "wildcard", ecs.mapping(), shown("elastic"))
    found = replay(running, "wildcard", texts("elastic"))
    assert corpus.differences(found, set(shown("elastic"))) != []


@pytest.mark.parametrize("target", SHAPES)
def test_changed_events_get_the_same_verdict(running: Server, target: str) -> None:
    found = texts(target)
    indices = (f"{target}-changed-{number}" for number in range(1_000))

    def ask(events: Mapping[str, Sequence[Event]]) -> dict[str, list[bool | None]]:
        places = numbered(events)
        documents = {n: SHAPES[target](event) for n, (_, _, event) in enumerate(places)}
        index = next(indices)
        load(running, index, MAPPINGS[target], documents)
        hits = replay(running, index, {rule: found[rule] for rule in events})
        verdict: dict[str, list[bool | None]] = {rule: [] for rule in events}
        for number, (rule, _, _) in enumerate(places):
            verdict[rule].append(number in hits[rule] if documents[number] else None)
        running.request("DELETE", f"/{index}")
        return verdict

    assert disagreements(ask, sorted(found)) == []
