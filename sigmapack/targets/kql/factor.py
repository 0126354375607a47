"""KQL: many values of one field as few regular expressions, where that says exactly the same.

The list of a domain's forms, or of a URL's, is every indicator in every form. Written out, the
queries exceed the 10,000 characters of a Sentinel analytics rule
(https://learn.microsoft.com/azure/sentinel/sentinel-service-limits); as `^(?:forms)(?:hosts)$`
they are short, and still match nothing but the list.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, TypeVar

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
Item = TypeVar("Item")


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
        wild = any(ANY in text for text in texts[core])
        if wild and len(seen) > 1 + bool(core[1]):
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
    rests: dict[str, list[tuple[str, str]]] = {}
    for form in seen:
        rests.setdefault(form.before, []).append((form.port, form.after))
    found = []
    for ends, befores in _by_value(rests):
        afters: dict[str, list[str]] = {}
        for port, after in ends:
            afters.setdefault(port, []).append(after)
        for listed, ports in _by_value(afters):
            middle, end = _choice(ports), _choice(listed)
            if not any(path for _, path in cores):
                middle, end = "", _choice(port + after for port in ports for after in listed)
            names = "|".join(f"{part(host)}{middle}{part(path)}" for host, path in cores)
            found.append(f"(?is)^{_choice(befores)}(?:{names}){end}$")
    return found


def _by_value(lists: Mapping[str, list[Item]]) -> list[tuple[list[Item], list[str]]]:
    """Each list that keys have, with the keys that have the same one."""
    keys: dict[tuple[Item, ...], list[str]] = {}
    for key, items in lists.items():
        keys.setdefault(tuple(items), []).append(key)
    return [(list(items), found) for items, found in keys.items()]


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


def is_part(text: str, end: str) -> bool:
    """Whether a pattern is a plain text after anything; with `ANY` as the end, before it, too."""
    inner = text[1 : len(text) - len(end)]
    return text[:1] == ANY and text.endswith(end) and bool(inner) and not {ANY, ONE} & set(inner)


def anywhere(texts: Sequence[str], end: str) -> str:
    """Many endings, or parts, as one regular expression.

    Neither it nor `endswith` and `contains` use an index. What all begin and end with is said once,
    since rules have a limit of characters.
    """
    rest = [text[1 : len(text) - len(end)] for text in texts]
    head = _common(rest)
    rest = [text[len(head) :] for text in rest]
    tail = _common([text[::-1] for text in rest])[::-1]
    middle = "|".join(part(text[: len(text) - len(tail)]) for text in rest)
    return f"(?is){part(head)}(?:{middle}){part(tail)}{'' if end else '$'}"


def _common(texts: Sequence[str]) -> str:
    """What all texts begin with."""
    low, high = min(texts), max(texts)
    ends = (n for n, (one, other) in enumerate(zip(low, high, strict=False)) if one != other)
    return low[: next(ends, len(low))]


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

    In ASCII, for which what is not becomes an escape: Microsoft's repository takes nothing else.
    Source: https://learn.microsoft.com/kusto/query/scalar-data-types/string
    """
    if re.search(r"[^\x20-\x7e]", text):
        return '"' + "".join(map(escape, text)) + '"'
    if "\\" in text:
        return '@"' + text.replace('"', '""') + '"'
    return '"' + text.replace('"', '\\"') + '"'


def escape(character: str) -> str:
    """A character as it stands in a string that is not verbatim."""
    named = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "\\": "\\\\", '"': '\\"'}
    if character in named or " " <= character <= "~":
        return named.get(character, character)
    # Units of UTF-16: above the first plane there is no other escape.
    units = character.encode("utf-16-be").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))
