"""STIX 2.1's indicators (https://docs.oasis-open.org/cti/stix/v2.1/os/stix-v2.1-os.html).

A pattern is taken where it says one thing: values of which each alone is enough. What needs several
at once is no row of a table, and is refused by name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from sigmapack.intake.offers import Offer, day, note
from sigmapack.intake.places import Places

#: The object paths of a kind.
PATHS: Mapping[str, str] = {
    "domain": r"domain-name:value",
    "url": r"url:value",
    "ip": r"ipv[46]-addr:value",
    "hash": r"file:hashes\.(?:'(?:MD5|SHA-1|SHA-256)'|MD5|\"SHA-256\"|\"SHA-1\")",
}
#: One comparison; a string has its quotes and backslashes escaped.
TERM = re.compile(r"\s*(?P<path>[\w:.'\"-]+)\s+(?P<how>=|LIKE)\s+'(?P<value>(?:[^'\\]|\\.)*)'\s*")
#: Characters of a pattern: ten times the longest that names one thing.
LONGEST_PATTERN = 10_000
#: The ends of the words of confidence (appendix A, "None / Low / Med / High").
LOW, MEDIUM = 29, 69


def offers(bundle: Mapping[str, Any], path: str, text: str, kind: str) -> Iterator[Offer]:
    """The values of a kind of all indicators."""
    places = Places(text)
    objects = bundle.get("objects")
    found = (
        [one for one in objects if isinstance(one, Mapping)] if isinstance(objects, list) else []
    )
    names = {str(o.get("id")): note(o.get("name")) for o in found if o.get("type") == "identity"}
    for one in found:
        if one.get("type") != "indicator":
            continue
        line = places.line(one.get("id"))
        pattern = str(one.get("pattern", ""))
        for value, wrong in _values(pattern, kind):
            yield Offer(
                path,
                line,
                kind,
                value,
                role=note(one.get("description")) or note(one.get("name")),
                confidence=_confidence(one.get("confidence")),
                source=_source(one, names),
                first_seen=day(one.get("valid_from")),
                valid_until=day(one.get("valid_until")),
                wrong="is revoked" if one.get("revoked") is True else wrong,
            )


def _values(pattern: str, kind: str) -> Iterator[tuple[str, str]]:
    """(value, why it cannot be taken) of a pattern, nothing where it is of other kinds."""
    ours = re.compile(PATHS[kind])
    if len(pattern) > LONGEST_PATTERN:
        yield pattern[:100], f"its pattern has more than {LONGEST_PATTERN} characters"
        return
    terms = _terms(pattern)
    if terms is None:
        if ours.search(pattern):
            yield pattern[:100], "its pattern needs more than one value: make it a rule"
        return
    exact = {value for path, how, value in terms if how == "=" and ours.fullmatch(path)}
    yield from ((value, "") for value in sorted(exact))
    for path, how, value in terms:
        # A domain's subdomains are in what the tables mean by it.
        if how == "LIKE" and ours.fullmatch(path) and value.removeprefix("%.") not in exact:
            yield value, "its pattern has wildcards"


def _terms(pattern: str) -> list[tuple[str, str, str]] | None:
    """(path, `=` or LIKE, value) of comparisons of which one is enough; None of anything else."""
    text = pattern.strip()
    if not (text.startswith("[") and text.endswith("]")):
        return None
    found: list[tuple[str, str, str]] = []
    at, end = 1, len(text) - 1
    while True:
        match = TERM.match(text, at, end)
        if match is None:
            return None
        value = re.sub(r"\\(.)", r"\1", match["value"])
        found.append((match["path"], match["how"], value))
        at = match.end()
        if at == end:
            return found
        joint = re.compile(r"OR\s|\]\s*OR\s*\[").match(text, at, end)
        if joint is None:
            return None
        at = joint.end()


def _confidence(number: object) -> str:
    if not isinstance(number, int) or isinstance(number, bool) or not 0 < number <= 100:
        return ""
    return "low" if number <= LOW else "medium" if number <= MEDIUM else "high"


def _source(one: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """Whose indicator it is, else where it says that it comes from."""
    if name := names.get(str(one.get("created_by_ref"))):
        return note(f"{name}, {one.get('id', '')}")
    references = one.get("external_references")
    for each in references if isinstance(references, list) else ():
        if isinstance(each, Mapping) and (name := note(each.get("source_name"))):
            return name
    return ""
