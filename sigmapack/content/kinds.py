"""What kind of value a lookup column holds, and which Sigma values match it.

The matching semantics of the whole pack stand here and nowhere else. Wildcards in the values given
back are Sigma's (`*`); a literal `*` or `?` is escaped as the Sigma specification says
(https://sigmahq.io/docs/basics/modifiers.html, wildcards and escaping).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

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
}

#: Fields that hold a whole URL, or what a proxy logs for CONNECT (`host:port`).
URL_FIELDS = frozenset({"c-uri", "cs-uri", "url"})

#: Fields that hold several hashes as `ALGORITHM=value,…` (Sysmon).
HASH_LIST_FIELDS = frozenset({"Hashes", "Hash"})


def escape(value: str) -> str:
    """Make every character of a value literal in a Sigma string."""
    return value.replace("\\", "\\\\").replace("*", "\\*").replace("?", "\\?")


def _domain(value: str, field: str, row: Mapping[str, str]) -> list[str]:
    if field in URL_FIELDS:
        schemes = [f"{scheme}://{value}" for scheme in ("http", "https")]
        whole = [f"{start}{end}" for start in schemes for end in ("", "/*", ":*")]
        return [f"{value}:443", f"*.{value}:443", *whole]
    return [value, f"*.{value}", f"{value}.", f"*.{value}."]


def _version(value: str, field: str, row: Mapping[str, str]) -> list[str]:
    return [value, f"{value}.*"]


def _hash(value: str, field: str, row: Mapping[str, str]) -> list[str]:
    if field in HASH_LIST_FIELDS:
        return [f"*{row['algorithm'].upper()}={value}*"]
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


_FORMS: Mapping[str, Callable[[str, str, Mapping[str, str]], list[str]]] = {
    "domain": _domain,
    "version": _version,
    "hash": _hash,
    "url": _url,
    "path": _path,
    "cookie": _cookie,
    "token": _token,
    "ip": _ip,
}


def forms(column: str, field: str, row: Mapping[str, str]) -> list[str]:
    """The Sigma values that match one row's `column` in an event's `field`.

    Args:
        column: the lookup's column; its name decides the kind.
        field: the Sigma field that is matched, without modifiers.
        row: the row's values by column (a hash needs its `algorithm`).
    """
    kind = KINDS.get(column)
    return _FORMS[kind](row[column], field, row) if kind else [escape(row[column])]


def all_forms(column: str, row: Mapping[str, str]) -> list[str]:
    """Those of one row in any field: for a product's own table, which many queries share.

    A form for one kind of field cannot match in a field of another kind: no name holds `://` or
    `:443`, no list of hashes is a bare hash.
    """
    fields = ("", *sorted(URL_FIELDS), *sorted(HASH_LIST_FIELDS), "cookie_vars")
    return list(dict.fromkeys(form for field in fields for form in forms(column, field, row)))
