"""Times as logs write them, as text that `fields.timestamp` takes: no clock of any machine.

A time without a zone is taken for UTC. One without a year has none, but where the year is given, or
the file is called as logrotate's `dateext` calls it (`query.log-20230329`): that day is its last.
"""

from __future__ import annotations

import re
from typing import NamedTuple

MONTHS = {
    name: f"{number:02}"
    for number, name in enumerate(
        "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(),  # noqa: SIM905
        1,
    )
}
#: What logrotate calls a log of that day; packed, or a second one of it, too.
DATED = re.compile(r".*-(20\d\d)(0[1-9]|1[0-2])[0-3]\d(?:-\d{1,10})?(?:\.[a-z0-9]{1,4})?", re.ASCII)
SYSLOG = re.compile(r"([A-Z][a-z]{2}) ([ \d]\d) (\d\d:\d\d:\d\d(?:\.\d{1,9})?)", re.ASCII)
ISO = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d[\d.,]*(?:Z|[+-]\d\d:?\d\d)?", re.ASCII)
DASHED = re.compile(r"(\d\d)-([A-Z][a-z]{2})-(\d{4}) (\d\d:\d\d:\d\d[\d.]*)", re.ASCII)
EPOCH = re.compile(r"\[(\d{9,11}(?:\.\d{1,9})?)\]", re.ASCII)
CLF = re.compile(r"(\d\d)/([A-Z][a-z]{2})/(\d{4}):(\d\d:\d\d:\d\d[\d.]*) ?([+-]\d{4})?", re.ASCII)
LOCAL = re.compile(
    r"(\d{1,4})([./-]) ?(\d{1,2})\2 ?(\d{1,4})\.?,? (\d{1,2}):(\d\d):(\d\d)"
    r"(?:[ \u00a0\u202f]?([APap])\.?[ \u00a0\u202f]?[Mm]\.?)?",
    re.ASCII,
)
COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d) (\d\d:\d\d:\d\d)", re.ASCII)


class Latest(NamedTuple):
    """The year and month that no line of a log is after."""

    year: int
    month: int = 12


def latest_of(file_name: str, year: int | None) -> Latest | None:
    """The year given, or the one in the name of a rotated log."""
    if year is not None:
        return Latest(year)
    found = DATED.fullmatch(file_name)
    return Latest(int(found[1]), int(found[2])) if found else None


def prefix(text: str, latest: Latest | None) -> tuple[str | None, str | None]:
    """Time and host of what syslog, or a daemon itself, puts before its message.

    The traditional form (RFC 3164), ISO 8601 (rsyslog's default), BIND's own, seconds since 1970 in
    brackets; a host or none.
    """
    text = text.lstrip()
    if text.startswith("<"):  # the priority, where a collector kept it
        text = text.partition(">")[2].lstrip()
    if found := ISO.match(text):
        time: str | None = found[0]
    elif found := SYSLOG.match(text):
        time = _with_year(found[1], found[2], found[3], latest)
    elif found := DASHED.match(text):
        month = MONTHS.get(found[2])
        time = f"{found[3]}-{month}-{found[1]} {found[4]}" if month else None
    elif found := EPOCH.match(text):
        time = found[1]
    else:
        return None, None
    words = text[found.end() :].split()
    return time, words[0] if words and not words[0].endswith(":") else None


def _with_year(month: str, day: str, time: str, latest: Latest | None) -> str | None:
    number = MONTHS.get(month)
    if number is None or latest is None:
        return None
    year = latest.year - (int(number) > latest.month)
    return f"{year:04}-{number}-{day.strip():0>2} {time}"


def common_log(text: str) -> str | None:
    """The time of the common log format: `29/Mar/2023:10:00:00 +0200`."""
    found = CLF.fullmatch(text)
    month = MONTHS.get(found[2]) if found else None
    return f"{found[3]}-{month}-{found[1]} {found[4]}{found[5] or ''}" if found and month else None


def month_first(text: str) -> bool | None:
    """Whether the slashed dates in a text have the month first, None if no day is above 12."""
    for found in re.finditer(r"(\d{1,2})/(\d{1,2})/\d{4} ", text, re.ASCII):
        if int(found[1]) > 12:
            return False
        if int(found[2]) > 12:
            return True
    return None


def local(text: str, first: bool | None) -> str | None:
    """A time in the form of a Windows locale, as Windows' tools write it.

    Understood are a date with the year first, or with dots or dashes and the day first; with
    slashes the order is `first` (see `month_first`); where that is not known the month is first if
    the clock has AM and PM, as in the United States, and else the day is. In a form that is not
    known there is no time.
    """
    if found := COMPACT.match(text):
        return f"{found[1]}-{found[2]}-{found[3]} {found[4]}"
    if not (found := LOCAL.match(text)):
        return text if ISO.match(text) else None
    one, sign, two, three, hour, minute, second, half = found.groups()
    if len(one) == 4:
        year, month, day = one, two, three
    elif len(three) != 4:
        return None
    else:
        us = sign == "/" and (first if first is not None else "M" in found[0])
        year, month, day = (three, one, two) if us else (three, two, one)
    if half:
        hour = str(int(hour) % 12 + 12 * (half in "Pp"))
    return f"{year}-{month:0>2}-{day:0>2} {hour:0>2}:{minute}:{second}"
