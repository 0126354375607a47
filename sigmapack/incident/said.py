"""What the forms of the document have in common."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sigmapack.content.words import Words, noted
from sigmapack.incident import Incident

#: Names of hosts, whose dots are taken the meaning of.
NAME = re.compile(r"\b(?:[a-z0-9-]+\.)+[a-z]{2,}\b", re.IGNORECASE)
#: What looks like a name and is a file.
FILE = re.compile(
    r"\.(?:exe|dll|dylib|msi|nupkg|dmg|zip|ico|json|jsonl|log|evtx|tmp|ps1|bat)$", re.I
)
TO_FILL = noted("(to be filled in)")


def defanged(text: str) -> str:
    """A text whose addresses no program makes links of; names of files stay as they are."""

    def dotted(found: re.Match[str]) -> str:
        name = found[0]
        return name if FILE.search(name) else name.replace(".", "[.]")

    return NAME.sub(dotted, text.replace("http://", "hxxp://").replace("https://", "hxxps://"))


def rows_of(document: Incident, words: Words) -> Iterator[tuple[str, str]]:
    """The fields of the head: what is known, and what a person has to fill in."""
    given, empty = document.given, words(TO_FILL)
    yield words("To"), document.to or empty
    yield "TLP", f"TLP:{given.tlp}"
    yield words("Organisation"), given.organisation or empty
    yield words("Reported by"), given.reporter or empty
    yield words("Date of the report"), given.date or empty
    yield words("Case number"), given.case or empty
    yield words("Affected hosts"), str(sum(bool(host.host) for host in document.hosts))
    levels = ", ".join(f"{count} {words(level)}" for level, count in document.levels.items())
    yield words("Matches"), levels or "0"
    times = sorted(t for host in document.hosts for t in (host.first, host.last) if t)
    yield words("First and last match"), f"{times[0]} - {times[-1]}" if times else "-"
    yield words("Period that the logs cover"), empty
    yield words("Impact on services and data"), empty
