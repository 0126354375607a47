"""What the tests of the command line share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.command import QUICK, run
from tests.conftest import RULE, RulesFolder


@pytest.fixture
def built(rules_folder: RulesFolder, tmp_path: Path) -> Path:
    """An output folder with an earlier, good build."""
    out = tmp_path / "dist"
    good = rules_folder(sample=RULE)
    assert run("--rules", good, "--out", out, *QUICK).exit_code == 0
    return out
