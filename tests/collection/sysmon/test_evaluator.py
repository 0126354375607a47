"""The evaluator says what Sysmon's page says of its filters."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from tests.collection.sysmon.evaluator import CONDITIONS, OPPOSITES, logged
from tests.collection.sysmon.manifest import CONDITIONS as NAMES

#: The example of https://learn.microsoft.com/sysinternals/downloads/sysmon, "Event filtering
#: entries", with one set that includes and one that excludes.
PORTS = """
<RuleGroup groupRelation="or">
  <NetworkConnect onmatch="include"><DestinationPort>443</DestinationPort></NetworkConnect>
  <NetworkConnect onmatch="exclude"><Image condition="end with">a.exe</Image></NetworkConnect>
</RuleGroup>
"""
TIMEOUT = """
<RuleGroup groupRelation="and">
  <ProcessCreate onmatch="include">
    <Image condition="contains">timeout.exe</Image>
    <CommandLine condition="contains">100</CommandLine>
  </ProcessCreate>
</RuleGroup>
"""


def parsed(filters: str) -> ElementTree.Element:
    text = f'<Sysmon schemaversion="4.90"><EventFiltering>{filters}</EventFiltering></Sysmon>'
    return ElementTree.fromstring(text)


def test_it_knows_every_condition_of_the_schema() -> None:
    assert {*CONDITIONS, *OPPOSITES} == NAMES


def test_what_is_excluded_wins_and_the_rest_is_left_out_where_there_are_both() -> None:
    found = parsed(PORTS)
    assert logged(found, 3, {"DestinationPort": "443", "Image": "C:\\b.exe"})
    assert not logged(found, 3, {"DestinationPort": "443", "Image": "C:\\A.EXE"})
    assert not logged(found, 3, {"DestinationPort": "80", "Image": "C:\\b.exe"})


def test_fields_of_a_group_are_all_asked_for() -> None:
    found = parsed(TIMEOUT)
    assert logged(found, 1, {"Image": "C:\\Timeout.exe", "CommandLine": "timeout 100"})
    assert not logged(found, 1, {"Image": "C:\\timeout.exe", "CommandLine": "timeout 5"})


@pytest.mark.parametrize(
    ("filters", "number", "expected"),
    [
        ("", 1, True),
        ("", 5, True),
        ("", 7, False),
        ('<ImageLoad onmatch="include"/>', 7, False),
        ('<ImageLoad onmatch="exclude"/>', 7, True),
        ('<ProcessTerminate onmatch="include"/>', 5, False),
    ],
)
def test_without_filters_the_default_counts(filters: str, number: int, expected: bool) -> None:
    assert logged(parsed(filters), number, {"Image": "x"}) is expected


@pytest.mark.parametrize(
    ("condition", "text", "value", "expected"),
    [
        ("is", "a", "A", True),
        ("is any", "a;b", "B", True),
        ("is any", "a;b", "a;b", False),
        ("contains any", "x;b", "abc", True),
        ("contains all", "a;x", "abc", False),
        ("begin with", "AB", "abc", True),
        ("end with", "BC", "abc", True),
        ("image", "lsass.exe", r"C:\Windows\System32\lsass.exe", True),
        ("image", r"C:\lsass.exe", r"C:\Windows\lsass.exe", False),
        ("excludes", "b", "abc", False),
        ("not end with", "x", "abc", True),
    ],
)
def test_conditions_compare_without_case(
    condition: str, text: str, value: str, expected: bool
) -> None:
    filters = f'<Image condition="{condition}">{text}</Image>'
    found = parsed(
        f'<RuleGroup groupRelation="or"><ProcessCreate onmatch="include">{filters}</ProcessCreate>'
        "</RuleGroup>"
    )
    assert logged(found, 1, {"Image": value}) is expected
    assert not logged(found, 1, {"CommandLine": value})
