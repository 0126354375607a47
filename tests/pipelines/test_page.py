"""The page on pipelines: its command prints what it shows, and the hooks are those of the tests."""

from __future__ import annotations

from pathlib import Path

import yaml

from tests.conftest import ROOT, RULE, RulesFolder
from tests.pages import fences, ran, steady, steps
from tests.pipelines.test_hooks import CALLED, author, commit, pack

__all__ = ["author", "pack"]
PAGE = ROOT / "docs" / "pipelines.md"
WRONG = RULE.replace("condition: selection", "condition: selecton")


def test_the_commands_of_the_page_print_what_it_shows(
    rules_folder: RulesFolder, tmp_path: Path
) -> None:
    rules_folder(sample=WRONG)
    shown = steps(PAGE)
    printed = ran([command for command, _ in shown], tmp_path)
    assert [steady(text) for text in printed] == [steady(output) for _, output in shown]
    assert len(printed) == 2


def test_the_hooks_of_the_page_are_those_that_are_tried() -> None:
    (text,) = fences(PAGE, "yaml")
    (repository,) = yaml.safe_load(text)["repos"]
    assert repository["hooks"] == CALLED


def test_a_commit_that_is_stopped_looks_like_on_the_page(author: Path) -> None:
    (author / "rules" / "sample.yml").write_text(WRONG, "utf-8")
    (text,) = fences(PAGE, "")
    printed = commit(author).stdout.splitlines(keepends=True)
    assert "".join(line for line in printed if not line.startswith("[INFO]")) == text
