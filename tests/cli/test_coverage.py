"""`coverage`: the stages of the attack."""

from __future__ import annotations

import json

from tests.cli.command import run
from tests.conftest import RULE, RulesFolder


def test_coverage_needs_stages(rules_folder: RulesFolder) -> None:
    result = run("coverage", "--rules", rules_folder(sample=RULE))
    assert result.exit_code == 2
    assert "no coverage.toml there" in result.stderr
    stages = json.loads(run("coverage", "--json").stdout)["stages"]
    assert stages[0]["id"] == "W1"
