"""The document as Markdown, in which nothing of strangers' logs is markup.

CommonMark lets a backslash take the meaning of any ASCII punctuation
(https://spec.commonmark.org/0.31.2/#backslash-escapes).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from sigmapack.content.text import visible
from sigmapack.content.words import Words, noted
from sigmapack.incident import Incident
from sigmapack.incident.found import Evidence, Host
from sigmapack.incident.said import (
    AT_LEAST,
    CONFIDENCES,
    LEFT_OUT,
    LIMITS,
    MOST_HOSTS,
    NO_HIT,
    ONLY_LEADS,
    UNKNOWN,
    cells_of,
    defanged,
    moment,
    named,
    period,
    place,
    rests_on,
    rows_of,
    some,
    span,
)
from sigmapack.incident.seen import STATES

STOPPED = noted("Reading or the rules were stopped: this is what was found until then.")
#: How a file of ours begins.
MARK = b"<!-- An incident report, made from logs. -->\n"
#: What begins something in a line, and the dot and colon by which GitHub makes links.
MEANING = re.compile(r"([\\`*_\[\]<>|#~&!$^{}]|(?<=www)\.|:(?=//))", re.IGNORECASE)


def markdown(document: Incident, words: Words) -> bytes:
    """The document.

    Args:
        document: of `incident`.
        words: the language, that of the document.
    """
    parts = [*_head(document, words), *_found(document, words), *_searched(document, words)]
    return MARK + ("\n".join(parts) + "\n").encode()


def text(value: object) -> str:
    """A text of strangers, on one line, in which no sign has a meaning: it begins no line."""
    return MEANING.sub(r"\\\1", visible(str(value)))


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """A table; its cells are escaped already."""
    yield f"| {' | '.join(columns)} |"
    yield f"|{'---|' * len(columns)}"
    yield from (f"| {' | '.join(row)} |" for row in rows)
    yield ""


def _head(document: Incident, words: Words) -> Iterator[str]:
    yield f"# {words('Incident report: 3CX supply-chain compromise (CVE-2023-29059)')}"
    yield ""
    yield from table(
        (words("Field"), words("Value")),
        [(name, text(value)) for name, value in rows_of(document, words)],
    )
    yield f"## {words('What was done')}"
    yield ""
    actions = document.given.actions or [words("(to be filled in: isolation, changed accounts, …)")]
    yield from (f"- {text(action)}" for action in actions)
    yield ""


def _found(document: Incident, words: Words) -> Iterator[str]:
    yield f"## {words('Hosts with matches')}"
    yield ""
    if document.interrupted:
        yield f"**{words('Interrupted.')}** {words(STOPPED)}"
        yield ""
    if not document.hosts:
        yield words(ONLY_LEADS if document.leads else NO_HIT)
        yield ""
    yield from _hosts(document.hosts, document, words)
    if document.leads:
        yield f"## {words('Leads to look at')}"
        yield ""
        yield words("Weak evidence of these hosts: rules for hunting, or of a low level.")
        yield ""
        yield from _hosts(document.leads, document, words)
    yield from _evidence(document, words)


def _hosts(hosts: Sequence[Host], document: Incident, words: Words) -> Iterator[str]:
    for host in hosts[:MOST_HOSTS]:
        yield f"### {text(host.host or words('no host'))}"
        yield ""
        yield f"- {words('Gravest level')}: {words(host.level)}"
        yield f"- {words('First and last match (UTC)')}: {text(span(host.first, host.last))}"
        yield f"- {words('What matched')}: {text('; '.join(host.titles))}"
        if host.builds:
            yield f"- {words('Affected builds')}: {text(', '.join(host.builds))}"
        if host.indicators:
            listed = ", ".join(defanged(one, document) for one in host.indicators)
            yield f"- {words('Indicators')}: {text(listed)}"
        if host.stages:
            yield f"- {words('Stages of the attack')}: {text(named(host.stages, document))}"
        yield f"- {words('Matches')}: {host.matches}"
        yield ""
    if more := hosts[MOST_HOSTS:]:
        names = ("Host", "Level", "First (UTC)", "Last (UTC)", "Matches")
        yield from table(
            [words(name) for name in names],
            [
                [
                    text(host.host or words("no host")),
                    words(host.level),
                    moment(host.first),
                    moment(host.last),
                    str(host.matches),
                ]
                for host in more
            ],
        )


def _evidence(document: Incident, words: Words) -> Iterator[str]:
    if document.indicators:
        yield f"## {words('Indicators')}"
        yield ""
        names = ("Indicator", "Role", "Confidence", "Hosts", "First (UTC)", "Last (UTC)")
        yield from table(
            [words(name) for name in names],
            [
                [
                    text(defanged(one.value, document)),
                    text(one.role),
                    words(CONFIDENCES[one.confidence]),
                    text(some(one.hosts, words)),
                    moment(one.first),
                    moment(one.last),
                ]
                for one in document.indicators
            ],
        )
    if document.evidence:
        yield f"## {words('Evidence')}"
        yield ""
        names = ("Time (UTC)", "Host", "Level", "Rule", "Record", "Fields")
        yield from table(
            [words(name) for name in names],
            [
                [
                    moment(one.time),
                    text(one.host),
                    words(one.level),
                    text(one.title),
                    text(place(one, document)),
                    text("; ".join(_fields(one, document, words))),
                ]
                for one in document.evidence
            ],
        )
    if document.more_evidence:
        yield words("and {count} more", count=document.more_evidence)
        yield ""


def _fields(one: Evidence, document: Incident, words: Words) -> Iterator[str]:
    """The fields of a match, and the records that a correlation rests on."""
    yield from (f"{name}={defanged(value, document)}" for name, value in one.fields.items())
    if one.rests_on:
        yield rests_on(one, words)


def _searched(document: Incident, words: Words) -> Iterator[str]:
    yield f"## {words('Stages of the attack')}"
    yield ""
    yield from table(
        (words("Stage"), words("State"), words("Why")),
        [
            (f"{each.id} {text(each.title)}", words(STATES[each.state]), text(each.why))
            for each in document.stages
        ],
    )
    yield f"## {words('What was searched')}"
    yield ""
    counts = words(
        "{events} events and {unreadable} unreadable records, by {rules} rules.",
        events=document.events,
        unreadable=document.unreadable,
        rules=document.rules,
    )
    if document.rules or not document.unknown:
        yield counts
    if document.partly:
        yield words("{count} events were compared in part.", count=document.partly)
    if document.whole:
        yield words("Logs that were there: {logs}.", logs=text(", ".join(document.logs) or "-"))
    if document.unknown:
        yield words(UNKNOWN, files=text(", ".join(document.unknown)))
    yield words(LIMITS)
    if not document.whole and period(document, words):
        yield words(AT_LEAST)
    yield ""
    names = (
        "File",
        "Bytes",
        "First event (UTC)",
        "Last event (UTC)",
        "SHA-256",
        "Not read, because",
    )
    yield from table(
        ["SHA-256" if name == "SHA-256" else words(name) for name in names],
        [[text(cell) for cell in cells_of(each, words)] for each in document.sources],
    )
    if document.spans:
        yield from table(
            [words(name) for name in ("Log source", "First event (UTC)", "Last event (UTC)")],
            [[text(each.log), moment(each.first), moment(each.last)] for each in document.spans],
        )
    if document.left_out:
        yield words("Left out for this client, and so not looked for:")
        yield ""
        for each in document.left_out:
            yield f"- {words(LEFT_OUT[each.kind])}: {text(each.name)} ({text(each.reason)})"
        yield ""
    if document.not_run:
        yield f"{words('Rules that could not run')}: {text('; '.join(document.not_run))}"
        yield ""
