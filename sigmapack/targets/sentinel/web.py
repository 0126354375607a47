"""Microsoft Sentinel: ASIM's web sessions, for proxies and for Zeek's http log.

Source: https://learn.microsoft.com/azure/sentinel/normalization-schema-web
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sigmapack.content.kinds import forms
from sigmapack.content.urls import addresses
from sigmapack.targets.kql.tables import Table

#: The start of a URL, which may lack its scheme.
URL = r'@"(?i)^(?:[a-z][a-z0-9+.-]*://)?'
ADDRESS = {"src_ip": "SrcIpAddr", "dst_ip": "DstIpAddr", "dst_port": "DstPortNumber"}
ZEEK = {
    "id.orig_h": "SrcIpAddr",
    "id.orig_p": "SrcPortNumber",
    "id.resp_h": "DstIpAddr",
    "id.resp_p": "DstPortNumber",
}


def optional(*names: str) -> dict[str, str]:
    """Columns that not every workspace's parsers give: empty where they are not there."""
    return {name: f'column_ifexists("{name}", "")' for name in names}


WEB = Table(
    {
        **ADDRESS,
        **ZEEK,
        "c-uri": "Url",
        "cs-uri": "Url",
        "c-uri-stem": "UrlPath",
        "cs-uri-stem": "UrlPath",
        "c-uri-query": "UrlQuery",
        "c-useragent": "HttpUserAgent",
        "cs-user-agent": "HttpUserAgent",
        "cs-cookie": "HttpCookie",
        "cs-host": "WebHost",
        "r-dns": "WebHost",
        "cs-method": "HttpRequestMethod",
        "cs-referrer": "HttpReferrer",
        "sc-status": "EventResultDetails",
        "host": "WebHost",
        "uri": "UrlPathQuery",
        "user_agent": "HttpUserAgent",
        "cookie_vars": "CookieNames",
        "method": "HttpRequestMethod",
        "status_code": "EventResultDetails",
    },
    {
        "UrlHost": rf'extract({URL}(?:[^/?#@]*@)?([^/:?#]+)", 1, Url)',
        "WebHost": 'coalesce(UrlHost, tostring(split(column_ifexists("HttpHost", ""), ":")[0]), '
        "DstFQDN, DstHostname)",
        "UrlPath": rf'extract({URL}[^/?#]*(/[^?#]*)", 1, Url)',
        "UrlQuery": 'extract(@"\\?([^#]*)", 1, Url)',
        "UrlPathQuery": rf'extract({URL}[^/?#]*(/[^#]*)", 1, Url)',
        "CookieNames": 'strcat(";", replace_regex(column_ifexists("HttpCookie", ""), '
        '@"=[^;]*;? *", ";"))',
        **optional("HttpCookie"),
    },
    {
        "cookie_vars": lambda values: {"cookie_vars": [f"*;{value};*" for value in values]},
    },
)


def hosts(selection: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """A selection of hosts in URLs, as one of hosts: the column WebHost has that of the URL."""
    wanted = addresses(str(selection.get("c-uri|re", "")))
    if not wanted or any(one.path for one in wanted) or "cs-host" in selection:
        yield selection
        return
    rest = {key: value for key, value in selection.items() if key != "c-uri|re"}
    rows = [{"domain": one.host} for one in wanted]
    yield {**rest, "cs-host": [form for row in rows for form in forms("domain", "cs-host", row)]}
