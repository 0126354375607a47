"""Reading events: every shape that exporters write, and nothing lost in silence."""

from __future__ import annotations

import gzip
import json
import struct
import zlib
from pathlib import Path
from typing import Any

import pytest

from sigmapack.content.load import read_sources
from sigmapack.content.model import LogSource
from sigmapack.events.fields import ShapeError, flatten, joined_hashes, timestamp
from sigmapack.events.read import BadRecord, Event, UnreadableInput, read_events
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
    path.write_bytes(gzip.compress(data, mtime=0) if packed else data)
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


def test_a_file_that_the_system_does_not_open_is_unreadable(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.symlink_to(path)  # a loop; a file without permission would stop nobody who is root
    with pytest.raises(UnreadableInput, match="cannot be read"):
        read(path)


def test_an_array_in_one_line_says_that_its_rest_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text(f"[{json.dumps(FLAT)}, {{broken}}, {json.dumps(FLAT)}]", "utf-8")
    event, bad = read(path)
    assert isinstance(event, Event) and isinstance(bad, BadRecord)
    assert bad.message.endswith("the rest of the file is not read")


@pytest.mark.parametrize(
    "data", [b"\xef\xbb\xbf", b" \r\n\r\n", b"[]", b"[\n]\n", gzip.compress(b"", mtime=0)]
)
def test_a_file_that_says_nothing_has_no_events(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(data)
    assert read(path) == []


def test_blank_lines_count_as_lines_but_are_no_records(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text(f"\n{json.dumps(FLAT)}\n\n{{broken\n\n{json.dumps(FLAT)}", "utf-8")
    first, bad, last = read(path)
    assert isinstance(first, Event) and isinstance(bad, BadRecord) and isinstance(last, Event)
    assert (first.record, bad.line, last.record) == (2, 4, 6)


def test_objects_over_several_lines_are_records_too(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    one_of_many = json.dumps(FLAT, indent=2)
    path.write_text(f"Record 1\n{one_of_many}\nRecord 2\n{one_of_many}\n", "utf-8")
    events = [event for event in read(path) if isinstance(event, Event)]
    assert [event.record for event in events] == [2, 10]


def test_an_object_that_is_cut_off_costs_itself_only(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    cut = json.dumps(FLAT, indent=2)[:60]
    path.write_text(f"{cut}\n{json.dumps(FLAT)}\n", "utf-8")
    bad, event = read(path)
    assert isinstance(bad, BadRecord) and isinstance(event, Event)
    assert bad.line == 1 and "not closed" in bad.message


def test_an_array_gives_all_but_its_broken_elements(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    good = json.dumps(FLAT)
    path.write_text(f"[\n {good},\n 5,\n {{broken}},\n {good}\n]\n", "utf-8")
    first, number, broken, last = read(path)
    assert isinstance(first, Event) and isinstance(last, Event)
    assert (first.record, last.record) == (1, 4)
    assert isinstance(broken, BadRecord) and isinstance(number, BadRecord)
    assert (number.line, broken.line) == (3, 4)
    assert broken.message.startswith("element 3: not JSON") and "no object" in number.message


def test_an_array_that_is_cut_off_gives_what_it_has(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text(json.dumps([FLAT, FLAT], indent=1)[:-30], "utf-8")
    events = [record for record in read(path) if isinstance(record, Event)]
    bad = [record for record in read(path) if isinstance(record, BadRecord)]
    assert [event.record for event in events] == [1]
    assert any("cut off" in record.message for record in bad)


def test_numbers_stay_as_they_are_written(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    line = json.dumps(FLAT)[:-1] + ', "A": 18.10, "B": 12345678901234567890, "C": true, "D": null}'
    path.write_text(line, "utf-8")
    (event,) = read(path)
    assert isinstance(event, Event)
    assert [event.fields.get(name) for name in "ABCD"] == [
        "18.10",
        "12345678901234567890",
        "true",
        None,
    ]


def test_nesting_without_end_is_one_bad_record(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    deep = ['{"a":' * depth + "1" + "}" * depth for depth in (40, 100_000)]
    path.write_text("\n".join([*deep, json.dumps(FLAT)]), "utf-8")
    *bad, event = read(path)
    assert isinstance(event, Event)
    assert ["nested" in record.message for record in bad if isinstance(record, BadRecord)] == [
        True,
        True,
    ]


@pytest.mark.parametrize(
    "wrap",
    [
        lambda record: {"_index": "x", "_id": "1", "_source": record},
        lambda record: {"preview": False, "offset": 0, "result": record},
        lambda record: {"result": record},
        lambda record: {"document": {"kind": "evtx", "data": record}},
    ],
    ids=["Elasticsearch hit", "Splunk result", "bare result", "Chainsaw"],
)
def test_an_event_inside_a_search_hit_is_taken_out(tmp_path: Path, wrap: Any) -> None:
    event = one(tmp_path, wrap(FLAT))
    assert event.fields["QueryName"] == "a.example"
    assert event.logsource[0] == source("windows", "dns_query")


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


def test_what_elastic_moved_to_ecs_is_put_back(tmp_path: Path) -> None:
    record = {
        "@timestamp": "2023-03-29T10:00:00.123Z",
        "event": {"code": "7", "provider": "Microsoft-Windows-Sysmon"},
        "host": {"name": "ws-1"},
        "user": {"domain": "CORP", "name": "user01"},
        "process": {"executable": r"C:\a.exe", "pid": 4},
        "file": {"path": r"C:\b.dll", "hash": {"sha256": "ab" * 32, "md5": "short"}},
        "winlog": {"channel": SYSMON, "event_data": {"Signed": "true"}},
    }
    fields = one(tmp_path, record).fields
    wanted = {
        "EventID": "7",
        "Image": r"C:\a.exe",
        "ProcessId": "4",
        "ImageLoaded": r"C:\b.dll",
        "User": r"CORP\user01",
        "Hashes": "SHA256=" + "ab" * 32,
        "Signed": "true",
    }
    assert wanted.items() <= fields.items()


def test_what_only_the_rendered_message_says_is_a_field(tmp_path: Path) -> None:
    record = {
        "LogName": SYSMON,
        "Id": 22,
        "MachineName": "WS-1",
        "TimeCreated": "/Date(1680084000123)/",
        "Message": "Dns query:\r\nQueryName: a.example\r\nImage: C:\\a.exe\r\nno field",
    }
    event = one(tmp_path, record)
    assert event.logsource[0] == source("windows", "dns_query")
    assert (event.fields["QueryName"], event.fields["Image"]) == ("a.example", r"C:\a.exe")
    assert (event.timestamp, event.host) == ("2023-03-29T10:00:00.123Z", "WS-1")


@pytest.mark.parametrize(
    "channel",
    [
        {"Provider_Name": "Microsoft-Windows-Sysmon"},
        {"ProcessGuid": "{0}"},
        {"source": f"XmlWinEventLog:{SYSMON}"},
        {"Channel": "Sysmon"},
        {"Channel": SYSMON.upper()},
    ],
    ids=["provider", "Sysmon's own fields", "Splunk's source", "Hayabusa's", "capitals"],
)
def test_a_channel_is_told_by_other_marks(tmp_path: Path, channel: dict[str, str]) -> None:
    record = {name: value for name, value in FLAT.items() if name != "Channel"} | channel
    assert one(tmp_path, record).logsource[0] == source("windows", "dns_query")


def test_a_channel_nobody_described_is_windows_at_least(tmp_path: Path) -> None:
    event = one(tmp_path, {"Channel": "Vendor/Own", "EventID": 1, "Computer": "WS-1"})
    assert event.logsource == (source("windows", None),)


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("2023-03-29 10:00:00.123", "2023-03-29T10:00:00.123Z"),
        ("2023-03-29T10:00:00.1239999Z", "2023-03-29T10:00:00.123Z"),
        ("2023-03-29T12:00:00+02:00", "2023-03-29T10:00:00.000Z"),
        ("2023-03-29T04:30:00,5-0530", "2023-03-29T10:00:00.500Z"),
        ("2023-03-29 10:00 UTC", "2023-03-29T10:00:00.000Z"),
        ("1680084000.123", "2023-03-29T10:00:00.123Z"),
        ("1680084000123", "2023-03-29T10:00:00.123Z"),
        ("1680084000123456", "2023-03-29T10:00:00.123Z"),
        ("133245576001230000", "2023-03-29T10:00:00.123Z"),
        ("1680084000123456789", "2023-03-29T10:00:00.123Z"),
        ("/Date(1680084000123)/", "2023-03-29T10:00:00.123Z"),
        ("2023-02-30T10:00:00Z", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_times_of_all_exporters_have_one_form(written: str, read_as: str | None) -> None:
    assert timestamp(written) == read_as


def test_an_event_without_a_time_is_an_event(tmp_path: Path) -> None:
    record = {name: value for name, value in FLAT.items() if name != "UtcTime"}
    assert one(tmp_path, record).timestamp is None


def test_nested_names_are_joined_and_empty_values_left_out() -> None:
    record = {"a": {"b": 1, "c": None, "_note": "x"}, "d": [], "e": [{"f": 1}, {"f": [2, 3]}]}
    assert flatten(record) == {"a.b": "1", "e.f": ("1", "2", "3")}


def test_text_that_no_database_stores_is_made_storable() -> None:
    assert flatten({"a": "x\udc00y", "b": "C:\\a.exe\0\0"}) == {"a": "x?y", "b": "C:\\a.exe"}


def test_nesting_is_bounded() -> None:
    record: dict[str, Any] = {}
    for _ in range(40):
        record = {"a": [record]}
    with pytest.raises(ShapeError, match="nested deeper than 32 levels"):
        flatten(record)


def test_separate_hashes_are_joined_when_their_length_is_right() -> None:
    fields = {"SHA256": "A" * 64, "md5": "b" * 32, "sha1": "c" * 39, "imphash": "not hex" * 4}
    assert joined_hashes(fields) == "MD5=" + "b" * 32 + ",SHA256=" + "A" * 64
    assert joined_hashes({"sha1": ""}) is None


# A real EVTX file, written here: Windows' own are no part of this repository.
# The format: https://github.com/libyal/libevtx/blob/main/documentation/

Element = tuple[Any, ...]  # name, attributes, then texts and elements


def xml_name(text: str, offset: int) -> bytes:
    """A name where it first stands: the offset of what follows in its chunk, then the name."""
    return struct.pack("<IIHH", offset + 4, 0, 0, len(text)) + text.encode("utf-16-le") + b"\0\0"


def xml_text(text: str) -> bytes:
    return struct.pack("<BBH", 5, 1, len(text)) + text.encode("utf-16-le")


def xml_element(offset: int, name: str, attributes: dict[str, str], *inside: Any) -> bytes:
    """An element as binary XML that begins at an offset of its chunk."""
    data = struct.pack("<BI", 0x41 if attributes else 0x01, 0)
    data += xml_name(name, offset + len(data))
    listed = b""
    for number, (key, value) in enumerate(attributes.items(), 1):
        token = b"\x46" if number < len(attributes) else b"\x06"
        at = offset + len(data) + 4 + len(listed) + 1
        listed += token + xml_name(key, at) + xml_text(value)
    data += (struct.pack("<I", len(listed)) + listed if attributes else b"") + b"\x02"
    for item in inside:
        at = offset + len(data)
        data += xml_text(item) if isinstance(item, str) else xml_element(at, *item)
    return data + b"\x04"


def evtx(*events: Element) -> bytes:
    """An EVTX file of one chunk."""
    chunk = bytearray(65536)
    start = end = 512
    for number, event in enumerate(events, 1):
        start = end
        xml = b"\x0f\x01\x01\0" + xml_element(start + 28, *event) + b"\0"
        size = 24 + len(xml) + 4
        head = struct.pack("<4sIQQ", b"**\0\0", size, number, 133245576001230000)
        end += size
        chunk[start:end] = head + xml + struct.pack("<I", size)
    count = len(events)
    layout = (b"ElfChnk\0", 1, count, 1, count, 128, start, end, zlib.crc32(chunk[512:end]))
    struct.pack_into("<8sQQQQIIII", chunk, 0, *layout)
    struct.pack_into("<I", chunk, 124, zlib.crc32(chunk[:120] + chunk[128:512]))
    header = bytearray(4096)
    layout = (b"ElfFile\0", 0, 0, count + 1, 128, 1, 3, 4096, 1)
    struct.pack_into("<8sQQQIHHHH", header, 0, *layout)
    struct.pack_into("<I", header, 124, zlib.crc32(header[:120]))
    return bytes(header + chunk)


def sysmon(query: str) -> Element:
    system = [
        ("Provider", {"Name": "Microsoft-Windows-Sysmon", "Guid": "{0}"}),
        ("EventID", {}, "22"),
        ("TimeCreated", {"SystemTime": "2023-03-29 10:00:00.123456Z"}),
        ("Channel", {}, SYSMON),
        ("Computer", {}, "WS-1"),
    ]
    data = [("Data", {"Name": "QueryName"}, query), ("Data", {"Name": "Image"}, r"C:\a.exe")]
    namespace = {"xmlns": "http://schemas.microsoft.com/win/2004/08/events/event"}
    return ("Event", namespace, ("System", {}, *system), ("EventData", {}, *data))


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
