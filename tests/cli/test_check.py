"""`check`: what it says of good content."""

from __future__ import annotations

import json

from tests.cli.command import CORRELATION, run
from tests.conftest import RULE, RulesFolder


def test_a_check_says_what_it_read(rules_folder: RulesFolder) -> None:
    folder = rules_folder(sample=RULE, twice=CORRELATION)
    result = run("check", "--rules", folder)
    assert result.stdout == "no problems in 1 rules, 1 correlations, 1 lookups, 0 waivers\n"
    assert json.loads(run("check", "--rules", folder, "--json").stdout) == []
    quiet = run("check", "--rules", folder, "--quiet")
    assert (quiet.exit_code, quiet.stdout, quiet.stderr) == (0, "", "")
