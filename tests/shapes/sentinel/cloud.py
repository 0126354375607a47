"""Lookups as the resolvers of two clouds log them, in tables of Sentinel that no parser reads.

AZFWDnsQuery (learn.microsoft.com/azure/azure-monitor/reference/tables/azfwdnsquery) is the log of
Azure Firewall's DNS proxy; it has no answers. AWSRoute53Resolver is that of Amazon's resolver, as
the stream Microsoft-AWSRoute53Resolver brings it; what it holds is the log's own
(docs.aws.amazon.com/Route53/latest/DeveloperGuide/resolver-query-logs-format.html). Both write
names with their final dot.
"""

from __future__ import annotations

from sigmapack.events.read import Event
from tests.shapes.microsoft import Document, Row, text
from tests.shapes.sentinel.network import CODES


def azure(event: Event) -> list[Document]:
    """The row of Azure Firewall; none for the line of a query without its answer."""
    query, kind, answer, client = _read(event)
    code = answer if answer in CODES.values() else "NOERROR"
    row = {"QueryName": query, "QueryType": kind, "ResponseCode": code, "SourceIp": client}
    return [("AZFWDnsQuery", {"TimeGenerated": event.timestamp, **row})] if answer else []


def amazon(event: Event) -> list[Document]:
    """The row of Route 53; none for the line of a query without its answer."""
    query, kind, answer, client = _read(event)
    code = answer if answer in CODES.values() else "NOERROR"
    told = code == "NOERROR" and answer != "NODATA"
    records = [{"Rdata": answer, "Type": kind, "Class": "IN"}] if told else []
    row: Row = {"QueryName": query, "QueryType": kind, "Rcode": code, "SrcAddr": client}
    row = {"TimeGenerated": event.timestamp, **row, "Answers": records}
    return [("AWSRoute53Resolver", row)] if answer else []


def _read(event: Event) -> tuple[str, str, str, str]:
    """The name with its final dot, the type, the answer, and the client."""
    query, kind, answer, client = (
        text(event.fields.get(name, "")) for name in ("query", "record_type", "answer", "src_ip")
    )
    code = answer.upper() if answer.upper() in CODES.values() else answer
    return f"{query.rstrip('.')}.", kind, code, client
