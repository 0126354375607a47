"""The page on releases: its commands do what it shows."""

from __future__ import annotations

from pathlib import Path

from tests.conftest import ROOT
from tests.pages import ran, steady, steps
from tests.release.bundle import needs_ssh


@needs_ssh
def test_the_commands_of_the_page_print_what_it_shows(tmp_path: Path) -> None:
    shown = steps(ROOT / "docs" / "releases.md")
    assert len(shown) > 9
    folder = tmp_path / "pack"  # what is called `..` in the page lies beside it
    folder.mkdir()
    printed = ran([command for command, _ in shown], folder)
    for (command, output), found in zip(shown, printed, strict=True):
        assert steady(found) == steady(output), command
