"""What is wider than a filter is found as if each were compared with each."""

from __future__ import annotations

import itertools
import time

from hypothesis import given
from hypothesis import strategies as st

from sigmapack.collection.sysmon.filters import Condition
from sigmapack.collection.sysmon.width import Width, within
from sigmapack.collection.terms import BEGINS, CONTAINS, ENDS, IS
from tests.examples import tried

CONDITIONS = st.builds(
    Condition,
    st.sampled_from(["Image", "Query"]),
    st.sampled_from([IS, BEGINS, ENDS, CONTAINS]),
    st.lists(st.text("aAb", min_size=1, max_size=3), min_size=1, max_size=2).map(tuple),
)
FILTERS = st.lists(st.lists(CONDITIONS, max_size=2).map(tuple), max_size=12, unique=True)


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
