"""Windows event logs: events as dumpers write them, and EVTX files themselves."""

from __future__ import annotations

import gzip
import json
import struct
from pathlib import Path
from typing import Any

import pytest

from sigmapack.events.read import BadRecord, Event
from tests.reading.evtx import evtx, sysmon
from tests.reading.sample import SYSMON, dumped, one, read, source


@pytest.mark.parametrize("number", [22, "22", {"#attributes": {"Qualifiers": 0}, "#text": "22"}])
def test_a_dumped_event_with_its_id_in_any_form(tmp_path: Path, number: Any) -> None:
    event = one(tmp_path, dumped(SYSMON, number, {"QueryName": "a.example"}))
    assert event.logsource[0] == source("windows", "dns_query")
    assert event.fields["EventID"] == "22"
    assert (event.timestamp, event.host) == ("2023-03-29T10:00:00.123Z", "WS-1")


def test_dumpers_write_attributes_in_their_own_ways(tmp_path: Path) -> None:
    base = {"EventID": 22, "Channel": SYSMON, "Computer": "WS-1"}
    time = "2023-03-29T10:00:00.123Z"
    styles: list[dict[str, Any]] = [
        {
            "System": {**base, "Provider": {"@Name": "P"}, "TimeCreated": {"@SystemTime": time}},
            "EventData": {"Data": [{"@Name": "QueryName", "#text": "a.example"}]},
        },
        {
            "System": {
                **base,
                "Provider_attributes": {"Name": "P"},
                "TimeCreated_attributes": {"SystemTime": time},
            },
            "EventData": {"QueryName": "a.example"},
        },
        {
            "System": {
                **base,
                "EventID": {"Value": 22},
                "Provider": {"Name": "P"},
                "TimeCreated": {"SystemTime": 1680084000.1239},
            },
            "EventData": {"QueryName": "a.example"},
        },
    ]
    for style in styles:
        event = one(tmp_path, {"Event": style})
        assert (event.timestamp, event.host) == (time, "WS-1")
        wanted = {"QueryName": "a.example", "Provider_Name": "P", "EventID": "22"}
        assert wanted.items() <= event.fields.items()
    assert one(tmp_path, styles[0]).fields["QueryName"] == "a.example"  # without the Event around


def test_data_of_a_user_part_is_at_the_top(tmp_path: Path) -> None:
    event = dumped("Security", 1102, {})
    event["Event"]["UserData"] = {
        "LogFileCleared": {"#attributes": {"xmlns": "x"}, "SubjectUserName": "user01"}
    }
    assert one(tmp_path, event).fields["SubjectUserName"] == "user01"


def test_an_event_without_its_system_part_says_so(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text('{"Event": {"EventData": {}}}', "utf-8")
    (bad,) = read(path)
    assert isinstance(bad, BadRecord) and "without System" in bad.message


@pytest.mark.parametrize(
    "data",
    [
        {f"group{number}": {f"F{inner}": 1 for inner in range(6000)} for number in range(2)},
        {"Data": [{"@Name": f"F{number}", "#text": "x"} for number in range(10_001)]},
    ],
    ids=["groups", "named"],
)
def test_an_event_with_fields_without_end_is_told(tmp_path: Path, data: dict[str, Any]) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text(json.dumps(dumped(SYSMON, 22, data)), "utf-8")
    (bad,) = read(path)
    assert isinstance(bad, BadRecord) and "more than 10000 fields" in bad.message


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("name", ["Sysmon.evtx", "no-suffix"])
def test_an_evtx_file_is_known_by_its_content(tmp_path: Path, packed: bool, name: str) -> None:
    data = evtx(sysmon("a.example"), sysmon("b.example"))
    path = tmp_path / name
    path.write_bytes(gzip.compress(data, mtime=0) if packed else data)
    events = [event for event in read(path) if isinstance(event, Event)]
    assert [(event.record, event.fields["QueryName"]) for event in events] == [
        (1, "a.example"),
        (2, "b.example"),
    ]
    first = events[0]
    assert first.logsource == (source("windows", "dns_query"), source("windows", None, "sysmon"))
    assert (first.timestamp, first.host) == ("2023-03-29T10:00:00.123Z", "WS-1")
    assert (first.fields["EventID"], first.fields["Image"]) == ("22", r"C:\a.exe")


def test_a_damaged_record_of_an_evtx_file_costs_itself_only(tmp_path: Path) -> None:
    path = tmp_path / "x.evtx"
    data = bytearray(evtx(sysmon("a.example"), sysmon("b.example")))
    data[data.index("b.example".encode("utf-16-le")) - 4] = 0xEE  # no token of binary XML
    path.write_bytes(data)
    event, bad = read(path)
    assert isinstance(event, Event) and event.fields["QueryName"] == "a.example"
    assert isinstance(bad, BadRecord) and bad.line == 2
    assert "damaged part of the EVTX file" in bad.message


def test_a_damaged_chunk_of_an_evtx_file_costs_itself_only(tmp_path: Path) -> None:
    path = tmp_path / "x.evtx"
    path.write_bytes(evtx(sysmon("a.example")) + b"\xff" * 65536)
    event, bad = read(path)
    assert isinstance(event, Event) and isinstance(bad, BadRecord)
    assert "damaged part of the EVTX file" in bad.message


def test_an_evtx_file_that_is_cut_off_says_so(tmp_path: Path) -> None:
    path = tmp_path / "x.evtx"
    data = bytearray(evtx(sysmon("a.example")))
    struct.pack_into("<H", data, 42, 2)  # the header counts two chunks, one is here
    path.write_bytes(data)
    event, bad = read(path)
    assert isinstance(event, Event) and isinstance(bad, BadRecord)
    assert bad.line == 2 and "cut off" in bad.message


def test_the_parts_of_system_are_fields(tmp_path: Path) -> None:
    """Of Execution, Correlation and the provider's GUID nothing was kept."""
    event = dumped("System", {"#attributes": {"Qualifiers": 16384}, "#text": 7045}, {"a": "b"})
    event["Event"]["System"] |= {
        "Provider": {"#attributes": {"Name": "P", "Guid": "{1}", "EventSourceName": "S"}},
        "Version": 0,
        "Level": 4,
        "Task": 7,
        "Opcode": 2,
        "Keywords": "0x8080000000000000",
        "EventRecordID": 5,
        "Correlation": {"#attributes": {"ActivityID": "{2}", "RelatedActivityID": "{3}"}},
        "Execution": {"#attributes": {"ProcessID": 700, "ThreadID": 800}},
        "Security": {"#attributes": {"UserID": "S-1-5-18"}},
    }
    wanted = {
        "EventID": "7045",
        "EventID_Qualifiers": "16384",
        "Provider_Name": "P",
        "Provider_Guid": "{1}",
        "Provider_EventSourceName": "S",
        "Channel": "System",
        "Version": "0",
        "Level": "4",
        "Task": "7",
        "Opcode": "2",
        "Keywords": "0x8080000000000000",
        "EventRecordID": "5",
        "Correlation_ActivityID": "{2}",
        "Correlation_RelatedActivityID": "{3}",
        "ProcessID": "700",
        "Execution_ProcessID": "700",
        "ThreadID": "800",
        "Execution_ThreadID": "800",
        "UserID": "S-1-5-18",
        "Security_UserID": "S-1-5-18",
        "Computer": "WS-1",
    }
    assert wanted.items() <= one(tmp_path, event).fields.items()


def test_the_process_that_wrote_an_event_is_not_that_which_it_tells_of(tmp_path: Path) -> None:
    """Columns have no case: the last of `ProcessID` and `ProcessId` stands in it."""
    event = dumped(SYSMON, 1, {"ProcessId": 4321})
    event["Event"]["System"]["Execution"] = {"#attributes": {"ProcessID": 700, "ThreadID": 8}}
    fields = one(tmp_path, event).fields
    assert [fields[name] for name in fields if name.lower() == "processid"] == ["700", "4321"]
