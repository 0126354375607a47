"""CSV with a header: tools' exports of Windows events, and flat fields."""

from __future__ import annotations

from pathlib import Path

import pytest

from sigmapack.events.read import BadRecord, Event
from sigmapack.events.records import MAX_RECORD
from tests.reading.sample import SYSMON, read, source

MESSAGE = "Dns query:\r\nRuleName: -\r\nQueryName: a.example\r\nImage: C:\\a, b.exe"
EXPORTS = {
    "PowerShell": (
        '#TYPE System.Diagnostics.Eventing.Reader.EventLogRecord\r\n"Message","Id","LogName",'
        f'"MachineName","TimeCreated"\r\n"{MESSAGE}","22","{SYSMON}","WS-1","3/29/2023 10:00:00 AM"'
    ),
    "PowerShell in German": (
        '"Message";"Id";"LogName";"MachineName";"TimeCreated"\r\n'
        f'"{MESSAGE}";"22";"{SYSMON}";"WS-1";"29.03.2023 10:00:00"'
    ),
    "Event Viewer": (
        "Level,Date and Time,Source,Event ID,Task Category\r\nInformation,3/29/2023 10:00:00 AM,"
        f'Microsoft-Windows-Sysmon,22,Dns query (rule: DnsQuery),"{MESSAGE}"'
    ),
    "Splunk": (
        '"_time",host,source,EventCode,QueryName,Image\n"2023-03-29T10:00:00.000+0000","WS-1",'
        f'"XmlWinEventLog:{SYSMON}",22,"a.example","C:\\a, b.exe"'
    ),
    "Kibana": (
        '"@timestamp","winlog.event_id","winlog.channel","winlog.event_data.QueryName",'
        '"winlog.event_data.Image","winlog.event_data.User","host.name"\n"2023-03-29T10:00:00.000Z"'
        f',22,"{SYSMON}","a.example","C:\\a, b.exe","-","WS-1"'
    ),
    "Hayabusa": (
        '"Timestamp","RuleTitle","Computer","Channel","EventID","AllFieldInfo"\n"2023-03-29 '
        '10:00:00.000 +00:00","x","WS-1","Sysmon","22",'
        '"QueryName: a.example ¦ Image: C:\\a, b.exe"'
    ),
}


def table(tmp_path: Path, text: str, encoding: str = "utf-8") -> list[Event | BadRecord]:
    path = tmp_path / "x.csv"
    path.write_bytes(text.encode(encoding))
    return read(path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("tool", EXPORTS)
def test_an_export_of_windows_events_is_read(tmp_path: Path, tool: str, encoding: str) -> None:
    (event,) = table(tmp_path, EXPORTS[tool] + "\r\n", encoding)
    assert isinstance(event, Event), event
    assert source("windows", "dns_query") in event.logsource
    assert event.timestamp == "2023-03-29T10:00:00.000Z"
    assert (event.fields["QueryName"], event.fields["Image"]) == ("a.example", "C:\\a, b.exe")
    assert event.fields.get("User") is None


def test_flat_fields_with_columns_of_a_log_source(tmp_path: Path) -> None:
    text = "logsource.category,query,answer\ndns,a.example,\ndns,b.example,NXDOMAIN\n"
    first, second = table(tmp_path, text)
    assert isinstance(first, Event) and isinstance(second, Event)
    assert first.logsource == (source(None, "dns"),)
    assert "answer" not in first.fields and second.fields["answer"] == "NXDOMAIN"
    assert [first.record, second.record] == [2, 3]


HEAD = "EventID,Channel,Note\n"
GOOD = "22,Security,x\n"


@pytest.mark.parametrize(
    ("rows", "kinds"),
    [
        (f'{GOOD}22,"Security\n{GOOD}{GOOD}', ["Event", "BadRecord", "Event", "Event"]),
        (f"{GOOD}22,Security\n{GOOD}", ["Event", "BadRecord", "Event"]),
        (f'{GOOD}22,Security,"a\nb"\n\n{GOOD}', ["Event", "Event", "Event"]),
        (f"{GOOD}22,Security,{'x' * MAX_RECORD}\n{GOOD}", ["Event", "BadRecord", "Event"]),
        (f"{GOOD}22,Security,a\0b\n{GOOD}", ["Event", "Event", "Event"]),
    ],
    ids=["a quote not closed", "cut off", "over lines", "too long", "a NUL"],
)
def test_a_broken_row_costs_itself(tmp_path: Path, rows: str, kinds: list[str]) -> None:
    assert [type(item).__name__ for item in table(tmp_path, HEAD + rows)] == kinds


def test_a_table_of_something_else_is_no_log(tmp_path: Path) -> None:
    found = table(tmp_path, "name,price\na,1\n")
    assert [type(item).__name__ for item in found] == ["BadRecord", "BadRecord"]
