"""The portable Sigma files, run by an engine that shares no code with pySigma."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pytest
import yaml

from sigmapack.content.model import LogSource
from sigmapack.events.read import Event
from tests.engines import oracle
from tests.engines.corpus import cases, differences, queries, verdicts
from tests.engines.tools import record

pytestmark = pytest.mark.engines("tenzir")

RULES = "sigma", "sigma"
SOURCE = LogSource("windows", "process_creation", None)


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    """Rule -> its portable Sigma file, as shipped."""
    return {name: query.text for name, query in queries(*RULES).items()}


def verdict(selection: Mapping[str, Any], **fields: str | tuple[str, ...]) -> bool:
    """Whether the oracle finds the selection in one event of these fields."""
    document = {
        "title": "Sample",
        "id": "0d3b6f0e-5f6c-4f7a-8d3e-5a1d4b1f9c01",
        "logsource": {"product": "windows", "category": "process_creation"},
        "detection": {"selection": dict(selection), "condition": "selection"},
    }
    event = Event("sample", 1, (SOURCE,), None, None, fields)
    return bool(oracle.matches({"sample": yaml.safe_dump(document)}, [event])["sample"])


def test_every_rule_and_event_has_the_verdict_of_sqlite(texts: dict[str, str]) -> None:
    """The compiled SQL means what its Sigma rule says, on all events of the pack."""
    found = oracle.matches(texts, [case.event for case in cases()])
    assert found.keys() == verdicts().keys()
    assert differences(found, {case.number for case in cases()}) == []
    record(*RULES, oracle.ENGINE, dict.fromkeys(texts, "executed"))


@pytest.mark.parametrize(
    ("rule", "pattern", "wrong"),
    [
        ("dns_query_win_threecx_c2_domain", r"\bQueryName:", "QueryName|contains:"),
        ("dns_query_win_threecx_c2_domain", r"\bQueryName:", "QueryName|cased:"),
        ("proc_creation_win_threecx_fake_defender", r"\\System32", "System32"),
        ("net_dns_threecx_c2_domain_blocked", r"condition: .*", "condition: 1 of selection_*"),
    ],
)
def test_a_wrong_rule_shows(texts: dict[str, str], rule: str, pattern: str, wrong: str) -> None:
    """Lost domain logic, case sensitivity, a lost backslash and a lost `and` are differences."""
    text = re.sub(pattern, lambda _: wrong, texts[rule])
    assert text != texts[rule]
    found = oracle.matches({rule: text}, [case.event for case in cases()])
    assert differences(found, {case.number for case in cases()})


def test_a_rule_that_cannot_be_read_is_an_error() -> None:
    """The oracle does not pass over a rule in silence."""
    event = Event("sample", 1, (SOURCE,), None, None, {"Image": "a"})
    rule = "id: a\nlogsource: {category: process_creation}\ndetection: {selection: {Image: a}}\n"
    with pytest.raises(oracle.OracleFailed):
        oracle.matches({"broken": rule}, [event])


def test_a_rule_sees_events_of_its_log_source_only() -> None:
    """A part that the rule does not name may be anything, the others must be equal."""
    event = Event("sample", 1, (SOURCE, LogSource("windows", None, "sysmon")), None, None, {})
    assert oracle.fits(event, SOURCE)
    assert oracle.fits(event, LogSource(None, "process_creation", None))
    assert oracle.fits(event, LogSource("windows", None, "sysmon"))
    assert not oracle.fits(event, LogSource("linux", "process_creation", None))
    assert not oracle.fits(event, LogSource("windows", "process_creation", "sysmon"))


@pytest.mark.parametrize(
    ("value", "text", "matched"),
    [
        ("a*z", "A-any-Z", True),
        (r"a\*z", "a*z", True),
        (r"a\*z", "abz", False),
        (r"a\?z", "a?z", True),
        (r"a\?z", "abz", False),
        (r"c:\dir", "C:\\DIR", True),
        (r"\\host\*", "\\host\\a", False),
        (r"*\\a", "c:\\a", True),
        ("100%", "100%", True),
        ("100%", "100x", False),
        ("a_z", "abz", False),
        ("a.z", "abz", False),
        ("a", "a\n", False),
        ("a*z", "a\nz", True),
    ],
)
def test_wildcards_case_and_escapes_are_exact(value: str, text: str, matched: bool) -> None:
    """Why the oracle may judge."""
    assert verdict({"CommandLine": value}, CommandLine=text) is matched


def test_known_defects_of_the_oracle() -> None:
    """Minimal; each is gone round in `oracle.documents`, or not written by `mutations`."""
    number = {"Description": "22"}
    assert not verdict(number, Description="22")  # a quoted number is a number to it
    assert verdict({"EventID": "22"}, EventID="22")  # gone round by NUMBERS
    assert not verdict({"Description": "true"}, Description="TRUE")  # and a boolean a boolean
    assert verdict({"Signed": "true"}, Signed="TRUE")  # gone round by BOOLEANS
    assert verdict({"answers": "127.0.0.1"}, answers=("192.0.2.1", "127.0.0.1"))  # by documents()
    assert verdict({"Description": "ks"}, Description="\u212a\u017f")  # Unicode's case folding
