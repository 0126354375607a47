"""KQL: many values of one field as few regular expressions, where that says exactly the same.

The list of a domain's forms, or of a URL's, is every indicator in every form. Written out, the
queries exceed the 10,000 characters of a Sentinel analytics rule
(https://learn.microsoft.com/azure/sentinel/sentinel-service-limits); as `^(?:forms)(?:hosts)$`
they are short, and still match nothing but the list.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

#: Stand for Sigma's wildcards in a pattern.
ANY, ONE = "\x01", "\x02"

#: `*.host.tld:443`, `https://host.tld/path?*`, …: what stands before, host, port, path, the rest.
FORM = re.compile(
    rf"(?P<before>(?:{ANY}|https?://|://|/|\.)*)"
    r"(?P<host>(?:[a-z0-9_-]+\.)+[a-z]{2,})"
    rf"(?P<port>(?::\d+)?)(?P<path>(?:/[^{ANY}{ONE}?]+)?)"
    rf"(?P<after>(?:[./:?]?{ANY}?)?)",
    re.IGNORECASE,
)


class Form(NamedTuple):
    """A way in which an indicator is written, without the indicator."""

    before: str
    port: str
    after: str


Core = tuple[str, str]


def factor(patterns: list[str]) -> tuple[list[tuple[list[str], str]], list[str]]:
    """Split patterns into regular expressions, each with its hosts, and those left as they are.

    Only an indicator that comes in two or more forms is factored, and only with others that come
    in the same ones.
    """
    forms: dict[Core, list[Form]] = {}
    texts: dict[Core, list[str]] = {}
    for text in dict.fromkeys(patterns):
        if found := FORM.fullmatch(text):
            core = (found["host"], found["path"])
            forms.setdefault(core, []).append(Form(found["before"], found["port"], found["after"]))
            texts.setdefault(core, []).append(text)
    groups: dict[frozenset[Form], list[Core]] = {}
    for core, seen in forms.items():
        if len(seen) > 1 and (len(seen) > 2 or not core[1]):
            groups.setdefault(frozenset(seen), []).append(core)
    taken = {text for cores in groups.values() for core in cores for text in texts[core]}
    found_patterns = [
        (list(dict.fromkeys(host for host, _ in cores)), expression)
        for seen, cores in groups.items()
        for expression in _expressions(sorted(seen), cores)
    ]
    return found_patterns, [text for text in dict.fromkeys(patterns) if text not in taken]


def _expressions(seen: list[Form], cores: list[Core]) -> list[str]:
    """One expression for each set of forms that is every `before` with every port and `after`."""
    by_before: dict[str, set[tuple[str, str]]] = {}
    for form in seen:
        by_before.setdefault(form.before, set()).add((form.port, form.after))
    products: dict[tuple[tuple[str, str], ...], list[str]] = {}
    for before, rests in by_before.items():
        products.setdefault(tuple(sorted(rests)), []).append(before)
    found = []
    for rests, befores in products.items():
        by_port: dict[str, set[str]] = {}
        for port, after in rests:
            by_port.setdefault(port, set()).add(after)
        ends: dict[tuple[str, ...], list[str]] = {}
        for port, afters in by_port.items():
            ends.setdefault(tuple(sorted(afters)), []).append(port)
        for afters, ports in ends.items():
            middle = _choice(ports)
            names = "|".join(f"{part(host)}{middle}{part(path)}" for host, path in cores)
            if not any(path for _, path in cores):
                names = "|".join(part(host) for host, _ in cores)
                afters = tuple(f"{port}{after}" for port in ports for after in afters)
            found.append(f"(?is)^{_choice(befores)}(?:{names}){_choice(afters)}$")
    return found


def _choice(texts: Iterable[str]) -> str:
    """Alternatives of which one must be there; optional where the empty text is one."""
    wanted = sorted(set(texts))
    parts = [part(text) for text in wanted if text]
    if not parts:
        return ""
    optional = "?" if "" in wanted else ""
    if len(parts) == 1 and not optional:
        return parts[0]
    return f"(?:{'|'.join(parts)}){optional}"


def part(text: str) -> str:
    """A text with wildcards as a piece of a regular expression (RE2)."""
    escaped = re.sub(r"[\\.+*?()|\[\]{}^$]", r"\\\g<0>", text)
    return escaped.replace(ANY, ".*").replace(ONE, ".")


def regex(text: str, cased: bool = False) -> str:
    """A whole value with wildcards as a regular expression; `s` lets `.` match a line's end."""
    start, end = ("" if text.startswith(ANY) else "^"), ("" if text.endswith(ANY) else "$")
    return f"(?{'' if cased else 'i'}s){start}{part(text.strip(ANY))}{end}"


def literal(text: str) -> str:
    """A KQL string: verbatim where it has a backslash (a quote is doubled there).

    Source: https://learn.microsoft.com/kusto/query/scalar-data-types/string
    """
    if re.search(r"[\x00-\x1f]", text):
        escapes = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "\\": "\\\\", '"': '\\"'}
        return '"' + "".join(escapes.get(c, c) for c in text) + '"'
    if "\\" in text:
        return '@"' + text.replace('"', '""') + '"'
    return '"' + text.replace('"', '\\"') + '"'
