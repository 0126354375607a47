"""Small events in the forms of exporters, and reading them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sigmapack.content.load import read_sources
from sigmapack.content.model import LogSource
from sigmapack.events.read import BadRecord, Event, read_events
from sigmapack.events.windows import channel_map

CHANNELS = channel_map(read_sources())
SYSMON = "Microsoft-Windows-Sysmon/Operational"
FLAT = {
    "Channel": SYSMON,
    "EventID": 22,
    "Computer": "WS-1",
    "UtcTime": "2023-03-29 10:00:00.123",
    "QueryName": "a.example",
}


def read(path: Path) -> list[Event | BadRecord]:
    return list(read_events(path, CHANNELS))


def one(tmp_path: Path, record: dict[str, Any], name: str = "events.jsonl") -> Event:
    """A single record, written as a line and read."""
    path = tmp_path / name
    path.write_text(json.dumps(record) + "\n", "utf-8")
    (event,) = read(path)
    assert isinstance(event, Event), event
    return event


def source(product: str | None, category: str | None, service: str | None = None) -> LogSource:
    return LogSource(product, category, service)


def dumped(channel: str, number: Any, data: dict[str, Any], provider: str = "P") -> dict[str, Any]:
    return {
        "Event": {
            "#attributes": {"xmlns": "http://schemas.microsoft.com/win/2004/08/events/event"},
            "System": {
                "Provider": {"#attributes": {"Name": provider}},
                "EventID": number,
                "TimeCreated": {"#attributes": {"SystemTime": "2023-03-29T10:00:00.123456Z"}},
                "Channel": channel,
                "Computer": "WS-1",
            },
            "EventData": data,
        }
    }
