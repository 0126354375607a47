"""The indicators by the command line: which days it takes, and what a build writes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

import build
from tests.conftest import RULE
from tests.exports.test_formats import HEAD, row


@pytest.mark.parametrize(
    "value", ["2026-13-01", "20261201", "2026-1-2", "1 December", "", "0226-01-01", "9999-12-31"]
)
def test_a_day_that_cannot_be_meant_is_wrong_use(tmp_path: Path, value: str) -> None:
    arguments = ["--block-from", value, "--out", str(tmp_path / "dist")]
    result = CliRunner().invoke(build.main, arguments)
    assert result.exit_code == 2
    assert "Invalid value for '--block-from'" in result.stderr
    assert not (tmp_path / "dist").exists()


def test_a_build_of_some_products_leaves_the_indicators_out(
    rules_folder: Callable[..., Path], tmp_path: Path
) -> None:
    arguments = ["--rules", str(rules_folder(sample=RULE)), "--out", str(tmp_path / "dist")]
    arguments += ["--target", "sigma"]
    assert CliRunner().invoke(build.main, arguments).exit_code == 0
    assert not (tmp_path / "dist" / "indicators").exists()
    result = CliRunner().invoke(build.main, [*arguments, "--block-from", "2026-12-01"])
    assert result.exit_code == 2
    assert "--block-from is for the indicators, which --target leaves out" in result.stderr


def test_a_build_of_all_products_writes_them_and_names_rows_that_do_not_fit(
    rules_folder: Callable[..., Path], tmp_path: Path
) -> None:
    arguments = ["--out", str(tmp_path / "dist"), "--block-from", "2026-12-01"]
    folder = rules_folder({"ioc_domains": HEAD + row("bad.example.com")}, sample=RULE)
    result = CliRunner().invoke(build.main, ["--rules", str(folder), *arguments])
    assert result.exit_code == 0, result.stderr
    zone = (tmp_path / "dist/indicators/rpz/threecx.rpz").read_text("utf-8")
    assert "bad.example.com CNAME .\n*.bad.example.com CNAME .\n" in zone
    folder = rules_folder({"ioc_domains": HEAD + row("a_b.example.com")}, sample=RULE)
    result = CliRunner().invoke(build.main, ["--rules", str(folder), *arguments])
    assert result.exit_code == 1
    assert "ioc_domains.csv:2: indicator: 'a_b.example.com' is no domain" in result.stderr
