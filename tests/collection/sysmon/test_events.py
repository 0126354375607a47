"""No configuration is narrower than the rules, nor wide open where that hurts."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path

import pytest

from sigmapack.collection.sysmon.schema import LINUX, WINDOWS
from sigmapack.content.model import LogSource
from sigmapack.events.read import Event, read_events
from sigmapack.events.windows import SYSMON, channel_map
from tests.collection.shipped import configuration, content
from tests.collection.sysmon.evaluator import Fields, logged
from tests.collection.sysmon.manifest import WINDOWS as TAGS
from tests.conftest import ROOT

EVENTS = ROOT / "tests" / "events"
#: Sigma category of Linux -> Sysmon's event: the events there are of several sensors.
LINUX_IDS = {"process_creation": 1, "network_connection": 3, "file_event": 11}
#: A benign event a kind, of those that there are most of.
NOISE: list[tuple[int, Fields]] = [
    (1, {"Image": r"C:\Windows\System32\svchost.exe", "Hashes": "MD5=0", "CommandLine": "-k"}),
    (3, {"Image": r"C:\x\chrome.exe", "DestinationHostname": "example.org", "Initiated": "true"}),
    (5, {"Image": r"C:\x\chrome.exe"}),
    (7, {"Image": r"C:\x\chrome.exe", "ImageLoaded": r"C:\Windows\System32\ntdll.dll"}),
    (7, {"Image": r"C:\x\3CXDesktopApp.exe", "ImageLoaded": r"C:\Windows\System32\ntdll.dll"}),
    (11, {"Image": r"C:\x\chrome.exe", "TargetFilename": r"C:\Users\a\User Data\Default\History"}),
    (13, {"TargetObject": r"HKLM\System\CurrentControlSet\Services\x\Start", "Details": "2"}),
    (17, {"PipeName": r"\mojo.1", "Image": r"C:\x\chrome.exe"}),
    (22, {"QueryName": "www.example.org", "Image": r"C:\x\chrome.exe"}),
    (26, {"TargetFilename": r"C:\Temp\a.tmp", "Image": r"C:\x\chrome.exe"}),
    (29, {"TargetFilename": r"C:\Temp\a.exe", "Hashes": "MD5=0"}),
]


def read(pattern: str) -> Iterator[tuple[Path, Event]]:
    channels = channel_map(content().sources)
    for path in sorted(EVENTS.glob(pattern)):
        for event in read_events(path, channels):
            assert isinstance(event, Event), event
            yield path, event


def texts(event: Event) -> dict[str, str]:
    """The fields of an event as Sysmon's filters see them."""
    return {name: value for name, value in event.fields.items() if isinstance(value, str)}


def sysmon_events() -> list[tuple[str, int, Fields]]:
    found: list[tuple[str, int, Fields]] = []
    for path, event in read("windows/**/*.match.jsonl"):
        fields = texts(event)
        channel = fields.get("Channel", "").lower()
        if channel in (SYSMON, "sysmon") and int(fields["EventID"]) in WINDOWS.events:
            number = int(fields["EventID"])
            found.append((path.stem, WINDOWS.events[number].instead or number, fields))
    return found


def test_every_event_of_sysmon_that_a_rule_matches_is_logged() -> None:
    events = sysmon_events()
    assert len(events) > 100
    root = configuration("windows")
    lost = [(stem, fields) for stem, number, fields in events if not logged(root, number, fields)]
    assert lost == []


def test_without_any_one_group_an_event_is_lost() -> None:
    events = sysmon_events()
    (filtering,) = configuration("windows").iterfind("EventFiltering")
    for group in [group for group in filtering if group[0].tag != "ProcessTerminate"]:
        root = copy.deepcopy(configuration("windows"))
        (left,) = root.iterfind("EventFiltering")
        for found in list(left):
            if found[0].tag == group[0].tag:
                for child in list(found[0]):
                    found[0].remove(child)
        assert not all(logged(root, number, fields) for _, number, fields in events), group[0].tag


def test_there_are_events_of_every_id_that_a_rule_is_about() -> None:
    wanted = {
        WINDOWS.events[number].tag
        for rule in content().detections
        for source, ids in content().sources.events(rule.logsource) or ()
        for number in ids
        if source == WINDOWS.source and number in WINDOWS.events
    }
    assert {TAGS[number][0] for _, number, _ in sysmon_events()} == wanted


def test_every_event_of_linux_that_a_rule_matches_is_logged() -> None:
    root = configuration("linux")
    seen = set()
    for path, event in read("linux/**/*.match.jsonl"):
        if path.name.startswith("file_event_lnx_threecx_malicious_hash"):
            continue  # sensors hash files that are written, Sysmon for Linux does not
        number = LINUX_IDS[path.parent.name]
        assert number in LINUX.events
        assert LogSource("linux", path.parent.name, None) in event.logsource, path
        assert logged(root, number, texts(event)), (path, event.fields)
        seen.add(number)
    assert seen == set(LINUX_IDS.values())


@pytest.mark.parametrize(("number", "fields"), NOISE)
def test_what_there_is_most_of_is_not_logged(number: int, fields: Fields) -> None:
    assert not logged(configuration("windows"), number, fields)


def test_no_event_is_wide_open() -> None:
    for product in ("windows", "linux"):
        groups = configuration(product).iterfind("EventFiltering/RuleGroup/*")
        assert [found.tag for found in groups if found.attrib["onmatch"] != "include"] == []


def test_libraries_are_named_or_known_by_their_hash() -> None:
    (found,) = configuration("windows").iterfind("EventFiltering/RuleGroup/ImageLoad")
    for child in found:
        fields = {element.tag for element in child.iter()}
        assert fields & {"ImageLoaded", "Hashes"}, fields
