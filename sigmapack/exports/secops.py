"""Google SecOps reference lists, as bodies of the API's `referenceLists.create`.

Lists and limits: https://cloud.google.com/chronicle/docs/reference/reference-lists; body:
https://cloud.google.com/chronicle/docs/reference/rest/v1alpha/projects.locations.instances.
referenceLists. In a list `//` starts a comment (in one of strings a backslash escapes it); a
REGEX list is RE2 and searches, so every expression is anchored.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from sigmapack.compiling.product import Artifact
from sigmapack.content.words import noted
from sigmapack.exports.feed import Export, Feed, Indicator
from sigmapack.exports.lists import by_confidence

#: Lines of a list of regular expressions, and characters of a line of any list.
MOST_REGEX, LONGEST = 100, 512


def _literal(value: str) -> str:
    """A value as an RE2 expression."""
    return re.sub(r"([.?+*()\[\]{}|^$\\])", r"\\\1", value)


def regex(found: Indicator) -> tuple[str, ...]:
    """The expression of an indicator that is not compared whole; use it with `nocase`."""
    if found.kind == "domain":
        return (rf"(^|\.){_literal(found.value)}\.?$",)
    if found.kind == "url":
        host, _, path = found.value.partition("://")[2].partition("/")
        return (rf"^(https?:/{{2}})?{_literal(host)}(:443)?/{_literal(path)}(\?|$)",)
    if found.kind == "cookie":
        return (rf"(^|;\s*){_literal(found.value)}=",)
    return (_literal(found.value),)


def string(found: Indicator) -> tuple[str, ...]:
    """The line of an indicator that is compared whole."""
    return (found.value.replace("\\", "\\\\").replace("//", "\\/\\/"),)


#: Kind -> name and way of its lists. Domains and URLs are in both, for rules without `regex`.
LISTS = (
    ("domain", "threecx_domains", string),
    ("domain", "threecx_domains_regex", regex),
    ("url", "threecx_urls", string),
    ("url", "threecx_urls_regex", regex),
    ("hash", "threecx_hashes", string),
    ("ip", "threecx_ips", string),
    ("cookie", "threecx_cookies_regex", regex),
    ("token", "threecx_user_agents_regex", regex),
)


def lists(feed: Feed) -> Iterator[tuple[str, str, list[str]]]:
    """(name, syntax, lines) of every list; one of expressions that is too long is split."""
    for kind, base, way in LISTS:
        for name, lines in by_confidence(feed, kind, base, way):
            for line in lines:
                if len(line) > LONGEST:
                    raise ValueError(
                        f"{line[:60]}...: {len(line)} characters, a line of the list "
                        f"{name} takes {LONGEST}: shorten the indicator"
                    )
            if way is string:
                yield name, "PLAIN_TEXT_STRING", lines
                continue
            for number, start in enumerate(range(0, len(lines), MOST_REGEX), 1):
                part = name if number == 1 else f"{name}_{number}"
                yield part, "REGEX", lines[start : start + MOST_REGEX]


def files(feed: Feed) -> list[Artifact]:
    """`<list>.json`, one a list."""
    return [_list(*one) for one in lists(feed)]


def _list(name: str, syntax: str, lines: list[str]) -> Artifact:
    body = {
        "description": f"3CX supply-chain compromise (CVE-2023-29059): {name.replace('_', ' ')}",
        "entries": [{"value": line} for line in lines],
        "syntaxType": f"REFERENCE_LIST_SYNTAX_TYPE_{syntax}",
    }
    return Artifact(f"{name}.json", (json.dumps(body, indent=1) + "\n").encode())


EXPORT = Export(
    "secops",
    noted("Google SecOps reference lists"),
    noted(
        """\
1. Create each list by `POST .../instances/$INSTANCE/referenceLists?referenceListId=` and the file's
   name, with the file as body (v1alpha). Google moves reference lists to data tables by itself.
2. Use them in YARA-L: `$e.network.dns.questions.name in regex %threecx_domains_regex_high nocase`,
   `$e.target.file.sha256 in %threecx_hashes_high`. The name says the confidence;
   `_medium` holds the domains of the advisory whose role nobody states.
3. To see that it works: search `network.dns.questions.name in regex %threecx_domains_regex_high
   nocase` over a time with DNS logs; it must end without an error.
"""
    ),
    files,
)
