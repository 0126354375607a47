"""Normal activity of a day raises next to nothing, and harmless touches what is written here.

What is asked: nothing of level high or critical, and at most one alert of level medium for each
10,000 events.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from sigmapack.content.correlation import read_correlation
from sigmapack.replay import Match, Report, replay
from tests.engines.corpus import pack
from tests.replay.benign import DAY, events
from tests.replay.benign.site import Event
from tests.replay.benign.touches import click, gateway, scanner

SEED = 20230508
STRONG = ("critical", "high")
EVENTS_A_MEDIUM = 10_000
TOUCHES = {"scanner": scanner, "gateway": gateway, "click": click}

#: What alerts when each touch is the only one, and when all are of one day.
RAISED = {
    "scanner": {
        "correlation_threecx_finding_c2_domain_client": 1,
        "correlation_threecx_finding_c2_domain_host": 1,
    },
    "gateway": {"correlation_threecx_finding_c2_domain_client": 1},
    "click": {
        "correlation_threecx_finding_c2_domain_client": 1,
        "correlation_threecx_finding_c2_domain_host": 1,
    },
    "scanner gateway click": {
        "correlation_threecx_finding_c2_domain_client": 3,
        "correlation_threecx_finding_c2_domain_host": 2,
    },
}


@dataclass(frozen=True)
class Day:
    """A day with touches, replayed at once: what rests on a touch, and what does not."""

    report: Report
    touching: frozenset[str]

    def touched(self, match: Match) -> bool:
        files = [file for file, _ in match.records] or [match.file]
        return not self.touching.isdisjoint(files)

    @property
    def background(self) -> list[Match]:
        return [match for match in self.report.matches if not self.touched(match)]

    @property
    def touches(self) -> list[Match]:
        return [match for match in self.report.matches if self.touched(match)]


def write(path: Path, records: Iterable[Event]) -> Path:
    with path.open("w", encoding="utf-8") as out:
        out.writelines(json.dumps(record) + "\n" for record in records)
    return path


@pytest.fixture(scope="module")
def touching(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """Kind of touch -> the file of its events."""
    folder = tmp_path_factory.mktemp("touches")
    domains = pack().lookups["ioc_domains"].values()
    return {
        name: write(folder / f"{name}.jsonl", make(SEED, domains)) for name, make in TOUCHES.items()
    }


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory, touching: Mapping[str, Path]) -> Day:
    path = write(tmp_path_factory.mktemp("day") / "day.jsonl", events(SEED))
    report = replay(pack(), [path, *touching.values()], findings=True)
    return Day(report, frozenset(map(str, touching.values())))


def alerts(matches: Iterable[Match]) -> Iterator[Match]:
    """Those that packages alert on: findings and correlations, and rules that no finding tells."""
    findings = [rule for rule in pack().rules if rule.is_finding and not rule.is_base]
    told = {name for rule in findings for name in read_correlation(rule).members}
    return (m for m in matches if m.rule.alerts and m.rule.name not in told)


def strong(matches: Iterable[Match]) -> set[str]:
    return {match.rule.name for match in matches if match.rule.level in STRONG}


def mediums(matches: Iterable[Match]) -> int:
    return sum(match.rule.level == "medium" for match in matches)


def test_every_event_of_the_day_is_read(day: Day) -> None:
    assert day.report.bad == []
    assert day.report.refused == []
    assert day.report.events > DAY == len(list(events(SEED)))


def test_a_day_is_made_anew_in_the_same_way() -> None:
    assert list(events(SEED, 2_000)) == list(events(SEED, 2_000))
    assert list(events(SEED, 2_000)) != list(events(SEED + 1, 2_000))


def test_the_day_without_touches_raises_nothing_high(day: Day) -> None:
    assert strong(day.background) == set()


def test_the_day_without_touches_raises_few_of_medium(day: Day) -> None:
    assert mediums(alerts(day.background)) <= DAY // EVENTS_A_MEDIUM
    rules = [m for m in day.background if m.rule.alerts and not m.rule.is_correlation]
    assert mediums(rules) <= DAY // EVENTS_A_MEDIUM


@pytest.mark.parametrize(
    "name",
    [
        "proc_creation_win_threecx_fixed_build",
        "proc_creation_win_threecx_affected_removal",
        "win_application_threecx_affected_removal",
        "file_event_win_threecx_txr_log_any",
    ],
)
def test_rules_that_only_inform_see_the_day(day: Day, name: str) -> None:
    assert name in {match.rule.name for match in day.background}


def test_touches_raise_nothing_high(day: Day) -> None:
    assert strong(day.touches) == set()


def test_the_day_with_touches_raises_few_of_medium(day: Day) -> None:
    assert mediums(alerts(day.report.matches)) <= DAY // EVENTS_A_MEDIUM


@pytest.mark.parametrize("names", RAISED)
def test_touches_raise_what_is_written_here(touching: Mapping[str, Path], names: str) -> None:
    report = replay(pack(), [touching[name] for name in names.split()], findings=True)
    assert report.bad == []
    assert Counter(match.rule.name for match in alerts(report.matches)) == RAISED[names]
