"""Correlations in one pass find what the shipped queries find, and take no longer for more hits."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sigmapack.content.load import load
from sigmapack.replay import run
from sigmapack.replay.planning import plan
from sigmapack.replay.sweep import Hit, Member, Sweep, runs
from tests.conftest import ROOT, RULE, MakeContent
from tests.examples import tried
from tests.replay.test_matches import OTHER, query, shell
from tests.replay.test_scan import compared

THIRD = OTHER.replace("0d5c1f2b7a03", "0d5c1f2b7a04").replace("other", "third")
THIRD = THIRD.replace("cmd.exe", "whoami.exe")
HEAD = "title: Both\nid: 6f1c7a3e-54a2-4f0e-9a38-0d5c1f2b7a02\nname: both\nlevel: high\n"

times = st.integers(0, 40).map(lambda n: f"2023-03-29 10:{n:02}:00.{n % 3}00")
hosts = st.sampled_from(["WS-1", "ws-1", "WS-2", ""])
users = st.sampled_from(["ann", "ANN", "bob", "é", "É", ["ann", "bob"]])
queries = st.builds(
    query, times, st.sampled_from(["bad.example.com", "worse.example.net"]), host=hosts, User=users
)
shells = st.builds(shell, times, host=hosts, User=users)
others = shells.map(lambda e: {**e, "Image": "C:\\Windows\\System32\\whoami.exe"})
events = st.lists(st.one_of(queries, shells, others), min_size=1, max_size=25)

counts = st.builds(
    lambda kind, op, number: {
        "type": kind,
        "condition": {op: number, **({"field": "User"} if kind == "value_count" else {})},
    },
    st.sampled_from(["event_count", "value_count"]),
    st.sampled_from(["gte", "gt", "lt", "lte", "eq"]),
    st.integers(1, 4),
)
steps = st.builds(
    lambda kind, condition: {"type": kind, **({"condition": condition} if condition else {})},
    st.sampled_from(["temporal", "temporal_ordered"]),
    st.sampled_from([None, "sample and (other or third)", "(third or sample) and other"]),
)
groups = st.sampled_from([[], ["Computer"], ["User"], ["Computer", "User"], ["who"]])
spans = st.sampled_from(["1s", "5m", "10m", "1d"])


def correlation(body: dict[str, Any], group: list[str], span: str) -> str:
    own: dict[str, Any] = {**body, "timespan": span}
    if not isinstance(body.get("condition"), str):
        own["rules"] = ["sample", "other", "third"]
    if group:
        own["group-by"] = group
    if group == ["who"]:
        mapped = {"sample": "Computer", "other": "User", "third": "Computer"}
        own["aliases"] = {"who": mapped}
    return f"{HEAD}correlation: {json.dumps(own)}\n"


@tried(60, 4)
@given(events, st.one_of(counts, steps), groups, spans)
def test_what_is_swept_is_what_the_shipped_query_finds(
    tmp_path_factory: pytest.TempPathFactory,
    found: list[dict[str, Any]],
    body: dict[str, Any],
    group: list[str],
    span: str,
) -> None:
    folder = tmp_path_factory.mktemp("swept")
    for name, text in {
        "sample": RULE.replace("QueryName|expand: '%ioc_domains%'", "QueryName|endswith: .net"),
        "other": OTHER,
        "third": THIRD,
        "both": correlation(body, group, span),
    }.items():
        (folder / f"{name}.yml").write_text(text, "utf-8")
    path = folder / "events.jsonl"
    path.write_text("".join(f"{json.dumps(each)}\n" for each in found), "utf-8")
    content = load(ROOT, folder)
    swept, shipped = plan(content, True), plan(content, True, shipped=True)
    assert any(step.sweep for step in swept.steps)
    assert not any(step.sweep for step in shipped.steps)
    assert compared(run(swept, [path])) == compared(run(shipped, [path]))


def test_every_correlation_of_the_pack_is_swept() -> None:
    steps = plan(load(ROOT), findings=True).steps
    listed = [step.rule.name for step in steps if step.rule.is_correlation and not step.sweep]
    assert listed == []


def test_a_sum_is_asked_by_its_query(make_content: MakeContent, tmp_path: Path) -> None:
    summed = {"type": "value_sum", "condition": {"gte": 30, "field": "Bytes"}}
    text = correlation(summed, ["Computer"], "1h")
    made = plan(make_content(sample=RULE, other=OTHER, third=THIRD, both=text))
    (step,) = [step for step in made.steps if step.rule.is_correlation]
    assert step.sweep is None
    path = tmp_path / "events.jsonl"
    lines = [query(f"2023-03-29 10:0{n}:00.000", Bytes="10") for n in range(3)]
    path.write_text("".join(f"{json.dumps(each)}\n" for each in lines), "utf-8")
    assert [m.rule.name for m in run(made, [path]).matches].count("both") == 1


class Counted(list[Hit]):
    """Hits that count how often one is looked at."""

    looks = 0

    def __getitem__(self, place: Any) -> Any:
        Counted.looks += 1
        return super().__getitem__(place)


@pytest.mark.parametrize("kind", ["event_count", "value_count", "temporal"])
def test_ten_times_the_hits_take_ten_times_the_looks(kind: str) -> None:
    from sigmapack.replay import sweep as module

    members = (Member("|0|", 0, 0, (), ""), Member("|1|", 1, 1, (), ""))
    sweep = Sweep(kind, 86_400, "gte", 2, 0, (), members)

    def looks(number: int) -> int:
        hits = Counted(Hit((), n, n, n % 2, n % 2, n % 5) for n in range(number))
        Counted.looks = 0
        (events,) = module._counted(sweep, hits)
        assert len(events) >= number - 1
        return Counted.looks

    assert looks(20_000) <= 11 * max(looks(2_000), 1)


def test_groups_are_told_apart_and_windows_that_share_an_event_are_one() -> None:
    member = Member("|0|", 0, 0, ("Computer",), "")
    sweep = Sweep("event_count", 60, "gte", 2, 0, ("Computer",), (member,))
    at = {"a": [0, 30, 60, 90, 300, 330], "b": [0, 61]}
    hits = [
        Hit((name,), time, number + 100 * (name == "b"), 0, 0, None)
        for name, times_ in at.items()
        for number, time in enumerate(times_)
    ]
    assert list(runs(sweep, hits)) == [
        ({"Computer": "a"}, {0, 1, 2, 3}),
        ({"Computer": "a"}, {4, 5}),
    ]
