"""A lookup by the names of Sigma's taxonomy, `category: dns`."""

from __future__ import annotations

from sigmapack.events.logs.lines import Values

CLASSES = frozenset({"IN", "CH", "HS", "CS", "ANY", "NONE"})
#: Response codes (RFC 1035, RFC 6895) that a log may give instead of an answer.
CODES = frozenset(
    """FORMERR SERVFAIL NXDOMAIN NOTIMP REFUSED YXDOMAIN YXRRSET NXRRSET NOTAUTH NOTZONE BADVERS
    BADSIG""".split()  # noqa: SIM905
)


def lookup(
    time: str | None,
    query: str,
    record_type: str | None,
    src_ip: str | None = None,
    answer: str | None = None,
    **more: str | None,
) -> Values:
    """A record of a lookup, without what is not known of it."""
    known = {
        "timestamp": time,
        "query": query,
        "record_type": record_type,
        "src_ip": src_ip,
        "answer": answer,
        **more,
    }
    values: Values = {name: value for name, value in known.items() if value}
    return {"logsource": {"category": "dns"}, **values}
