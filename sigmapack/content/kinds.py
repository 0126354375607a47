"""What kind of value a lookup column holds, and which Sigma values match it.

The matching semantics of the whole pack stand here and nowhere else. Wildcards in the values given
back are Sigma's (`*`); a literal `*` or `?` is escaped as the Sigma specification says
(https://sigmahq.io/docs/basics/modifiers.html, wildcards and escaping).
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterable, Mapping

from sigmapack.content import urls

#: Kind of a column, by its name.
KINDS: Mapping[str, str] = {
    "domain": "domain",
    "host": "domain",
    "version": "version",
    "hash": "hash",
    "url": "url",
    "path": "path",
    "cookie": "cookie",
    "user_agent_token": "token",
    "ip": "ip",
    "threat": "threat",
    "zone": "zone",
    "answer": "answer",
}

#: Kinds that rules need and nobody exchanges: builds, clean ones among them, a vendor's zones,
#: antivirus names, and what filters of DNS answer in place of a blocked name's address.
CONTEXT = frozenset({"version", "zone", "answer", "threat"})

#: Columns that a table needs besides, by its first column: without them no value can be matched.
NEEDED: Mapping[str, tuple[str, ...]] = {"hash": ("algorithm",), "threat": ("whole", "vendor")}

#: Fields that hold a whole URL, or what a proxy logs for CONNECT (`host:port`).
URL_FIELDS = frozenset({"c-uri", "cs-uri", "url"})

#: Fields that hold the host of a request, which may have a port behind it.
HOST_FIELDS = frozenset({"cs-host", "r-dns", "host"})

#: The field in which Sysmon writes all answers, each with `;` behind it: an IPv4 address mostly as
#: `::ffff:192.0.2.1`, an alias as `type:  5 name` (event 22 of Windows' DnsQuery results).
ANSWER_LIST_FIELD = "QueryResults"

#: Fields that hold an address and never a name.
ADDRESS_FIELDS = frozenset({"dst_ip", "src_ip", "DestinationIp"})

#: Fields that hold several hashes as `ALGORITHM=value,…` (Sysmon).
HASH_LIST_FIELDS = frozenset({"Hashes", "Hash"})
#: Fields that hold the hash of one algorithm, which no value of another can be (Zeek).
HASH_FIELDS = frozenset({"md5", "sha1", "sha256"})


def escape(value: str) -> str:
    """Make every character of a value literal in a Sigma string."""
    return value.replace("\\", "\\\\").replace("*", "\\*").replace("?", "\\?")


def _domain(value: str, field: str, row: Mapping[str, str]) -> list[str]:
    names = [value, f"*.{value}", f"{value}.", f"*.{value}."]
    return names if field not in HOST_FIELDS else [*names, f"{value}:*", f"*.{value}:*"]


def _zone(value: str, field: str, row: Mapping[str, str]) -> list[str]:
    """Zones are looked for in hosts only: with a port in every field."""
    return _domain(value, "host", row)


def _version(value: str, field: str, row: Mapping[str, str]) -> list[str]:
    return [value, f"{value}.*"]


def _hash(value: str, field: str, row: Mapping[str, str]) -> list[str]:
    if field in HASH_LIST_FIELDS:
        return [f"*{row['algorithm'].upper()}={value}*"]
    if field.lower() in HASH_FIELDS and field.lower() != row["algorithm"]:
        return []
    return [value]


def _url(value: str, field: str, row: Mapping[str, str]) -> list[str]:
    host, _, path = value.partition("://")[2].partition("/")
    forms = []
    for start in ("http://", "https://", ""):
        for port in ("", ":443"):
            plain = f"{start}{host}{port}/{escape(path)}"
            forms += [plain, f"{plain}\\?*"]
    return forms


def _path(value: str, field: str, row: Mapping[str, str]) -> list[str]:
    return [escape(value), f"{escape(value)}\\?*"]


def _cookie(value: str, field: str, row: Mapping[str, str]) -> list[str]:
    if field == "cookie_vars":
        return [escape(value)]
    return [f"{escape(value)}=*", f"*;{escape(value)}=*", f"* {escape(value)}=*"]


def _token(value: str, field: str, row: Mapping[str, str]) -> list[str]:
    return [f"*{escape(value)}*"]


def _ip(value: str, field: str, row: Mapping[str, str]) -> list[str]:
    return [value]


def _threat(value: str, field: str, row: Mapping[str, str]) -> list[str]:
    """An antivirus name: a family anywhere in the verdict, or a whole name of one product.

    A family word (SamScissors) stands among platform, variant and suffix. A name that only its end
    makes specific (Troj/Loader-AF) is compared whole: Troj/Loader-AFX is another malware.
    """
    return [escape(value)] if row["whole"] == "yes" else [f"*{escape(value)}*"]


def _answer(value: str, field: str, row: Mapping[str, str]) -> list[str]:
    family = _family(value)
    if field in ADDRESS_FIELDS:
        return [value] if family else []
    if field == ANSWER_LIST_FIELD:
        listed = [f"{value};*", f"*;{value};*"] if family else [f"*type:  5 {value};*"]
        return [*listed, f"*::ffff:{value};*"] if family == 4 else listed
    other = {4: [f"::ffff:{value}"], 6: []}
    return [value, *other.get(family, [f"{value}."])]


def _family(value: str) -> int:
    """4 or 6 for an address, 0 for a name."""
    try:
        return ipaddress.ip_address(value).version
    except ValueError:
        return 0


def answer(form: str) -> str:
    """The address or name of an answer's form, for products with a field of their own for each."""
    return re.sub(r"^\*?(?:type:  5 |;)?(?:::ffff:(?=\d+\.))?|;?\*?$", "", form)


_FORMS: Mapping[str, Callable[[str, str, Mapping[str, str]], list[str]]] = {
    "domain": _domain,
    "version": _version,
    "hash": _hash,
    "url": _url,
    "path": _path,
    "cookie": _cookie,
    "token": _token,
    "ip": _ip,
    "threat": _threat,
    "zone": _zone,
    "answer": _answer,
}


def in_url(column: str, field: str, rows: Iterable[Mapping[str, str]]) -> str:
    """The expression that matches a column's values in a field that holds a URL; else nothing."""
    kind = KINDS.get(column)
    if field not in URL_FIELDS or kind not in ("domain", "zone", "url"):
        return ""
    if kind == "url":
        return urls.expression(_address(row[column]) for row in rows)
    return urls.expression(urls.Address(row[column]) for row in rows)


def _address(url: str) -> urls.Address:
    host, slash, path = url.partition("://")[2].partition("/")
    return urls.Address(host, slash + path)


def forms(column: str, field: str, row: Mapping[str, str]) -> list[str]:
    """The Sigma values that match one row's `column` in an event's `field`.

    In a field that holds a URL, a host or URL is matched by what `in_url` says instead.

    Args:
        column: the lookup's column; its name decides the kind.
        field: the Sigma field that is matched, without modifiers.
        row: the row's values by column (a hash needs its `algorithm`, an antivirus name `whole`).
    """
    kind = KINDS.get(column)
    return _FORMS[kind](row[column], field, row) if kind else [escape(row[column])]


def all_forms(column: str, row: Mapping[str, str]) -> list[str]:
    """Those of one row in any field: for a product's own table, which many queries share.

    A form for one kind of field cannot match in a field of another kind: no name has a port, no
    list of hashes is a bare hash.
    """
    fields = ("", "host", *sorted(HASH_LIST_FIELDS), ANSWER_LIST_FIELD, "cookie_vars")
    return list(dict.fromkeys(form for field in fields for form in forms(column, field, row)))
