"""What a line of JSON is, told by its bytes, is what decoding it says; or nothing is told."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sigmapack.content.load import read_sources
from sigmapack.events.fields import ShapeError
from sigmapack.events.glance import glance
from sigmapack.events.shapes import shaped
from sigmapack.events.windows import channel_map, possible
from tests.conftest import ROOT

CHANNELS = channel_map(read_sources())
SYSMON = "Microsoft-Windows-Sysmon/Operational"
SYSTEM = {"Provider": {"#attributes": {"Guid": "{5770385F}"}}, "EventID": 22, "Channel": SYSMON}


def nested(**system: Any) -> dict[str, Any]:
    data = {"QueryName": "a.example", "Image": 'C:\\{x}\\"EventID":1'}
    return {"Event": {"System": {**SYSTEM, **system}, "EventData": data}}


def flat(**fields: Any) -> dict[str, Any]:
    return {"EventID": 22, "Channel": SYSMON, "QueryName": "a.example", **fields}


@pytest.mark.parametrize("spaces", [(",", ":"), (", ", ": ")])
@pytest.mark.parametrize(
    ("record", "number"),
    [
        (nested(), 22),
        (nested(EventID="1"), 1),
        (flat(), 22),
        (flat(EventID="4688", Channel="Security"), 4688),
    ],
)
def test_the_usual_forms_are_told(
    record: dict[str, Any], number: int, spaces: tuple[str, str]
) -> None:
    kind = glance(json.dumps(record, separators=spaces).encode())
    assert kind is not None and kind.number == number


@pytest.mark.parametrize(
    "record",
    [
        {"winlog": {"event_id": 22, "channel": SYSMON}, "EventID": 1, "Channel": "Security"},
        flat(logsource={"category": "proxy"}),
        flat(_path="dns"),
        flat(EventID={"#text": 1}),
        flat(EventID=None, EventCode=1),
        flat(EventID="one"),
        flat(Channel=["Security"]),
        flat(Channel="Se\u00e7urity"),
        flat(Channel=""),
        flat(Event={"System": {"EventID": 1, "Channel": "Security"}}),
        {"EventID": 1, "data": {"Channel": "Security"}, "Provider_Name": "x"},
        {"data": {"EventID": 1}, "Channel": "Security", "event_id": 2},
        {"Event": {"System": SYSTEM, "UserData": {"Cleared": {"Channel": "System"}}}},
        {"_source": nested(), "EventID": 1, "Channel": "Security"},
        {**nested(EventID=1), "logsource": {"category": "proxy"}},
        {'x"EventID': 1, "Channel": "Security"},
    ],
)
def test_of_what_could_be_read_otherwise_nothing_is_told(record: dict[str, Any]) -> None:
    assert glance(json.dumps(record).encode()) is None


def test_of_every_event_of_the_pack_no_log_source_is_missing() -> None:
    told = 0
    for path in sorted((ROOT / "tests").rglob("*.jsonl")):
        for line in path.read_bytes().splitlines():
            kind = glance(line)
            if kind is None or not line.startswith(b"{"):
                continue
            try:
                found = shaped(json.loads(line), path.name, CHANNELS)
            except (ShapeError, json.JSONDecodeError):
                continue
            told += 1
            assert {*found.logsource} <= {*possible(kind.channel, kind.number, CHANNELS)}, line
    assert told > 500
