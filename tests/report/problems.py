"""Problems of any kind, also with what strangers write into names and messages."""

from __future__ import annotations

from hypothesis import strategies as st

from sigmapack.content.model import Problem

SAMPLE = [
    Problem("sigma_rules/a.yml", 3, "schema", "level: is missing: give one"),
    Problem("sigma_rules/a.yml", 3, "schema", "status: is missing: give one"),
    Problem("sigma_rules/a b#.yml", 1, "yaml", "cannot be read", unreadable=True),
    Problem("/else/where.csv", 12, "value", "<b>&\"'\x1b[31m\u202e\ufffe]]>"),
]
ANY = st.lists(
    st.builds(
        Problem,
        st.text(min_size=1, max_size=20),
        st.integers(1, 10**6),
        st.sampled_from(["schema", "value"]),
        st.text(max_size=40),
        st.booleans(),
    ),
    max_size=5,
)
