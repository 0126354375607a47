"""On changed events, every KQL query says what SQLite says.

Where a product stores less than an event says, a change may get lost: such events are left out, by
reason. Most of all a proxy's lines whose host was changed and whose URL was not, as no proxy writes
them: of the rules on proxies few changed events are left in Sentinel.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

import pytest

from sigmapack.events.read import Event
from tests.engines.agreement import disagreements
from tests.engines.corpus import compiled
from tests.engines.kusto.engine import NUMBER, run
from tests.engines.kusto.test_kql import SHAPES
from tests.engines.mutations import Mutant

pytestmark = pytest.mark.engines("duckdb-kql")

#: What ends or begins a host in a URL, so that no host holds it.
NO_HOST = re.compile(r"[/\\?#:@\s]")
#: What Sysmon says of signatures.
STATES = {"valid", "expired", "revoked", "invalid", "unavailable"}


def texts(mutant: Mutant, *names: str) -> list[str]:
    """Those of an event's fields that are there."""
    values = (mutant.event.fields.get(name) for name in names)
    return [value for value in values if isinstance(value, str) and value]


def signature(mutant: Mutant) -> str | None:
    """Why signatures may differ: the products know some states only."""
    if "SignatureStatus" not in mutant.event.fields and "Signed" not in mutant.event.fields:
        return None
    known = [value.lower() in STATES for value in texts(mutant, "SignatureStatus")]
    flags = [value.lower() in ("true", "false") for value in texts(mutant, "Signed")]
    return None if flags == known == [True] else "no such state of a signature is stored"


def host(mutant: Mutant) -> str | None:
    """Why hosts may differ: the destination may be a URL, of which the host is taken."""
    found = texts(mutant, "DestinationHostname", "host", "cs-host", "r-dns")
    return "no host, but a URL" if any(NO_HOST.search(value) for value in found) else None


def request(mutant: Mutant) -> str | None:
    """Why a proxy's lines may differ: ASIM has one host and one URL, which cannot contradict."""
    found = {value.lower() for value in texts(mutant, "cs-host", "r-dns")}
    paths = {value.lower() for value in texts(mutant, "c-uri-stem")}
    for url in texts(mutant, "c-uri"):
        parts = re.fullmatch(r"(?:https?://)?([\w.-]+)(?::\d+)?(/[^?]*)?(\?.*)?", url.lower())
        found.add(parts[1] if parts else f"no URL: {url}")
        paths |= {parts[2] or ""} if parts and paths else set()
    emptied = any(re.match("(cs-host|r-dns): (empty|missing)", each) for each in mutant.changes)
    if len(found) > 1 or len(paths) > 1:
        return "host and path are not those of the URL"
    return "the host is still in the URL" if emptied and found else None


def parser(mutant: Mutant) -> str | None:
    """Why it may differ what ASIM's parsers change: paths, final dots, cookies."""
    key = mutant.event.logsource[0].key
    if key == "windows/network_connection" and any(
        "/" in each or each.endswith("\\") for each in texts(mutant, "Image") or ["/"]
    ):
        return "of the process only the file's name is stored, and without it no process"
    if any(each.endswith("..") for each in texts(mutant, "QNAME")):
        return "one final dot is taken off"
    if any(re.search(r"[\s;=]", each) for each in mutant.event.fields.get("cookie_vars", ())):
        return "no name of a cookie"
    return None


def nameless(mutant: Mutant) -> str | None:
    """Why lookups may differ: ASIM takes one without a process for a resolver's."""
    if mutant.event.logsource[0].key != "windows/dns_query" or texts(mutant, "Image"):
        return None
    return "no process, so no endpoint"


def again(mutant: Mutant) -> str | None:
    """Why lookups may differ: the network's inspection sees the client's without the client."""
    if mutant.event.logsource[0].key != "windows/dns_query":
        return None
    by_client = [each.lower().endswith(r"\3cxdesktopapp.exe") for each in texts(mutant, "Image")]
    return "seen again without its process" if any(by_client) else None


def program(mutant: Mutant) -> str | None:
    """Why AppLocker's events may differ: the sensor has the path in AppLocker's own form only."""
    applocker = mutant.event.logsource[0].key == "windows/applocker"
    return "the real path is not stored" if applocker and texts(mutant, "FullFilePath") else None


def untimed(mutant: Mutant) -> str | None:
    """Why blocked lookups may differ: of those that were never answered the sensor says nothing."""
    return "no answer in time" if "1460" in str(mutant.event.fields.get("QueryStatus")) else None


REASONS: Mapping[str, Sequence[Callable[[Mutant], str | None]]] = {
    "defender": [signature, host, again, program, untimed],
    "sentinel": [signature, host, request, parser, nameless],
}


@pytest.mark.parametrize("name", sorted(SHAPES))
def test_changed_events_get_the_same_verdict(name: str) -> None:
    queries = {
        query.rule.name: query.text
        for query in compiled(name)
        if query.path and not query.rule.is_correlation
    }

    def ask(events: Mapping[str, Sequence[Event]]) -> dict[str, list[bool | None]]:
        made = {rule: dict(enumerate(map(SHAPES[name], own))) for rule, own in events.items()}
        answers = run(name, [(made[rule], {rule: queries[rule]}) for rule in events])
        verdict: dict[str, list[bool | None]] = {}
        for rule, answer in zip(events, answers, strict=True):
            hits = {row[NUMBER] for row in answer[rule]}
            verdict[rule] = [n in hits if own else None for n, own in made[rule].items()]
        return verdict

    def known(mutant: Mutant) -> str | None:
        return next((reason for why in REASONS[name] if (reason := why(mutant))), None)

    assert disagreements(ask, sorted(queries), known) == []
