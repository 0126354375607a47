"""teragrep runs every compiled Splunk search of single events and says what SQLite says."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from functools import cache

import pytest

from sigmapack.events.read import Event
from tests.engines import corpus, tools
from tests.engines.agreement import disagreements
from tests.engines.spl.content import compiled, files, known
from tests.engines.spl.engine import ENGINE, QueryFailed, ask, filled, replay
from tests.engines.spl.text import spoken
from tests.shapes.splunk import Document, documents

pytestmark = pytest.mark.engines("teragrep")


@cache
def searches() -> dict[str, str]:
    """Rule -> its search, as teragrep takes it."""
    found = corpus.queries("splunk", "spl")
    return {name: spoken(query.text, known()) for name, query in found.items()}


@cache
def with_lookups() -> dict[str, str]:
    """Rule -> its search that uses a lookup, as teragrep takes it, with the lookup's rows."""
    rows = {
        path.removeprefix("lookups/").removesuffix(".csv"): list(csv.DictReader(text.splitlines()))
        for path, text in files().items()
        if path.startswith("lookups/")
    }
    native = {name: query.native_text for name, query in compiled().items() if query.native_text}
    return {name: spoken(text, known()) for name, text in filled(native, rows).items()}


@cache
def shown() -> dict[int, list[Document]]:
    """Case -> its events in Splunk, for the cases that an add-on brings."""
    found = {case.number: documents(case.event) for case in corpus.cases()}
    return {number: own for number, own in found.items() if own}


def test_every_search_matches_what_sqlite_matches() -> None:
    found = replay(shown(), searches())
    assert corpus.differences(found, set(shown())) == []
    proved = {rule: "executed" if found[rule] else "parsed" for rule in found}
    tools.record("splunk", "spl", ENGINE, proved)


def test_a_wrong_search_is_found_out() -> None:
    """A lookalike, a lost backslash, and a value in another case."""
    name = "dns_query_win_threecx_c2_domain_by_client"
    text = searches()[name]
    faults = [('="*.', '="*'), ("\\\\3cx", "3cx"), ("3cxdesktopapp", "3CXDesktopApp")]
    assert all(right in text for right, _ in faults)
    found = replay(shown(), {wrong: text.replace(right, wrong) for right, wrong in faults})
    for wrong, numbers in found.items():
        assert corpus.differences({name: numbers}, set(shown())) != [], wrong


def test_a_search_that_cannot_be_read_is_an_error() -> None:
    with pytest.raises(QueryFailed, match="broken"):
        replay({0: [{"index": "main"}]}, {"broken": 'index=main (a="b"'})


def test_changed_events_get_the_same_verdict() -> None:
    def by_teragrep(events: Mapping[str, Sequence[Event]]) -> dict[str, list[bool | None]]:
        made = {rule: dict(enumerate(map(documents, own))) for rule, own in events.items()}
        found = ask({rule: (made[rule], {rule: searches()[rule]}) for rule in events})
        return {
            rule: [number in found[rule] if own else None for number, own in cases.items()]
            for rule, cases in made.items()
        }

    assert disagreements(by_teragrep, sorted(searches())) == []


@pytest.mark.parametrize(
    ("search", "said"),
    [
        ("``` a\n b ```\n`here` EventCode=1", "( index=* ) EventCode=1"),
        ('a IN ("X", "y?") OR b{}="Z"', '(a="x" OR a="y\\?") OR b__="z"'),
        ("a.b=1\n| eval c=lower('a.b'), d=1", "a_b=1 | eval c=lower('a_b'), d=1"),
        ("tag=web NOT c IN (1, 2)", 'tag_="*,web,*" NOT (c=1 OR c=2)'),
    ],
)
def test_what_splunk_does_before_a_search_is_done_before(search: str, said: str) -> None:
    assert spoken(search, {"here": "(index=*)"}) == said


def test_every_search_with_a_lookup_matches_what_sqlite_matches() -> None:
    found = replay(shown(), with_lookups())
    assert len(found) > 20
    assert corpus.differences(found, set(shown())) == []


def test_a_wrong_row_of_a_lookup_is_found_out() -> None:
    name = "zeek_dns_threecx_c2_domain"
    text = with_lookups()[name]
    assert '="*.' in text
    found = replay(shown(), {name: text.replace('="*.', '="*')})
    assert corpus.differences(found, set(shown())) != []
