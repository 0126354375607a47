"""rsigma finds with the portable Sigma files, as they ship, what SQLite finds in single events."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from sigmapack.content.model import LogSource
from sigmapack.events.read import Event
from tests.engines.agreement import disagreements, numbered
from tests.engines.corpus import cases, content, differences, queries, verdicts
from tests.engines.rsigma.engine import ENGINE, EngineFailed, Typed, as_json, as_text, fired, write
from tests.engines.tools import record

pytestmark = pytest.mark.engines("rsigma")

RULES = "sigma", "sigma"
NAMES = {rule.id: rule.name for rule in content().rules}
SHOWN = {case.number for case in cases()}
SINGLE = {name: query for name, query in queries(*RULES).items()}


def found(texts: Mapping[str, str], place: Path, typed: Typed = as_text) -> dict[str, set[int]]:
    """Rule -> numbers of the cases that it finds, by files of these texts."""
    folders = write({SINGLE[name].path: text for name, text in texts.items()}, place)
    matched = fired(folders, [case.event for case in cases()], typed)
    return {name: matched.get(rule, set()) for rule, name in NAMES.items() if name in texts}


@pytest.mark.parametrize("typed", [as_text, as_json])
def test_every_rule_and_event_has_the_verdict_of_sqlite(tmp_path: Path, typed: Typed) -> None:
    """Whether a log writes `"EventID": 3008` or `"EventID": "3008"`."""
    rules = found({name: query.text for name, query in SINGLE.items()}, tmp_path, typed)
    assert rules.keys() == verdicts().keys()
    assert differences(rules, SHOWN) == []
    record(*RULES, ENGINE, dict.fromkeys(rules, "executed"))


@pytest.mark.parametrize(
    ("rule", "pattern", "wrong"),
    [
        ("dns_query_win_threecx_c2_domain", r"\bQueryName:", "QueryName|contains:"),
        ("dns_query_win_threecx_c2_domain", r"\bQueryName:", "QueryName|cased:"),
        ("dns_query_win_threecx_c2_domain", "category: dns_query", "category: dns"),
        ("proc_creation_win_threecx_fake_defender", r"\\System32", "System32"),
        ("net_dns_threecx_c2_domain_blocked", r"condition: .*", "condition: 1 of selection_*"),
        ("win_dns_client_threecx_c2_domain", r"\b3008\b", "3009"),
    ],
)
def test_a_wrong_rule_shows(tmp_path: Path, rule: str, pattern: str, wrong: str) -> None:
    """Lost domain logic, case, a log source, a backslash, an `and` and a number."""
    text = re.sub(pattern, lambda _: wrong, SINGLE[rule].text)
    assert text != SINGLE[rule].text
    assert differences(found({rule: text}, tmp_path), SHOWN)


@pytest.mark.parametrize(
    ("value", "field", "matched"),
    [
        ("3008", "3008", True),
        ("3008", 3008, True),
        ("'3008'", "3008", True),
        ("'3008'", 3008, True),
        ("3008", 30081, False),
        ("'true'", True, True),
        ("'true'", "true", True),
        ("'true'", False, False),
    ],
)
def test_numbers_and_booleans_may_be_text(
    tmp_path: Path, value: str, field: object, matched: bool
) -> None:
    rule = (
        "title: Sample\nid: 0d3b6f0e-5f6c-4f7a-8d3e-5a1d4b1f9c01\n"
        "logsource: {product: windows}\n"
        f"detection: {{selection: {{Value: {value}}}, condition: selection}}\n"
    )
    folders = write({"sigma/rules/sample.yml": rule}, tmp_path)
    event = Event("sample", 1, (LogSource("windows", None, None),), None, None, {"Value": "x"})
    assert bool(fired(folders, [event], lambda _: field)) is matched


def test_a_file_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    """It does not pass over a rule in silence."""
    folders = write({"sigma/rules/broken.yml": "title: Broken\nlogsource: {}\n"}, tmp_path)
    with pytest.raises(EngineFailed, match="detection"):
        fired(folders, [])


def test_it_agrees_on_changed_events(tmp_path: Path) -> None:
    def ask(events: Mapping[str, Sequence[Event]]) -> dict[str, list[bool | None]]:
        folders = write({SINGLE[name].path: SINGLE[name].text for name in events}, tmp_path)
        places = numbered(events)
        matched = fired(folders, [event for *_, event in places])
        own: dict[str, list[bool | None]] = {rule: [] for rule in events}
        for number, (rule, _, _) in enumerate(places):
            own[rule].append(number in matched.get(content().by_name[rule].id, ()))
        return own

    assert disagreements(ask, list(SINGLE)) == []
