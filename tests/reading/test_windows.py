"""Windows: channels, log sources, and the names that Sigma has for fields."""

from __future__ import annotations

from pathlib import Path

import pytest

from sigmapack.content.load import read_sources
from sigmapack.content.model import LogSource
from sigmapack.events.windows import channel_map
from tests.reading.sample import FLAT, SYSMON, dumped, one, source


def test_a_flat_sysmon_event_has_its_category_and_service(tmp_path: Path) -> None:
    event = one(tmp_path, FLAT)
    assert event.logsource == (
        source("windows", "dns_query"),
        source("windows", None, "sysmon"),
    )
    assert (event.timestamp, event.host) == ("2023-03-29T10:00:00.123Z", "WS-1")
    assert event.fields["QueryName"] == "a.example"


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


def test_the_installers_message_stands_for_its_data(tmp_path: Path) -> None:
    """An event with the message only was missed."""
    text = "Product Name: 3CX Desktop App. Product Version: 18.12.416. Product Language: 1033."
    record = {"LogName": "Application", "Id": 1033, "ProviderName": "MsiInstaller", "Message": text}
    assert one(tmp_path, record).fields["Data"] == text
    assert "Data" not in one(tmp_path, {**record, "ProviderName": "Other"}).fields
    assert one(tmp_path, {**record, "Data": "App"}).fields["Data"] == "App"


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


def test_channels_lead_to_categories_and_services() -> None:
    channels = channel_map(read_sources())
    sysmon = "microsoft-windows-sysmon/operational"
    assert channels[sysmon, 22] == (LogSource("windows", "dns_query", None),)
    assert LogSource("windows", "process_creation", None) in channels["security", 4688]
    assert channels[sysmon, None] == (LogSource("windows", None, "sysmon"),)


def test_elements_of_user_data_are_fields_in_every_form(tmp_path: Path) -> None:
    """A flat record with the inner element's name before its fields was not read."""
    channel = "Microsoft-Windows-AppLocker/EXE and DLL"
    data = {"FilePath": "%OSDRIVE%\\A.EXE", "Fqbn": "-"}
    dump = dumped(channel, 8002, {})
    dump["Event"].pop("EventData")
    dump["Event"]["UserData"] = {"RuleAndFileData": {"#attributes": {"xmlns": "x"}, **data}}
    chainsaw = dumped(channel, 8002, {})
    attributes = {"RuleAndFileData_attributes": {"xmlns": "x"}}
    chainsaw["Event"]["UserData"] = {**attributes, "RuleAndFileData": data}
    head = {"Channel": channel, "EventID": 8002}
    forms = [
        dump,
        chainsaw,
        {**head, "UserData": {"RuleAndFileData": data}},
        {**head, "UserData": data},
        {**head, "UserData.RuleAndFileData.FilePath": data["FilePath"], "Fqbn": "-"},
        {**head, **data},
        {"winlog": {"channel": channel, "event_id": "8002", "user_data": data}},
    ]
    for form in forms:
        event = one(tmp_path, form)
        assert event.logsource == (source("windows", None, "applocker"),), form
        assert data.items() <= event.fields.items(), form
