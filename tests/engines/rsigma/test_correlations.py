"""rsigma runs the correlations of portable Sigma, findings and bases among them, on stories."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import yaml

from sigmapack.content.correlation import read_correlation
from sigmapack.content.model import Rule
from sigmapack.events.read import Event
from tests.engines import corpus
from tests.engines.rsigma.engine import ENGINE, fired, write
from tests.engines.rsigma.timeline import Story, line, verdicts
from tests.engines.tools import record

pytestmark = pytest.mark.engines("rsigma")

PACK = corpus.pack()
NAMES = {rule.id: rule.name for rule in PACK.rules}
CORRELATIONS = [rule for rule in PACK.rules if rule.is_correlation]
FINDINGS = [rule for rule in CORRELATIONS if rule.is_finding]
TOLD = [rule for rule in CORRELATIONS if not rule.is_base]

SEVERAL = "correlation_threecx_c2_domain_several_hosts"

Fired = Mapping[str, set[int]]


def shipped() -> dict[str, str]:
    """The portable Sigma files: path -> text."""
    return {query.path: query.text for query in corpus.compiled("sigma")}


def told(
    texts: Mapping[str, str], suppress: int | None = None, events: tuple[Event, ...] = line()[1]
) -> Fired:
    """Rule -> positions on the line at which it fires."""
    with TemporaryDirectory(prefix="rsigma-") as place:
        found = fired(write(texts, Path(place)), events, suppress=suppress)
    return {NAMES[rule]: positions for rule, positions in found.items()}


@cache
def by_rsigma(suppress: int | None = None) -> Fired:
    """What the files as shipped find."""
    return told(shipped(), suppress)


def silence(rule: Rule) -> int | None:
    """For how long what a correlation counts has to be silent: where findings are counted."""
    return read_correlation(rule).period or None


def name(story: Story) -> str:
    return f"{story.rule}.{story.kind}"


def different(rule: Rule, found: Fired) -> list[str]:
    """The stories of which rsigma says otherwise than SQLite, or at other events.

    SQLite names the events on which a match rests. rsigma fires at such an event, as soon as what
    it rests on is complete: at the last of them for certain.
    """
    lines = []
    for story in line()[0]:
        right = verdicts().get(rule.name, frozenset()).intersection(story.positions)
        own = found.get(rule.name, set()).intersection(story.positions)
        if bool(right) != bool(own):
            lines.append(f"{name(story)}: {'missed' if right else 'fired and should not'}")
        elif not own <= right:
            lines.append(f"{name(story)}: fired at other events")
    return lines


@pytest.mark.parametrize("rule", TOLD, ids=lambda rule: rule.name)
def test_a_correlation_fires_on_its_matches_and_not_on_its_near_misses(rule: Rule) -> None:
    own = {story.kind: story for story in line()[0] if story.rule == rule.name}
    positions = by_rsigma(silence(rule)).get(rule.name, set())
    assert positions.intersection(own["match"].positions)
    assert not positions.intersection(own["miss"].positions)


@pytest.mark.parametrize("rule", TOLD, ids=lambda rule: rule.name)
def test_in_every_story_a_correlation_has_the_verdict_of_sqlite(rule: Rule) -> None:
    assert different(rule, by_rsigma(silence(rule))) == []


@pytest.mark.parametrize("rule", FINDINGS, ids=lambda rule: rule.name)
def test_a_finding_fires_whenever_one_of_its_rules_does(rule: Rule) -> None:
    """One event of any is enough; so it is for a base, which SQLite has not."""
    found = by_rsigma()
    named = [PACK.by_name[name].name for name in rule.document["correlation"]["rules"]]
    assert found[rule.name] == set().union(*(found.get(name, set()) for name in named))


def test_the_correlations_are_noted() -> None:
    by_rsigma()
    record("sigma", "sigma", ENGINE, {rule.name: "executed" for rule in CORRELATIONS})


def changed(rule: Rule, change: Mapping[str, Any]) -> dict[str, str]:
    """The files as shipped, but for some attributes of one correlation; None takes one out."""
    texts = shipped()
    (path,) = [path for path in texts if Path(path).stem == rule.name]
    document = yaml.safe_load(texts[path])
    merged = {**document["correlation"], **change}
    document["correlation"] = {key: value for key, value in merged.items() if value is not None}
    return {**texts, path: yaml.safe_dump(document)}


@pytest.mark.parametrize(
    ("rule", "change"),
    [
        ("two_kinds_of_evidence", {"condition": {"gte": 1}}),
        ("two_kinds_of_evidence", {"condition": None}),
        ("two_kinds_of_evidence", {"timespan": "24m"}),
        ("verdict_then_exclusion", {"type": "temporal"}),
        ("macos_chain", {"group-by": ["Image"]}),
        ("indicator_sweep_client", {"aliases": {"client": {"net_dns_threecx_c2_domain": "query"}}}),
        ("beacon_host", {"condition": {"gte": 4}}),
    ],
)
def test_a_wrong_correlation_shows(rule: str, change: Mapping[str, Any]) -> None:
    """Any for all, no condition, another span, no order, another group, alias or count."""
    wanted = PACK.by_name[f"correlation_threecx_{rule}"]
    assert different(wanted, told(changed(wanted, change), silence(wanted)))


def test_counted_findings_have_to_be_silent() -> None:
    """Why `suppress` is set: else, each event of one visit counts as a finding of its own."""
    counting = [rule for rule in TOLD if silence(rule)]
    assert len(counting) == 4
    assert all(different(rule, by_rsigma()) for rule in counting)


def test_one_host_is_one_group() -> None:
    """Why host names are given in small letters: values are counted letter for letter."""
    (story,) = [each for each in line()[0] if name(each) == f"{SEVERAL}.miss"]
    hosts = {line()[1][position].host or "" for position in story.positions}
    assert len({host.lower() for host in hosts}) < len(hosts)
