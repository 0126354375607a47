"""Events as Elastic's agents and integrations store them: ECS documents with flat, dotted names.

Written from the ingest pipelines of github.com/elastic/integrations (packages windows:
sysmon_operational and windows_defender, system: security and application, sysmon_linux, zeek: dns,
files, http and ssl, microsoft_dnsserver: analytical, winlog, squid, network_traffic), from the
fields of Elastic Defend (packages/endpoint/data_stream,
github.com/elastic/endpoint-package/custom_schemas)
and from ECS (www.elastic.co/docs/reference/ecs). What they do and a query may meet:

* Sysmon's pipeline takes empty values and `-` out, lowers hashes, puts those of events 1, 23, 24
  and 25 below `process` and of 6, 7, 15, 26 and 29 below `file`, and translates the DNS status;
* Winlogbeat writes blanks in the names of event data as underscores, data without a name as
  param1, param2, ...;
* Zeek's own names stay below `zeek` where ECS has no place for them; `dns.question.name` is only
  set where the public suffix of the name is known;
* the antivirus of Elastic Defend names what it found in `rule.name`, or, where its own signatures
  hit, in `file.Ext.malware_signature.all_names`: two documents.
"""

from __future__ import annotations

from collections.abc import Iterator

from sigmapack.events.read import Event
from tests.shapes.ecs import endpoint, network, sysmon, windows
from tests.shapes.ecs.fields import Document, Fields, Makers, analysed, hashes, mapping

__all__ = [
    "OTHERS",
    "Document",
    "Fields",
    "Makers",
    "analysed",
    "documents",
    "hashes",
    "mapping",
]

OTHERS: Makers = {
    "any/antivirus": endpoint.antivirus,
    "any/dns": network.resolver,
    "any/firewall": network.firewall,
    "any/proxy": network.proxy,
    "zeek/dns": network.zeek_dns,
    "zeek/http": network.zeek_http,
    "zeek/ssl": network.zeek_ssl,
    "zeek/files": network.zeek_files,
}


def documents(event: Event, made: Makers | None = None) -> list[Document]:
    """The documents of an event; none where no integration brings it.

    Args:
        event: any event of the pack.
        made: makers of documents by the key of a log source, in place of Elastic's own agents.
    """
    fields = {name: value for name, value in event.fields.items() if value != ""}
    key = event.logsource[0].key
    if made and "Channel" not in fields and key in made:
        found = [_cleaned(document) for document in made[key](fields)]
    else:
        found = [_cleaned(document) for document in _made(event, fields)]
    time = {"@timestamp": event.timestamp} if event.timestamp else {}
    return [{**time, **document} for document in found]


def _made(event: Event, fields: Fields) -> Iterator[Document]:
    source = event.logsource[0]
    if "Channel" in fields:
        yield from windows.documents(fields)
    elif source.product == "linux" and source.category == "file_event" and "Hashes" in fields:
        # Sysmon for Linux hashes programs that are started only.
        yield endpoint.event("linux", "file_event", fields)
    elif source.product == "linux":
        head = {
            "event.dataset": "sysmon_linux.log",
            "event.code": sysmon.LINUX[source.category or ""],
        }
        yield {**head, **sysmon.event(fields, str(head["event.code"]))}
    elif source.product in ("macos", "windows"):
        yield endpoint.event(source.product, source.category or "", fields)
    elif source.key in OTHERS:
        yield from OTHERS[source.key](fields)


def _cleaned(document: Document) -> Document:
    return {name: value for name, value in document.items() if value not in (None, "", [], "-")}
