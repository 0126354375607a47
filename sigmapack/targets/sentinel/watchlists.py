"""Microsoft Sentinel: the pack's lookups as watchlists, and how a query matches them.

https://learn.microsoft.com/azure/sentinel/watchlists-queries. An alias is one name in the whole
workspace, which other solutions fill as well: the pack's begin with its own.
"""

from __future__ import annotations

PREFIX = "threecx_"

#: Kinds of lookup whose watchlist a query can match, as a condition on `{field}`.
#: `$.` is matched by nothing, so that an empty watchlist is an empty list and not an expression
#: that leaves all out; a row is taken as text, whatever a site has added.
NATIVE = {
    "hash": "{field} in~ ((_GetWatchlist('" + PREFIX + "{id}') | project SearchKey))",
    "domain": "{field} matches regex toscalar(_GetWatchlist('" + PREFIX + "{id}')"
    " | where isnotempty(SearchKey) | summarize Names = make_list("
    r'replace_regex(tostring(SearchKey), @"([\\.+*?()|\[\]{{}}^$])", @"\\\1"))'
    r' | project strcat(@"(?i)^(?:.*\.)?(?:", '
    r'strcat_array(array_concat(dynamic(["$."]), Names), "|"), @")\.?$"))',
}


def alias(name: str) -> str:
    """What a lookup's watchlist is called."""
    return f"{PREFIX}{name}"
