"""The page on rules: what it shows of an import is what an import does."""

from __future__ import annotations

from pathlib import Path

from tests.conftest import ROOT, RULE, RulesFolder
from tests.pages import fences, ran, steady, steps

PAGE = ROOT / "docs" / "rules.md"


def test_the_import_of_the_page_prints_what_it_shows(
    rules_folder: RulesFolder, tmp_path: Path
) -> None:
    rules_folder(sample=RULE)
    (feed,) = fences(PAGE, "csv")
    (tmp_path / "feed.csv").write_text(feed, "utf-8")
    shown = [(command, output) for command, output in steps(PAGE) if " import " in command]
    assert len(shown) == 1
    printed = ran([command for command, _ in shown], tmp_path)
    assert [steady(text) for text in printed] == [steady(output) for _, output in shown]
