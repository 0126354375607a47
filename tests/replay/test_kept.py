"""A plan is made once for the same sources, and whatever happens to its file costs time only."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from sigmapack.content.load import load
from sigmapack.replay import kept
from sigmapack.replay.plan import Plan, dumped, loaded
from sigmapack.replay.planning import plan
from tests.conftest import ROOT, RULE, RulesFolder

EVENTS = ROOT / "tests" / "events" / "dns"
#: Runs the command, and says on standard error whether pySigma was imported.
WATCHED = """
import sys, runpy
sys.argv = sys.argv[1:]
try:
    runpy.run_path(sys.argv[0], run_name="__main__")
finally:
    print("pysigma" if "sigma.rule" in sys.modules else "light", file=sys.stderr)
"""


class Maker:
    """Makes the plan of a folder, and counts how often."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.made = 0

    def __call__(self) -> Plan:
        self.made += 1
        return plan(load(ROOT, self.folder))

    def kept(self) -> Plan:
        return kept.kept([self.folder, ROOT / "lookups"], self)


@pytest.fixture
def maker(rules_folder: RulesFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Maker:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return Maker(rules_folder(sample=RULE))


def files() -> list[Path]:
    return sorted(kept.folder().iterdir())


def test_a_plan_that_was_written_is_read_as_it_was(maker: Maker) -> None:
    made = maker()
    again = loaded(dumped(made))
    assert dumped(again) == dumped(made)
    assert again.steps[0].sql == made.steps[0].sql
    assert (again.channels, again.needles) == (dict(made.channels), made.needles)


def test_the_same_sources_are_compiled_once(maker: Maker) -> None:
    assert dumped(maker.kept()) == dumped(maker.kept())
    assert maker.made == 1
    (path,) = files()
    assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("changed", ["sample.yml", "new.yml", "lookups/ioc_domains.csv"])
def test_a_changed_source_is_compiled_anew(maker: Maker, changed: str) -> None:
    maker.kept()
    path = maker.folder / changed
    old = path.read_text("utf-8") if path.exists() else RULE.replace("a01", "a09")
    path.write_text(old.replace("sample", "other").replace("worse", "worst"), "utf-8")
    maker.kept()
    assert maker.made == 2


def test_another_working_folder_has_a_plan_of_its_own(
    maker: Maker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    maker.kept()
    monkeypatch.chdir(tmp_path)
    maker.kept()
    assert maker.made == 2


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"steps": [[1]]}', "\0"])
def test_a_damaged_plan_is_made_again(maker: Maker, text: str) -> None:
    maker.kept()
    (path,) = files()
    path.write_text(text, "utf-8")
    assert maker.kept().steps
    assert maker.made == 2
    maker.kept()
    assert maker.made == 2


def test_where_nothing_can_be_kept_it_is_made_each_time(
    maker: Maker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert maker.kept().steps
    assert maker.kept().steps
    assert maker.made == 2


def test_the_oldest_plans_are_forgotten(maker: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "MOST_KEPT", 2)
    for number in range(4):
        (maker.folder / "sample.yml").write_text(f"{RULE}# {number}\n", "utf-8")
        maker.kept()
        for path in files():
            os.utime(path, ns=(path.stat().st_mtime_ns - 10**9, path.stat().st_mtime_ns - 10**9))
    assert len(files()) == 2


def test_a_replay_of_a_kept_plan_imports_no_compiler(tmp_path: Path) -> None:
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path)}
    command = [sys.executable, "-c", WATCHED, "build.py", "replay", str(EVENTS), "--json"]
    first, second = (
        subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=True)
        for _ in range(2)
    )
    assert first.stderr.splitlines()[-1] == b"pysigma"
    assert second.stderr.splitlines()[-1] == b"light"
    assert first.stdout == second.stdout
    assert len(first.stdout.splitlines()) > 20


def test_a_long_file_that_changes_without_growing_is_compiled_anew(
    maker: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "MOST_HASHED", 10)
    maker.kept()
    maker.kept()
    assert maker.made == 1
    path = maker.folder / "sample.yml"
    before = path.stat()
    path.write_text(path.read_text("utf-8").replace("worse", "wurst"), "utf-8")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    maker.kept()
    assert maker.made == 2
