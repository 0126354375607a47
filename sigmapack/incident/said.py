"""What the forms of the document have in common."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from sigmapack.content.words import Words, noted
from sigmapack.incident import Incident
from sigmapack.incident.found import Evidence
from sigmapack.incident.searched import Source
from sigmapack.incident.seen import SEEN

#: What stands between folders, and an archive and its member.
NAME = re.compile(r"[\\/!]")
#: Hosts that are told at length, the gravest; of the others each has a row.
MOST_HOSTS = 100
#: Hosts that are named of an indicator.
MOST_NAMES = 50
#: Records of a correlation that are named.
MOST_RECORDS = 20
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


#: What is said of what a client does not have, by its kind.
LEFT_OUT = {
    "rule": noted("rule that is off"),
    "row": noted("row that is withdrawn"),
    "filter": noted("filter, of these rules"),
}
CONFIDENCES = {
    "high": noted("high confidence"),
    "medium": noted("medium confidence"),
    "low": noted("low confidence"),
}
NO_HIT = noted("No rule matched. What was searched, and what that cannot exclude, is below.")
ONLY_LEADS = noted(
    "No rule that alerts matched. There are leads to look at, and what was searched is below."
)
UNKNOWN = noted("What was searched for these hits is not known: {files}.")
LIMITS = noted(
    "A search cannot exclude what no log shows, what was not logged or kept, and hosts and times "
    "that the files do not cover."
)
AT_LEAST = noted(
    "Times are those of the events that were looked at, and of the first and last ones of blocks: "
    "a log may reach further."
)


def some(names: Sequence[str], words: Words) -> str:
    """The first names of a list, and how many more there are."""
    listed = ", ".join(names[:MOST_NAMES])
    more = len(names) - MOST_NAMES
    return f"{listed} {words('and {count} more', count=more)}" if more > 0 else listed


def moment(time: str) -> str:
    """A time of a document for people: to the second, in UTC."""
    return time[:19].replace("T", " ")


def span(first: str, last: str) -> str:
    """From one time to another; one where they are the same to the second."""
    known = list(dict.fromkeys(filter(None, map(moment, (first, last)))))
    return " - ".join(known) or "-"


def named(ids: Iterable[str], document: Incident) -> str:
    """Stages by their ids, with what they are."""
    titles = {stage.id: stage.title for stage in document.stages}
    return "; ".join(f"{each} {titles.get(each, '')}".strip() for each in ids)


def place(one: Evidence, document: Incident) -> str:
    """Where a record stands: its file by the name alone, where no other one is called so."""
    files = {each.file for each in document.sources} | {each.file for each in document.evidence}
    name = NAME.split(one.file)[-1]
    alone = sum(NAME.split(file)[-1] == name for file in files) == 1
    return f"{name if alone else one.file}:{one.record}"


def rests_on(one: Evidence, words: Words) -> str:
    """The records that a correlation rests on; those of its own file by their numbers alone."""
    listed = list(one.rests_on[:MOST_RECORDS])
    places = [each.rpartition(":") for each in listed]
    if all(file == one.file for file, _, _ in places):
        listed = [record for _, _, record in places]
    text = words("rests on the records {records}", records=", ".join(listed))
    more = len(one.rests_on) - MOST_RECORDS
    return f"{text} {words('and {count} more', count=more)}" if more > 0 else text


def period(document: Incident, words: Words) -> str:
    """From when to when the logs are; "" where no event had a time."""
    times = [t for each in document.sources for t in (each.first, each.last) if t]
    if not times:
        return ""
    found = span(min(times), max(times))
    return found if document.whole else words("at least {period}", period=found)


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
    if document.leads:
        yield words("Leads to look at"), str(len(document.leads))
    levels = [
        words("{count} {level}", count=count, level=words(level))
        for level, count in document.levels.items()
    ]
    yield words("Matches"), ", ".join(levels) or "0"
    seen = [f"{stage.id} {stage.title}" for stage in document.stages if stage.state == SEEN]
    yield words("Stages that were seen"), "; ".join(seen) or "-"
    times = sorted(t for host in document.hosts for t in (host.first, host.last) if t)
    yield words("First and last match (UTC)"), span(times[0], times[-1]) if times else "-"
    yield words("Period that the logs cover (UTC)"), period(document, words) or empty
    yield words("Impact on services and data"), empty


def cells_of(source: Source, words: Words) -> tuple[str, ...]:
    """A file's row: its name, bytes, times, sum, and why it was not read."""
    sized = bool(source.sha256)
    unknown = "" if source.error else words("unknown")
    return (
        source.file,
        str(source.bytes) if sized else unknown,
        moment(source.first),
        moment(source.last),
        source.sha256 or unknown,
        source.error,
    )
