"""A Splunk app as its archive has it: the stanzas of its .conf files, and when searches run.

Settings: savedsearches.conf.spec of Splunk 10.4 (Admin manual, "savedsearches.conf").
"""

from __future__ import annotations

import configparser
import io
import re
import tarfile
from collections.abc import Mapping
from typing import NamedTuple

from tests.operation.model import DAY, HOUR, MINUTE

UNITS = {"": 1, "s": 1, "m": MINUTE, "h": HOUR, "d": DAY}


def unpacked(archive: bytes) -> Mapping[str, str]:
    """Path below the app's folder -> text."""
    with tarfile.open(fileobj=io.BytesIO(archive), mode="r:gz") as tar:
        return {
            member.name.partition("/")[2]: tar.extractfile(member).read().decode()  # type: ignore[union-attr]
            for member in tar.getmembers()
            if member.isfile()
        }


def stanzas(text: str) -> Mapping[str, Mapping[str, str]]:
    """The stanzas of a .conf file; a backslash at a line's end joins it to the next."""
    parser = configparser.RawConfigParser(strict=True, delimiters=("=",), interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(text.replace("\\\n", "\x00"))
    return {
        title: {key: value.replace("\x00", "\n") for key, value in parser[title].items()}
        for title in parser.sections()
    }


def seconds(duration: str) -> int:
    """Of a span as `alert.suppress.period` has it: 60, 1440m."""
    number, unit = re.fullmatch(r"(\d+)([smhd]?)", duration).groups()  # type: ignore[union-attr]
    return int(number) * UNITS[unit]


class Window(NamedTuple):
    """What a run looks at, in seconds before it.

    Attributes:
        back: from when, by the time of events.
        ahead: until how long after the run, by the time of events.
        indexed: from when, by the time of indexing; None for any time.
    """

    back: int
    ahead: int
    indexed: int | None


def window(search: Mapping[str, str]) -> Window:
    """What a search's runs look at.

    Raises:
        AssertionError: its times are in a form that the app does not have.
    """
    assert "dispatch.index_latest" not in search, search
    text = re.sub(r"```.*?```", "", search["search"], flags=re.DOTALL)
    assert not re.search(r"\b(_index_)?(earliest|latest)=", text), search
    indexed = search.get("dispatch.index_earliest")
    latest = search["dispatch.latest_time"]
    return Window(
        -offset(search["dispatch.earliest_time"]),
        offset(latest),
        -offset(indexed) if indexed else None,
    )


def offset(modifier: str) -> int:
    """Seconds from a run to a time that it names: now, -25m@m, +60m.

    Raises:
        AssertionError: it is cut off to more than a minute.
    """
    if modifier == "now":
        return 0
    span, _, snapped = modifier.partition("@")
    # Runs are for full minutes, so that cutting off their seconds changes nothing.
    assert snapped in ("", "m"), modifier
    return seconds(span[1:]) * (-1 if span[0] == "-" else 1)


def schedule(cron: str) -> tuple[int, int]:
    """Seconds between a cron's runs, and from a full interval to a run.

    Raises:
        AssertionError: it is none of the forms that the app has: every N minutes, hourly, daily.
    """
    minute, hour, *rest = cron.split()
    assert rest == ["*", "*", "*"], cron
    if found := re.fullmatch(r"(\d+)-59/(\d+)", minute):
        first, step = map(int, found.groups())
        assert hour == "*" and 60 % step == 0 and first < step, cron
        return step * MINUTE, first * MINUTE
    if hour == "*":
        return HOUR, int(minute) * MINUTE
    return DAY, int(hour) * HOUR + int(minute) * MINUTE
