"""What is wider than a filter is found as if each were compared with each."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sigmapack.collection.sysmon import width
from sigmapack.collection.sysmon.filters import Condition
from sigmapack.collection.sysmon.width import Width, ready
from sigmapack.collection.terms import BEGINS, CONTAINS, ENDS, IS
from tests.examples import tried

CONDITIONS = st.builds(
    Condition,
    st.sampled_from(["Image", "Query"]),
    st.sampled_from([IS, BEGINS, ENDS, CONTAINS]),
    st.lists(st.text("aAb", min_size=1, max_size=3), min_size=1, max_size=2).map(tuple),
)
FILTERS = st.lists(st.lists(CONDITIONS, max_size=2).map(tuple), max_size=12, unique=True)


def within(one: Iterable[Condition], other: Iterable[Condition]) -> bool:
    """Whether all that passes one filter passes the other, by comparing each with each."""

    def covers(how: str, value: str, wider: str, wanted: str) -> bool:
        same = {IS: value == wanted, ENDS: value.endswith(wanted), BEGINS: value.startswith(wanted)}
        return (wider == CONTAINS or how in (IS, wider)) and same.get(wider, wanted in value)

    def implies(mine: Condition, theirs: Condition) -> bool:
        return mine.field == theirs.field and all(
            any(covers(mine.how, v.lower(), theirs.how, w.lower()) for w in theirs.values)
            for v in mine.values
        )

    one = tuple(one)
    return all(any(implies(mine, theirs) for mine in one) for theirs in other)


@tried(100, costs=2)
@given(FILTERS, FILTERS)
def test_a_filter_is_within_another_where_each_compared_with_each_is(
    some: list[tuple[Condition, ...]], others: list[tuple[Condition, ...]]
) -> None:
    for one, other in itertools.product(some, others):
        assert width.within(ready(one), ready(other)) == within(one, other)


@tried(100, costs=2)
@given(FILTERS)
def test_it_agrees_with_comparing_all(filters: list[tuple[Condition, ...]]) -> None:
    kept: list[tuple[Condition, ...]] = []
    for one in filters:
        if not any(within(one, other) for other in kept):
            kept = [other for other in kept if not within(other, one)] + [one]
    assert Width(filters).widest() == kept
    for one in filters:
        first = next((other for other in kept if within(one, other)), None)
        assert Width(kept).first(one) == first


def test_thousands_of_names_take_no_longer_than_they_are() -> None:
    names = (f"name{number}.example.com" for number in itertools.count())
    filters = [
        (Condition("Query", how, (name,)),)
        for name in itertools.islice(names, 5_000)
        for how in (IS, ENDS)
    ]
    started = time.monotonic()
    assert len(Width(filters).widest()) == 5_000
    assert time.monotonic() - started < 10


def names(number: int) -> list[str]:
    return [f"name{n}.example.com" for n in range(number)]


def alone(number: int) -> list[tuple[Condition, ...]]:
    """As many names, beside two filters that hold them all."""
    every = Condition("Query", IS, tuple(names(number)))
    image = Condition("Image", ENDS, ("a.exe",))
    return [(every, image), (every,), *((Condition("Query", IS, (n,)),) for n in names(number))]


def in_pairs(number: int) -> list[tuple[Condition, ...]]:
    image = Condition("Image", ENDS, ("a.exe",))
    return [(image, Condition("Query", IS, (name,))) for name in names(number)]


def contained(number: int) -> list[tuple[Condition, ...]]:
    return [(Condition("Query", CONTAINS, (name,)),) for name in names(number)]


@pytest.mark.parametrize("made", [alone, in_pairs, contained])
def test_ten_times_the_filters_take_ten_times_the_comparisons(
    made: Callable[[int], list[tuple[Condition, ...]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = 0

    def counted(one: width.Filter, other: width.Filter) -> bool:
        nonlocal calls
        calls += 1
        return original(one, other)

    original = width.within
    monkeypatch.setattr(width, "within", counted)
    found = []
    for number in (100, 1_000):
        calls = 0
        Width(made(number)).widest()
        found.append(calls)
    assert 0 < found[1] <= 11 * found[0]
