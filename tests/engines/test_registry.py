"""What is fetched is described once, prepared once, and used by marked tests only."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.engines import recipes, tools
from tests.engines.fetch import main, prepare_all, size
from tests.engines.registry import DONE, Engine, discover, prepare, prepared


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache."""
    monkeypatch.setenv("SIGMAPACK_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def engine(made: list[Path], *needed: str, fails: bool = False) -> Engine:
    """An engine that notes where it is made."""

    def make(home: Path) -> None:
        made.append(home)
        (home / "program").write_text("x" * 5000)
        if fails:
            tools.run([sys.executable, "-c", "print('out of paper'); exit(3)"])

    return Engine("sample", "a sample", "nowhere", "1", 1, 1, 1, make, needed)


def test_every_engine_is_described() -> None:
    for name, one in discover().items():
        assert one.name == name and one.what and one.source and one.key, name
        assert one.download > 0 and one.kept > 0 and one.seconds > 0, name
    assert len(discover()) >= 15
    # What a whole run keeps on a machine that has none of it.
    assert sum(one.kept for one in discover().values()) <= 1500


def test_an_engine_is_made_once(elsewhere: Path) -> None:
    made: list[Path] = []
    one = engine(made)
    assert not one.is_there
    assert prepare(one) == prepare(one) == elsewhere / "sample" / "1"
    assert made == [one.home] and one.is_there


def test_an_engine_whose_making_was_cut_off_is_made_anew(elsewhere: Path) -> None:
    made: list[Path] = []
    prepare(engine(made))
    (made[0] / DONE).unlink()
    (made[0] / "left").touch()
    prepare(engine(made))
    assert len(made) == 2 and not (made[0] / "left").exists()


def test_what_fails_says_what_was_run_and_its_output(elsewhere: Path) -> None:
    told: list[str] = []
    one = engine([], fails=True)
    failed = prepare_all([one], lambda engine, what: told.append(what))
    assert str(failed["sample"]).endswith("exit(3): 3\nout of paper\n")
    assert told == [f"failed: {failed['sample']}"]
    assert not one.is_there


def test_a_program_that_the_machine_lacks_is_named(elsewhere: Path) -> None:
    made: list[Path] = []
    with pytest.raises(tools.Missing, match="no-such-program"):
        prepare(engine(made, "no-such-program"))
    assert made == []


def test_a_rust_that_is_too_old_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "Cargo.toml").write_text('[package]\nrust-version = "1.95"\n')
    monkeypatch.setattr(recipes, "run", lambda command: "cargo 1.85.1 (d73d2caf9 2024-12-31)\n")
    with pytest.raises(tools.Missing, match=r"cargo 1\.95 \(here is 1\.85\.1\)"):
        recipes.crate(tmp_path, tmp_path)


def test_a_test_without_the_mark_may_not_use_an_engine() -> None:
    for use in (lambda: prepared("loki"), lambda: tools.need("java")):
        with pytest.raises(pytest.fail.Exception, match=r"needs the mark @pytest\.mark\.engines"):
            use()


def test_the_command_lists_prepares_nothing_unknown_and_cleans(elsewhere: Path) -> None:
    listed = CliRunner().invoke(main, ["--list"])
    assert listed.exit_code == 0
    assert all(name in listed.output for name in discover())
    unknown = CliRunner().invoke(main, ["no-such-engine"])
    assert unknown.exit_code == 2 and "no-such-engine" in unknown.output
    prepare(engine([]))
    assert size(elsewhere) > 4000
    assert "MB deleted" in CliRunner().invoke(main, ["--clean"]).output
    assert not elsewhere.exists()


def test_preparing_ends_with_its_input(elsewhere: Path) -> None:
    """What a test run has begun does not outlive it."""
    waiting = "import time; from tests.engines import fetch; fetch.end_with_input(); time.sleep(60)"
    command = [sys.executable, "-c", waiting]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, cwd=tools.ROOT)
    assert process.stdin
    process.stdin.close()
    assert process.wait(30) != 0
