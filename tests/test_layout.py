"""The floor plan: no module outgrows a screen or two, and no name says its folder's again."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import ROOT

MOST_LINES = 260
#: The events that rules are tried on, and what a build gives, are no code.
DATA = {"events", "golden"}

CODE = [
    path.relative_to(ROOT)
    for part in ("sigmapack", "tests")
    for path in sorted((ROOT / part).rglob("*"))
    if path.is_file()
    and not DATA.intersection(path.relative_to(ROOT / part).parts[:1] if part == "tests" else ())
    and "__pycache__" not in path.parts
]
MODULES = [path for path in CODE if path.suffix == ".py"] + [Path("build.py")]


def repeats(path: Path) -> bool:
    """Whether a file's name begins with its folder's, in the singular or the plural."""
    name = path.stem.removeprefix("test_").lower().replace("-", "_")
    folder = path.parent.name.lower()
    said = {folder, folder.removesuffix("s")}
    return any(name == word or name.startswith(f"{word}_") for word in said)


def test_no_module_has_too_many_lines() -> None:
    counted = {path: len((ROOT / path).read_text("utf-8").splitlines()) for path in MODULES}
    assert {path: count for path, count in counted.items() if count > MOST_LINES} == {}


def test_no_file_repeats_the_name_of_its_folder() -> None:
    assert [str(path) for path in CODE if repeats(path)] == []


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("targets/splunk/splunk_fields.py", True),
        ("tests/checks/test_check_rules.py", True),
        ("tests/engines/loki/test_loki.py", True),
        ("targets/splunk/fields.py", False),
        ("tests/replay/test_replays.py", False),
    ],
)
def test_a_repeated_name_is_noticed(path: str, found: bool) -> None:
    assert repeats(Path(path)) is found
