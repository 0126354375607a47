"""Whether events of a log source may be among those read: never a no to what is there."""

from __future__ import annotations

import pytest

from sigmapack.content.model import LogSource
from sigmapack.events.sources import met

SEEN = {
    LogSource("windows", "process_creation", None),
    LogSource("windows", None, "sysmon"),
    LogSource(None, "proxy", None),
    LogSource("kubernetes", "application", "audit"),
}


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (("windows", "process_creation", None), True),
        (("Windows", "Process_Creation", None), True),
        (("windows", "process_creation", "sysmon"), True),
        (("windows", None, None), True),
        ((None, "process_creation", None), True),
        ((None, "proxy", None), True),
        ((None, None, None), True),
        (("kubernetes", None, "audit"), True),
        (("kubernetes", "application", "audit"), True),
        (("windows", "file_event", None), False),
        (("windows", "process_creation", "security"), False),
        (("linux", "process_creation", None), False),
        (("windows", None, "audit"), False),
        (("squid", "proxy", None), False),
    ],
)
def test_a_log_source_is_met(wanted: tuple[str | None, ...], expected: bool) -> None:
    assert met(LogSource(*wanted), SEEN) is expected


def test_nothing_is_met_where_nothing_was_read() -> None:
    assert not met(LogSource(None, None, None), ())
