"""Rules on and off, levels, schedules, and the ceiling of the Traffic Light Protocol."""

from __future__ import annotations

from pathlib import Path

import pytest

from sigmapack.content.model import Content
from sigmapack.overlay.marking import ORDER, above
from sigmapack.targets.schedules import minutes
from tests.conftest import RULE, MakeContent
from tests.overlay.folder import SETTINGS, overlaid, shortened

TAGGED = RULE + "tags: [detection.threat-hunting, tlp.amber]\n"
OTHER = RULE.replace("7a01", "7a03").replace("name: sample", "name: other")
THIRD = RULE.replace("7a01", "7a05").replace("name: sample", "name: third")
CORRELATION = """\
title: Both
id: 6f1c7a3e-54a2-4f0e-9a38-0d5c1f2b7a04
name: both
correlation:
    type: {type}
    rules: [sample, 6f1c7a3e-54a2-4f0e-9a38-0d5c1f2b7a03]
    group-by: [Computer]
    timespan: 1h
{condition}level: critical
"""
COUNT = CORRELATION.format(type="event_count", condition="    condition: {gte: 2}\n")
BOTH = CORRELATION.format(type="temporal", condition="")
OVER = """\
title: Over
id: 6f1c7a3e-54a2-4f0e-9a38-0d5c1f2b7a06
name: over
correlation:
    type: temporal_ordered
    rules: [both, third]
    group-by: [Computer]
    timespan: 1h
level: critical
"""


def names(content: Content) -> list[str]:
    return [rule.name for rule in content.rules]


@pytest.mark.parametrize(
    "pattern", ["sample", "sam*", "6f1c7a3e-54a2-4f0e-9a38-0d5c1f2b7a01", "tag:detection.*"]
)
def test_a_rule_is_off_by_id_name_or_tag(
    make_content: MakeContent, tmp_path: Path, pattern: str
) -> None:
    settings = f'{SETTINGS}[rules]\noff = ["{pattern}"]\n'
    made = overlaid(make_content(a=TAGGED, b=OTHER), tmp_path / "acme", settings)
    assert names(made.content) == ["other"]
    assert made.off == {"sample": f"switched off by {pattern!r}"}


def test_what_is_on_stays_though_it_is_off_by_a_tag(
    make_content: MakeContent, tmp_path: Path
) -> None:
    settings = SETTINGS + '[rules]\noff = ["*"]\non = ["other"]\n'
    made = overlaid(make_content(a=TAGGED, b=OTHER), tmp_path / "acme", settings)
    assert names(made.content) == ["other"]


def test_a_count_goes_on_with_the_rules_that_are_left(
    make_content: MakeContent, tmp_path: Path
) -> None:
    settings = SETTINGS + '[rules]\noff = ["sample"]\n'
    made = overlaid(make_content(a=RULE, b=OTHER, c=COUNT), tmp_path / "acme", settings)
    assert names(made.content) == ["other", "both"]
    correlation = made.content.by_name["both"].document["correlation"]
    assert correlation["rules"] == ["6f1c7a3e-54a2-4f0e-9a38-0d5c1f2b7a03"]


def test_a_correlation_that_needs_it_is_off_too_and_says_why(
    make_content: MakeContent, tmp_path: Path
) -> None:
    settings = SETTINGS + '[rules]\noff = ["sample"]\n'
    content = make_content(a=RULE, b=OTHER, c=THIRD, d=BOTH, e=OVER)
    made = overlaid(content, tmp_path / "acme", settings)
    assert names(made.content) == ["other", "third"]
    assert made.off["both"] == "needs sample, which is off"
    assert made.off["over"] == "needs both, which is off"


@pytest.mark.parametrize("key", ["off", "on"])
def test_a_pattern_for_no_rule_is_a_problem(
    make_content: MakeContent, tmp_path: Path, key: str
) -> None:
    settings = f'{SETTINGS}[rules]\n{key} = ["nowhere"]\n'
    made = overlaid(make_content(a=RULE), tmp_path / "acme", settings)
    assert list(map(shortened, made.problems)) == [
        "client.toml:4: client: 'nowhere' means no rule: an id, a name (* allowed), or tag:NAME"
    ]


def test_levels_are_those_of_the_client(make_content: MakeContent, tmp_path: Path) -> None:
    settings = SETTINGS + '[levels]\nhigh = "medium"\nother = "low"\n'
    made = overlaid(make_content(a=RULE, b=OTHER), tmp_path / "acme", settings)
    assert {rule.name: rule.level for rule in made.content.rules} == {
        "sample": "medium",
        "other": "low",
    }
    assert made.levels == {"sample": "high", "other": "high"}


def test_a_level_for_no_rule_is_a_problem(make_content: MakeContent, tmp_path: Path) -> None:
    settings = SETTINGS + '[levels]\nnowhere = "low"\n'
    made = overlaid(make_content(a=RULE), tmp_path / "acme", settings)
    (text,) = map(shortened, made.problems)
    assert text.startswith("client.toml:4: client: 'nowhere' is no level, and means no rule")


def test_a_schedule_follows_the_level_that_the_client_gives(
    make_content: MakeContent, tmp_path: Path
) -> None:
    settings = SETTINGS + '[levels]\nhigh = "medium"\n[schedules]\nmedium = 30\nhigh = 5\n'
    made = overlaid(make_content(a=RULE), tmp_path / "acme", settings)
    every, back = minutes(made.content.by_name["sample"])
    assert (every, back) == (30, 40)


def test_a_rule_above_the_ceiling_is_off(make_content: MakeContent, tmp_path: Path) -> None:
    content = make_content(a=TAGGED, b=OTHER)
    made = overlaid(content, tmp_path / "green", SETTINGS + 'tlp = "green"\n')
    assert made.off == {"sample": "marked TLP:AMBER, above TLP:GREEN"}
    made = overlaid(content, tmp_path / "amber", SETTINGS + 'tlp = "amber"\n')
    assert made.off == {}


@pytest.mark.parametrize("ceiling", ORDER)
def test_marks_are_in_the_order_of_the_protocol(ceiling: str) -> None:
    below = ORDER[: ORDER.index(ceiling) + 1]
    assert [mark for mark in ORDER if not above(f"TLP:{mark.upper()}", ceiling)] == list(below)
    assert not above("", ceiling) and not above("white", ceiling)
    assert above("secret", ceiling)
