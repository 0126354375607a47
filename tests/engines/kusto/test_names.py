"""Microsoft's parser finds no fault in the compiled KQL: neither of syntax nor of names."""

from __future__ import annotations

import pytest

from sigmapack.compiling.product import Query
from tests.engines import corpus, tools
from tests.engines.kusto.parser import Parsed, parse, schema, version

pytestmark = pytest.mark.engines("kusto")

PRODUCTS = ("sentinel", "defender")
#: Columns of the rows that an analytics rule or a custom detection needs
#: (https://learn.microsoft.com/defender-xdr/custom-detection-rules).
REQUIRED = {"sentinel": {"TimeGenerated"}, "defender": {"Timestamp", "DeviceId", "ReportId"}}
SENTINEL = """
Event | where EventID == 1
| union (_Im_Dns | where DnsQuery has "a"), (_GetWatchlist("a") | project SearchKey)
"""
DEFENDER = """
DeviceProcessEvents
| where ActionType == "a" and FolderPath endswith "b" and tostring(ProcessId) == "4"
"""
#: Product, what is right, what is wrong, and the code and text of a fault that it has.
WRONG = (
    ("sentinel", "_Im_Dns", "_Im_DNS", ("KS204", "_Im_DNS")),
    ("sentinel", "DnsQuery", "DnsQuer", ("KS142", "DnsQuer")),
    ("sentinel", "EventID", "EventId", ("KS142", "EventId")),
    ("sentinel", "SearchKey", "Key", ("KS142", "Key")),
    ("sentinel", '("a")', "", ("KS117", "_GetWatchlist")),
    ("defender", "ActionType ==", "ActionTyp ==", ("KS142", "ActionTyp")),
    ("defender", "DeviceProcessEvents", "DeviceProcesEvents", ("KS204", "DeviceProcesEvents")),
    ("defender", "endswith", "endsWith", ("KS005", "endsWith")),
    ("defender", "FolderPath", "ProcessId", ("KS106", "endswith")),
    ("defender", "tostring", "tostrin", ("KS211", "tostrin")),
)


@pytest.fixture(scope="module")
def compiled() -> dict[str, list[Query]]:
    """Product -> its compiled queries, correlations included."""
    return {name: [q for q in corpus.compiled(name) if q.path] for name in PRODUCTS}


@pytest.fixture(scope="module")
def faults() -> dict[str, list[tuple[str, str]]]:
    """Text -> code and text of each diagnostic, of the two queries and of all wrong ones."""
    found = {}
    for product, right in (("sentinel", SENTINEL), ("defender", DEFENDER)):
        texts = [right, *(right.replace(a, b) for name, a, b, _ in WRONG if name == product)]
        for text, parsed in parse({text: text for text in texts}, schema(product)).items():
            found[text] = [(one.code, one.text) for one in parsed.diagnostics]
    return found


@pytest.fixture(scope="module")
def parsed(compiled: dict[str, list[Query]]) -> dict[str, dict[str, Parsed]]:
    """Product -> path -> what the parser says, of queries and of their forms with watchlists."""
    found = {}
    for product, queries in compiled.items():
        texts = {query.path: query.text for query in queries}
        texts |= {query.native_path: query.native_text for query in queries if query.native_path}
        found[product] = parse(texts, schema(product))
    return found


@pytest.mark.parametrize("product", PRODUCTS)
def test_every_query_is_faultless(
    compiled: dict[str, list[Query]], parsed: dict[str, dict[str, Parsed]], product: str
) -> None:
    found = parsed[product]
    assert {name: each.diagnostics for name, each in found.items() if each.diagnostics} == {}
    proved = {query.rule.name: "parsed" for query in compiled[product]}
    tools.record(product, "kql", f"language-service-next {version()}", proved)


def test_rows_have_what_a_rule_asks_for(parsed: dict[str, dict[str, Parsed]]) -> None:
    lacking = {
        name: missing
        for product, found in parsed.items()
        for name, each in found.items()
        if (missing := REQUIRED[product] - each.columns.keys())
    }
    assert lacking == {}


@pytest.mark.parametrize(("product", "right", "wrong", "fault"), WRONG)
def test_a_wrong_query_has_a_fault(
    faults: dict[str, list[tuple[str, str]]],
    product: str,
    right: str,
    wrong: str,
    fault: tuple[str, str],
) -> None:
    text = {"sentinel": SENTINEL, "defender": DEFENDER}[product]
    assert faults[text] == []
    assert right in text
    assert fault in faults[text.replace(right, wrong)]
