"""Documents of Winlogbeat and Elastic Agent."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.reading.sample import SYSMON, one, source


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


def test_hashes_of_a_stream_are_put_back_under_their_own_name(tmp_path: Path) -> None:
    """Sysmon's event 15 says `Hash`, and the pipeline moves that below `file`, too."""
    record = {
        "event": {"code": "15"},
        "file": {"path": r"C:\a.msi:Zone.Identifier", "hash": {"sha256": "ab" * 32}},
        "winlog": {"channel": SYSMON, "event_data": {"Contents": "[ZoneTransfer]  ZoneId=3"}},
    }
    fields = one(tmp_path, record).fields
    assert fields["Hash"] == "SHA256=" + "ab" * 32
    assert fields["TargetFilename"] == r"C:\a.msi:Zone.Identifier"
    assert "Hashes" not in fields


def test_the_parts_of_system_are_fields(tmp_path: Path) -> None:
    record = {
        "@timestamp": "2023-03-29T10:00:00.123Z",
        "log": {"level": "error"},
        "winlog": {
            "channel": "System",
            "event_id": "7045",
            "process": {"pid": 700, "thread": {"id": 800}},
            "user": {"identifier": "S-1-5-18"},
            "provider_guid": "{1}",
            "version": 0,
            "keywords": ["Classic", "Audit"],
            "event_data": {"ProcessId": "4"},
        },
    }
    fields = one(tmp_path, record).fields
    wanted = {
        "Level": "2",
        "Execution_ProcessID": "700",
        "ThreadID": "800",
        "Security_UserID": "S-1-5-18",
        "Provider_Guid": "{1}",
        "Version": "0",
        "Keywords": ("Classic", "Audit"),
    }
    assert wanted.items() <= fields.items()
    assert [fields[name] for name in fields if name.lower() == "processid"] == ["700", "4"]
