"""A client's filters on real engines: in each product they take away what they name, and no more.

The client has filters on four log sources, sources of its own, and its names in every query. The
rules' own matching events must be found, and not any more once they are from what is left out.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from sigmapack.checks.events import event_files
from sigmapack.compiling.compile import compile_target
from sigmapack.content.model import Content
from sigmapack.events.read import Event
from sigmapack.overlay import named
from sigmapack.targets import discover
from sigmapack.targets.splunk.tables import settings
from tests.engines import corpus, oracle
from tests.engines.elasticsearch import engine as elasticsearch
from tests.engines.eql import engine as eql
from tests.engines.kusto import engine as kusto
from tests.engines.kusto.test_kql import SHAPES
from tests.engines.loki import engine as loki
from tests.engines.mutations import read
from tests.engines.opensearch import engine as opensearch
from tests.engines.opensearch import test_verdicts as lucene
from tests.engines.spl import engine as spl
from tests.engines.spl.text import macros, spoken
from tests.overlay.folder import SETTINGS, overlaid
from tests.shapes import ecs
from tests.shapes import loki as streams
from tests.shapes import splunk as addons

#: Rule -> the field by which a client leaves events out, and a value that it leaves out.
LEFT_OUT: Mapping[str, tuple[str, str]] = {
    "dns_query_win_threecx_c2_domain": ("Computer", "SOC-7"),
    "dns_query_win_threecx_c2_domain_by_client": ("Computer", "SOC-7"),
    "proc_creation_win_threecx_affected_build": ("Computer", "SOC-7"),
    "proxy_threecx_c2_domain": ("src_ip", "10.99.99.7"),
    "zeek_dns_threecx_c2_domain": ("id.orig_h", "10.99.99.7"),
}
FILTER = """\
title: Laboratory Of {rule}
id: 0b9a3a52-6c1f-4c55-9a4e-3a6b0c3f1d{number:02}
logsource: {{{source}}}
filter:
    rules: [{rule}]
    laboratory: {{{field}|startswith: '{start}'}}
    condition: not laboratory
"""
SOURCES = """
[sources.loki]
windows = '{job="windows", tenant!="other"}'
[sources.splunk]
proxy = 'index=* tag=web tag=proxy NOT index=other'
"""
Numbered = Mapping[int, Event]


@cache
def client() -> Content:
    """The pack as products get it for the client, without correlations."""
    filters = {}
    for number, (rule, (field, value)) in enumerate(LEFT_OUT.items()):
        source = corpus.content().by_name[rule].document["logsource"]
        parts = ", ".join(f"{key}: {source[key]}" for key in source if key != "definition")
        start = value[:-1]
        filters[f"f{number}"] = FILTER.format(
            rule=rule, number=number, source=parts, field=field, start=start
        )
    with TemporaryDirectory(prefix="client-") as folder:
        made = overlaid(corpus.content(), Path(folder) / "c", SETTINGS + SOURCES, filters=filters)
    assert made.problems == ()
    assert set(made.filtered) == set(LEFT_OUT)
    return named(made.content, "acme")


@cache
def texts(target: str, language: str) -> dict[str, str]:
    """Rule -> the client's query."""
    found = compile_target(client(), discover()[target])
    return {
        query.rule.name: query.text
        for query in found
        if query.rule.name in LEFT_OUT and query.language == language and query.path
    }


@cache
def cases() -> tuple[dict[int, Event], dict[str, set[int]], dict[str, set[int]]]:
    """Every event by number; rule -> those that it must find, and those that are left out."""
    events: dict[int, Event] = {}
    right: dict[str, set[int]] = {}
    wrong: dict[str, set[int]] = {}
    for rule, (field, value) in LEFT_OUT.items():
        path = event_files(corpus.content(), corpus.content().by_name[rule])["match"]
        records = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        own = [event for event in read(records) if event is not None]
        assert len(own) == len(records)
        for kind, found in ((right, own), (wrong, [changed(e, field, value) for e in own])):
            numbers = range(len(events), len(events) + len(found))
            events |= zip(numbers, found, strict=True)
            kind[rule] = set(numbers)
    return events, right, wrong


def changed(event: Event, field: str, value: str) -> Event:
    """An event of what the client leaves out."""
    assert field in event.fields
    host = value if field == "Computer" else event.host
    return replace(event, fields={**event.fields, field: value}, host=host)


def judge(found: Mapping[str, set[int]], shown: set[int]) -> None:
    """Compare an engine's verdicts with what must be, of the events that the product has."""
    _, right, wrong = cases()
    assert found != {}
    for rule, numbers in found.items():
        assert right[rule] & shown, rule
        assert numbers & right[rule] == right[rule] & shown, f"{rule} loses events"
        assert numbers & wrong[rule] == set(), f"{rule} finds what is left out"


def ecs_documents() -> dict[int, list[ecs.Document]]:
    found = {number: ecs.documents(event) for number, event in cases()[0].items()}
    return {number: own for number, own in found.items() if own}


@pytest.mark.engines("loki")
def test_loki() -> None:
    found = {number: streams.documents(event) for number, event in cases()[0].items()}
    shown = {number: own for number, own in found.items() if own}
    judge(loki.replay(shown, texts("loki", "logql")), set(shown))


@pytest.mark.engines("eql")
def test_eql() -> None:
    shown = ecs_documents()
    judge(eql.replay(shown, texts("elastic", "eql")), set(shown))


@pytest.mark.engines("elasticsearch")
def test_elasticsearch() -> None:
    shown = ecs_documents()
    with elasticsearch.server() as running:
        elasticsearch.load(running, "default", {"corpus": shown})
        judge(elasticsearch.replay(running, texts("elastic", "esql"), "corpus"), set(shown))


@pytest.mark.engines("opensearch")
@pytest.mark.parametrize("target", sorted(lucene.SHAPES))
def test_lucene(target: str) -> None:
    found = {number: lucene.SHAPES[target](event) for number, event in cases()[0].items()}
    shown = {number: own for number, own in found.items() if own}
    with opensearch.server() as running:
        opensearch.load(running, "client", lucene.MAPPINGS[target], shown)
        judge(opensearch.replay(running, "client", texts(target, "lucene")), set(shown))


@pytest.mark.engines("duckdb-kql")
@pytest.mark.parametrize("target", sorted(SHAPES))
def test_kql(target: str) -> None:
    found = {number: SHAPES[target](event) for number, event in cases()[0].items()}
    shown = {number: own for number, own in found.items() if own}
    (answer,) = kusto.run(target, [(shown, texts(target, "kql"))])
    hits = {rule: {row[kusto.NUMBER] for row in rows} for rule, rows in answer.items()}
    judge(hits, set(shown))


@pytest.mark.engines("teragrep")
def test_splunk() -> None:
    found = {number: addons.documents(event) for number, event in cases()[0].items()}
    shown = {number: own for number, own in found.items() if own}
    known = macros(settings(client())["macros.conf"].decode())
    searches = {rule: spoken(text, known) for rule, text in texts("splunk", "spl").items()}
    judge(spl.replay(shown, searches), set(shown))


@pytest.mark.engines("tenzir")
def test_portable_sigma() -> None:
    events = cases()[0]
    found = oracle.matches(texts("sigma", "sigma"), [events[n] for n in sorted(events)])
    judge(found, set(events))
