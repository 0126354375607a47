"""Reading events: every shape that exporters write, and nothing lost in silence."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from sigmapack.events import BadRecord, Event, UnreadableInput, read_events
from sigmapack.load import read_sources
from sigmapack.model import LogSource
from sigmapack.replay import channel_map

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


def test_a_flat_sysmon_event_has_its_category_and_service(tmp_path: Path) -> None:
    event = one(tmp_path, FLAT)
    assert event.logsource == (
        source("windows", "dns_query"),
        source("windows", None, "sysmon"),
    )
    assert (event.timestamp, event.host) == ("2023-03-29T10:00:00.123Z", "WS-1")
    assert event.fields["QueryName"] == "a.example"


def test_an_explicit_log_source_is_taken_as_it_is(tmp_path: Path) -> None:
    record = {
        "logsource": {"category": "proxy"},
        "timestamp": "2023-03-29T10:00:00Z",
        "cs-host": "a",
    }
    event = one(tmp_path, record)
    assert event.logsource == (source(None, "proxy"),)
    assert event.fields["cs-host"] == "a"


@pytest.mark.parametrize("dotted", [False, True])
def test_a_winlogbeat_document_nested_or_dotted(tmp_path: Path, dotted: bool) -> None:
    nested: dict[str, Any] = {
        "@timestamp": "2023-03-29T10:00:00.123Z",
        "winlog": {
            "channel": SYSMON,
            "event_id": "22",
            "computer_name": "WS-1",
            "event_data": {"QueryName": "a.example"},
        },
    }
    flat = {
        "@timestamp": "2023-03-29T10:00:00.123Z",
        "winlog.channel": SYSMON,
        "winlog.event_id": 22,
        "winlog.computer_name": "WS-1",
        "winlog.event_data.QueryName": "a.example",
    }
    event = one(tmp_path, flat if dotted else nested)
    assert event.logsource[0] == source("windows", "dns_query")
    assert event.fields["QueryName"] == "a.example"
    assert (event.timestamp, event.host) == ("2023-03-29T10:00:00.123Z", "WS-1")


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


@pytest.mark.parametrize("number", [22, "22", {"#attributes": {"Qualifiers": 0}, "#text": "22"}])
def test_a_dumped_event_with_its_id_in_any_form(tmp_path: Path, number: Any) -> None:
    event = one(tmp_path, dumped(SYSMON, number, {"QueryName": "a.example"}))
    assert event.logsource[0] == source("windows", "dns_query")
    assert event.fields["EventID"] == "22"
    assert (event.timestamp, event.host) == ("2023-03-29T10:00:00.123Z", "WS-1")


def test_event_4688_is_a_process_creation_under_sigmas_names(tmp_path: Path) -> None:
    data = {"NewProcessName": r"C:\a.exe", "ParentProcessName": r"C:\b.exe", "CommandLine": "a"}
    data |= {"SubjectUserName": "user01", "SubjectDomainName": "CORP"}
    event = one(tmp_path, dumped("Security", 4688, data))
    assert source("windows", "process_creation") in event.logsource
    assert event.fields["Image"] == r"C:\a.exe"
    assert event.fields["ParentImage"] == r"C:\b.exe"
    assert event.fields["User"] == r"CORP\user01"
    assert event.fields["NewProcessName"] == r"C:\a.exe"


def test_defenders_names_with_blanks_have_a_form_without(tmp_path: Path) -> None:
    channel = "Microsoft-Windows-Windows Defender/Operational"
    event = one(tmp_path, dumped(channel, 1116, {"Threat Name": "x", "New Value": "y"}))
    assert event.logsource == (source("windows", None, "windefend"),)
    assert (event.fields["ThreatName"], event.fields["NewValue"]) == ("x", "y")


def test_unnamed_data_of_the_installer_is_joined(tmp_path: Path) -> None:
    event = one(tmp_path, dumped("Application", 1033, {"Data": ["App", "1.2.3"]}, "MsiInstaller"))
    assert event.fields["Data"] == "App\n1.2.3"
    assert event.fields["Provider_Name"] == "MsiInstaller"
    beat = {
        "winlog": {
            "channel": "Application",
            "event_id": "1033",
            "event_data": {"param1": "App", "param2": "1.2.3"},
        }
    }
    assert one(tmp_path, beat).fields["Data"] == "App\n1.2.3"


@pytest.mark.parametrize("name", ["events.json", "dns.log", "dns.2023-03-29.log"])
def test_a_zeek_record_by_its_path_or_the_files_name(tmp_path: Path, name: str) -> None:
    record = {"ts": 1680084000.5, "uid": "C1", "id.orig_h": "10.0.0.1", "query": "a.example"}
    if name == "events.json":
        record["_path"] = "dns"
    event = one(tmp_path, record, name)
    assert event.logsource == (source("zeek", None, "dns"),)
    assert (event.timestamp, event.host) == ("2023-03-29T10:00:00.500Z", "10.0.0.1")
    assert event.fields["id.orig_h"] == "10.0.0.1"


def test_a_list_of_values_stays_a_list(tmp_path: Path) -> None:
    record = {"_path": "dns", "ts": 1.0, "query": "a", "answers": ["0.0.0.0", "::"]}
    assert one(tmp_path, record).fields["answers"] == ("0.0.0.0", "::")


def test_notes_are_no_part_of_an_event(tmp_path: Path) -> None:
    assert "_note" not in one(tmp_path, {"_note": "why", **FLAT}).fields


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("array", [False, True])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_lines_and_arrays_plain_and_packed(
    tmp_path: Path, packed: bool, array: bool, encoding: str
) -> None:
    records = [FLAT, {**FLAT, "QueryName": "ü.example"}]
    lines = "\r\n".join(json.dumps(record, ensure_ascii=False) for record in records)
    text = json.dumps(records, ensure_ascii=False, indent=1) if array else lines
    data = text.encode(encoding)
    path = tmp_path / "events"
    path.write_bytes(gzip.compress(data) if packed else data)
    found = [event for event in read(path) if isinstance(event, Event)]
    assert [event.fields["QueryName"] for event in found] == ["a.example", "ü.example"]
    assert [event.record for event in found] == [1, 2]


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("{broken", "JSON"),
        ('"text"', "no object"),
        ("[]", ""),
        ('{"a": 1}', "unknown kind of event"),
        ('{"EventID": 22}', "without a channel"),
        ('{"Channel": "Security", "EventID": "many"}', "is no number"),
        ('{"logsource": {}, "a": 1}', "logsource says nothing"),
        ('{"logsource": {"products": "x"}}', "logsource is no object of"),
        ('{"ts": 1, "uid": "C1"}', "_path"),
    ],
)
def test_a_record_that_cannot_be_used_is_told_with_its_line(
    tmp_path: Path, line: str, text: str
) -> None:
    path = tmp_path / "events.jsonl"
    path.write_text(f"{json.dumps(FLAT)}\n{line}\n{json.dumps(FLAT)}\n", "utf-8")
    first, *bad, last = read(path)
    assert isinstance(first, Event) and isinstance(last, Event)
    assert last.record == 3
    for record in bad:
        assert isinstance(record, BadRecord)
        assert (record.file, record.line) == (str(path), 2)
        assert text in record.message
    assert bad or line == "[]"


def test_bytes_that_are_no_text_cost_their_record_only(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    good = json.dumps(FLAT).encode()
    path.write_bytes(good + b'\n{"Channel": "caf\xe9"}\n' + good + b"\n")
    kinds = [type(record).__name__ for record in read(path)]
    assert kinds == ["Event", "BadRecord", "Event"]


def test_a_packed_file_that_is_cut_off_gives_what_it_has(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl.gz"
    lines = "".join(json.dumps({**FLAT, "ProcessId": n}) + "\n" for n in range(5000))
    data = gzip.compress(lines.encode(), mtime=0)
    path.write_bytes(data[: len(data) // 2])
    *events, last = read(path)
    assert len(events) > 10
    assert isinstance(last, BadRecord) and "cut-off gzip file" in last.message


def test_an_empty_file_has_no_events(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_bytes(b"")
    assert read(path) == []


@pytest.mark.parametrize(
    ("name", "data", "text"),
    [
        ("x.bin", b"\x7fELF\0\0\0\0", "neither JSON text nor an EVTX file"),
        ("x.evtx", b"MZ text", "not an EVTX file"),
        ("x.evtx", b"ElfFile\0" + bytes(5000), "damaged EVTX file"),
    ],
)
def test_a_file_of_another_kind_is_unreadable(
    tmp_path: Path, name: str, data: bytes, text: str
) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(UnreadableInput, match=text):
        read(path)


def test_a_folder_and_a_missing_file_are_unreadable(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInput, match="a folder, not a file"):
        read(tmp_path)
    with pytest.raises(UnreadableInput, match="no such file"):
        read(tmp_path / "nowhere.jsonl")


@pytest.mark.parametrize("text", ["<Events>", "#separator \\x09\n"])
def test_xml_and_tabbed_zeek_logs_say_what_to_do(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.log"
    path.write_text(text, "utf-8")
    (record,) = read(path)
    assert isinstance(record, BadRecord) and "not read" in record.message
