"""The long run counts what it tries, goes on where it stopped, and hides no failure."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest

from tests import fuzz
from tests.conftest import ROOT

PROPERTIES = """\
import pytest
import hypothesis
from hypothesis import strategies as st

from tests.examples import tried


@tried(2)
@hypothesis.given(st.integers())
def test_holds(number: int) -> None:
    assert number == number


@pytest.mark.parametrize("part", ["a", "b"])
@tried(2, costs=4)
@hypothesis.given(st.integers(0, 10**6))
def test_fails(part: str, number: int) -> None:
    assert part == "a" or number < 500


def test_of_no_property() -> None:
    pass
"""


@pytest.fixture
def properties(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FUZZ_EXAMPLES", "40")
    path = tmp_path / "test_made_up.py"
    path.write_text(PROPERTIES, "utf-8")
    return path


def test_a_run_counts_and_goes_on(properties: Path, tmp_path: Path) -> None:
    record = tmp_path / "record.jsonl"
    until = time.monotonic() + 60
    lines = fuzz.run(50, record, 1, until, [properties])
    assert {line["seed"] for line in lines} == {1}
    found = {line["property"].partition("::")[2]: line for line in lines}
    assert found["test_holds"]["inputs"] == 40
    assert found["test_fails[a]"]["inputs"] == 10
    assert [name for name, line in found.items() if line["why"]] == ["test_fails[b]"]
    assert "500" in found["test_fails[b]"]["why"]

    more = fuzz.run(sum(line["inputs"] for line in lines) + 1, record, 1, until, [properties])
    assert more[: len(lines)] == lines
    assert {line["seed"] for line in more} == {1, 2}
    shown = fuzz.table(more)
    assert re.fullmatch(r"\| .*test_holds \| 80 \| 0 \| \d+ \|", shown[3]), shown
    assert re.fullmatch(r"\| .*test_fails \| \d+ \| 2 \| \d+ \|", shown[2]), shown


def test_a_run_of_chosen_properties_has_no_others(properties: Path, tmp_path: Path) -> None:
    until = time.monotonic() + 60
    lines = fuzz.run(50, tmp_path / "record.jsonl", 1, until, [properties], "holds")
    assert [line["property"].partition("::")[2] for line in lines] == ["test_holds"] * 2
    assert fuzz.run(99, tmp_path / "none.jsonl", 1, until, [properties], "no_such") == []


def test_a_run_ends_with_its_time(properties: Path, tmp_path: Path) -> None:
    assert fuzz.run(10**9, tmp_path / "record.jsonl", 1, time.monotonic(), [properties]) == []


def test_every_property_is_in_the_long_run() -> None:
    """One that sets its own number would have the same few inputs there."""
    assert ROOT / "tests/content/test_hostile.py" in fuzz.files()
    for path in fuzz.files():
        text = path.read_text("utf-8")
        given = len(re.findall(r"^@given\(", text, re.MULTILINE))
        set_up = len(re.findall(r"^@(?:tried\(.*\)|[A-Z]+)\n@given\(", text, re.MULTILINE))
        assert given == set_up, path
