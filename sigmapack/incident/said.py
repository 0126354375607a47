"""What the forms of the document have in common."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sigmapack.content.words import Words, noted
from sigmapack.incident import Incident

TO_FILL = noted("(to be filled in)")


def defanged(text: str, document: Incident) -> str:
    """A text whose addresses of the campaign no program makes links of; all else stays as it is.

    Args:
        text: of a field, or an indicator.
        document: whose indicators are meant; a URL is no link either.
    """
    for one in document.indicators:
        if one.type in ("domain", "ip", "url"):
            name = one.value.partition("://")[2].partition("/")[0] or one.value
            pattern = re.compile(re.escape(name), re.IGNORECASE)
            text = pattern.sub(lambda found: found[0].replace(".", "[.]"), text)
    return text.replace("http://", "hxxp://").replace("https://", "hxxps://")


def rows_of(document: Incident, words: Words) -> Iterator[tuple[str, str]]:
    """The fields of the head: what is known, and what a person has to fill in."""
    given, empty = document.given, words(TO_FILL)
    yield words("To"), document.to or empty
    yield "TLP", f"TLP:{given.tlp}"
    yield words("Organisation"), given.organisation or empty
    yield words("Reported by"), given.reporter or empty
    yield words("Date of the report"), given.date or empty
    yield words("Case number"), given.case or empty
    yield words("Hosts with matches"), str(sum(bool(host.host) for host in document.hosts))
    levels = ", ".join(f"{count} {words(level)}" for level, count in document.levels.items())
    yield words("Matches"), levels or "0"
    times = sorted(t for host in document.hosts for t in (host.first, host.last) if t)
    yield words("First and last match"), f"{times[0]} - {times[-1]}" if times else "-"
    yield words("Period that the logs cover"), empty
    yield words("Impact on services and data"), empty
