"""An engine runs every compiled KQL query, which says what SQLite says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pytest

from sigmapack.checks.events import event_files
from sigmapack.compiling.product import Query
from sigmapack.content.model import Rule
from sigmapack.events.read import BadRecord, Event, read_events
from sigmapack.events.windows import channel_map
from sigmapack.targets import discover
from tests.engines import corpus, tools
from tests.engines.kusto.engine import Document, replay, run, version
from tests.shapes import defender, sentinel
from tests.shapes.sentinel.network import connection_of_sysmon

pytestmark = pytest.mark.engines("duckdb-kql")

CONTENT = corpus.pack()
SHAPES: Mapping[str, Callable[[Event], list[Document]]] = {
    "sentinel": sentinel.documents,
    "defender": defender.documents,
}
#: Product -> log source -> others whose events its table holds too, so that a rule of the first
#: also sees these. Those with the very same line in `logsources.toml` need not be named.
OVERLAPS: Mapping[str, Mapping[str, set[str]]] = {
    "sentinel": {},
    # The lines of Windows do not ask for the operating system, which would take a join.
    "defender": {
        f"windows/{kind}": {f"macos/{kind}", f"linux/{kind}"}
        for kind in ("process_creation", "file_event")
    },
}
#: Rules that leave out what a process did, and see it without that process elsewhere: product ->
#: rule -> how the path of the process ends.
UNSEEN = {
    "sentinel": {},
    "defender": {"dns_query_win_threecx_c2_domain": r"\3cxdesktopapp.exe"},
}
KNOWN = {
    "sentinel": [],
    "defender": [
        # Nothing tells of a query that was never answered.
        "dns_query_win_threecx_c2_domain_blocked missed: "
        "match of dns_query_win_threecx_c2_domain_blocked: no answer in time",
        # The sensor has AppLocker's own form of a path only.
        "win_applocker_threecx_affected_build missed: "
        "match of win_applocker_threecx_affected_build: the real path alone has the folder",
    ],
}
#: Correlations that do otherwise than they should on their own events, and why.
KNOWN_CORRELATIONS: Mapping[str, set[str]] = {"sentinel": set(), "defender": set()}


@dataclass(frozen=True)
class Product:
    """A product with its compiled queries and its documents of all cases."""

    name: str
    queries: Mapping[str, Query]
    shown: Mapping[int, list[Document]]
    watchlists: Mapping[str, bytes]

    def differences(self, queries: Mapping[str, str]) -> list[str]:
        """Where the engine's verdict is not SQLite's, apart from what the product cannot tell."""
        found = replay(self.name, self.shown, queries, self.watchlists)
        apart = {rule: n - self.merged(rule) - self.unseen(rule) for rule, n in found.items()}
        return corpus.differences(apart, set(self.shown))

    def merged(self, rule: str) -> set[int]:
        """Cases of other log sources that a rule sees because the product has one table."""
        lines = CONTENT.sources.products[self.name]
        own = self.queries[rule].rule.logsource.key
        others = {key for key, line in lines.items() if line == lines[own] and key != own}
        others |= OVERLAPS[self.name].get(own, set())
        keys = {case.number: [each.key for each in case.event.logsource] for case in corpus.cases()}
        return {n for n, found in keys.items() if own not in found and others & set(found)}

    def unseen(self, rule: str) -> set[int]:
        """Cases that a rule leaves out by their process, of which the table has a second row."""
        end = UNSEEN[self.name].get(rule)
        return {
            case.number
            for case in corpus.cases()
            if end and str(case.event.fields.get("Image", "")).lower().endswith(end)
        }


@pytest.fixture(scope="module", params=sorted(SHAPES))
def product(request: pytest.FixtureRequest) -> Product:
    target = discover()[request.param]
    found = corpus.compiled(request.param)
    shape = SHAPES[request.param]
    documents = {case.number: shape(case.event) for case in corpus.cases()}
    artifacts = {each.path: each.data for each in target.package(CONTENT, found)}
    return Product(
        request.param,
        {query.rule.name: query for query in found if query.path},
        {number: rows for number, rows in documents.items() if rows},
        {
            path.removeprefix("watchlists/").removesuffix(".csv"): data
            for path, data in artifacts.items()
            if path.startswith("watchlists/") and path.endswith(".csv")
        },
    )


def test_every_query_matches_what_sqlite_matches(product: Product) -> None:
    queries = {n: q.text for n, q in product.queries.items() if not q.rule.is_correlation}
    assert queries
    assert product.differences(queries) == KNOWN[product.name]
    proved = {name: "executed" for name in queries}
    tools.record(product.name, "kql", f"duckdb-kql {version()}", proved)


def test_the_forms_with_watchlists_match_the_same(product: Product) -> None:
    queries = {n: q.native_text for n, q in product.queries.items() if q.native_path}
    assert bool(queries) is (product.name == "sentinel")
    if queries:
        known = [line for line in KNOWN[product.name] if line.partition(" ")[0] in queries]
        assert product.differences(queries) == known


@pytest.mark.parametrize(
    ("rule", "right", "wrong"),
    [
        ("dns_query_win_threecx_c2_domain", r"(?:\.)?$", ""),  # a lookalike
        ("dns_query_win_threecx_c2_domain", "(?is)", "(?s)"),  # case-sensitive
        ("proc_creation_win_threecx_fake_defender", r"\System32", "System32"),  # a lost backslash
        ("image_load_win_threecx_wlbsctrl", " and ", " or "),
        ("registry_set_threecx_defender_exclusion", "contains", "has"),  # terms, not text
    ],
)
def test_a_wrong_query_is_found_out(product: Product, rule: str, right: str, wrong: str) -> None:
    text = product.queries[rule].text
    assert right in text
    assert product.differences({rule: text.replace(right, wrong)}) != []


def sequence(product: Product, rule: Rule, kind: str) -> dict[int, list[Document]]:
    """The documents of a correlation's own events."""
    events = read_events(event_files(CONTENT, rule)[kind], channel_map(CONTENT.sources))
    found = {}
    for number, event in enumerate(events):
        assert not isinstance(event, BadRecord)
        found[number] = SHAPES[product.name](event)
    return found


def test_correlations_fire_on_their_events_and_not_on_near_misses(product: Product) -> None:
    queries = [query for query in product.queries.values() if query.rule.is_correlation]
    jobs = [
        (sequence(product, query.rule, kind), {f"{query.rule.name} {kind}": query.text})
        for query in queries
        for kind in ("match", "miss")
    ]
    found = {name: bool(rows) for each in run(product.name, jobs) for name, rows in each.items()}
    wrong = {name for name, fired in found.items() if fired != name.endswith(" match")}
    assert wrong == KNOWN_CORRELATIONS[product.name]
    unsure = {name.partition(" ")[0] for name in wrong}
    names = {query.rule.name for query in queries}
    proved = {name: "parsed" if name in unsure else "executed" for name in names}
    tools.record(product.name, "kql", f"duckdb-kql {version()}", proved)


def test_connections_of_sysmon_are_seen_in_sentinel() -> None:
    """Their ASIM parser names the process on the other side, and gives no direction."""
    compiled = corpus.compiled("sentinel")
    queries = {
        query.rule.name: query.text
        for query in compiled
        if query.path and query.rule.logsource.key == "windows/network_connection"
    }
    rows = {
        case.number: [("_Im_NetworkSession", connection_of_sysmon(case.event))]
        for case in corpus.cases()
        if case.event.logsource[0].key == "windows/network_connection"
    }
    found = replay("sentinel", rows, queries)
    assert corpus.differences(found, set(rows)) == []
    assert len(queries) == 3
