"""What the agents of a site make of an event in Elasticsearch, and in which index it lies.

Windows event forwarding: the agent on the collector puts what it reads from ForwardedEvents into
`windows.forwarded`, whatever the channel, and the pipeline of the channel makes of it what it is
elsewhere (github.com/elastic/integrations, packages/windows/data_stream/forwarded); `host.name` is
the machine that wrote the event. Elastic Defend reports a lookup twice, as it is asked and as it is
answered (github.com/elastic/endpoint-package, custom_documentation/doc/endpoint/network).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from functools import cache

from tests.engines.elasticsearch.engine import index_of
from tests.operation.model import Row, Seen
from tests.operation.sensors import EDR
from tests.operation.verdict import plain
from tests.shapes import ecs
from tests.shapes.ecs.agents import defend

ANSWER = ("dns.resolved_ip", "dns.Ext.status")


@cache
def stored(seen: Seen) -> tuple[tuple[str, ecs.Document], ...]:
    """The documents of an event, each with an id of its own."""
    if seen.sensor == EDR:
        found = [each for document in defend(seen.event) for each in reported(document)]
    else:
        found = ecs.documents(seen.event)
    if seen.through and "winlog.channel" in "".join(key for each in found for key in each):
        found = [{**each, "event.dataset": "windows.forwarded"} for each in found]
    return tuple((f"{seen.number}-{place}", each) for place, each in enumerate(found))


def reported(document: ecs.Document) -> Iterator[ecs.Document]:
    """What Elastic Defend reports of an event: of a lookup the request and the result."""
    if document.get("network.protocol") != "dns":
        yield document
        return
    asked = {name: value for name, value in document.items() if name not in ANSWER}
    yield {**asked, "event.action": "lookup_requested"}
    yield {**document, "event.action": "lookup_result"}


def read(document: ecs.Document, patterns: Iterable[str]) -> bool:
    """Whether a document lies in an index that a rule reads."""
    index = index_of(document, "default")
    return any(fnmatchcase(index, pattern) for pattern in patterns)


def named(row: Row) -> frozenset[str]:
    """Whom an alert names: hosts, and addresses where no program is named.

    A record that names a program is of an endpoint, and about its host. Others are of the network,
    and about a client.
    """
    fields = ["host.name"]
    if not any(name.startswith("process.") and value for name, value in row.items()):
        fields += ["source.ip", "zeek.files.id.orig_h"]
    found: set[str] = set()
    for field in fields:
        value = row.get(field)
        found |= {plain(each) for each in (value if isinstance(value, list) else [value])}
    return frozenset(found - {""})
