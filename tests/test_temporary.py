"""What a killed process left in the system's folder goes with the next one, and nothing else."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from sigmapack import temporary
from sigmapack.content.load import load
from sigmapack.replay import replay
from tests.conftest import DOMAINS, ROOT, RULE
from tests.reading.sample import FLAT

HOLDS = """\
import sys
from sigmapack import temporary
with temporary.folder("replay-") as folder:
    (folder / "events.db").write_text("x")
    (folder / "more").mkdir()
    print(folder, flush=True)
    sys.stdin.read()
"""
#: A replay that stops amid its events.
REPLAYS = """\
import sys
from pathlib import Path
from typing import Any
import sigmapack.replay
from sigmapack.content.load import load

def stopped(*_, **__):
    print("reading", flush=True)
    sys.stdin.read()

for name, module in list(sys.modules.items()):
    if name.startswith("sigmapack") and hasattr(module, "scan_events"):
        module.scan_events = stopped
sigmapack.replay.replay(load(Path(sys.argv[1]), Path(sys.argv[2])), [Path(sys.argv[3])])
"""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The system's folder for temporary files."""
    found = tmp_path / "system"
    found.mkdir()
    monkeypatch.setenv("TMPDIR", str(found))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return found


@contextmanager
def started(script: str, *arguments: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that has said a line; killed at the end."""
    command = [sys.executable, "-c", script, *map(str, arguments)]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout and process.stdout.readline()
        try:
            yield process
        finally:
            process.kill()


def once() -> None:
    with temporary.folder("replay-"):
        pass


def test_a_folder_is_there_and_goes(place: Path) -> None:
    with temporary.folder("replay-") as folder:
        assert folder.parent == place and folder.is_dir()
        assert folder.stat().st_mode & 0o777 == 0o700
        (folder / "x").write_text("x")
    assert list(place.iterdir()) == []
    with pytest.raises(ZeroDivisionError), temporary.folder("replay-"):
        raise ZeroDivisionError
    assert list(place.iterdir()) == []


def test_a_full_disk_leaves_nothing(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = os.open

    def full(path: Path, *more: Any, **named: Any) -> int:
        if Path(path).name.startswith(temporary.MARK):
            raise OSError(28, "No space left on device")
        return opened(path, *more, **named)

    monkeypatch.setattr(os, "open", full)
    with pytest.raises(OSError, match="No space"), temporary.folder("replay-"):
        pass
    assert list(place.iterdir()) == []


def test_what_a_killed_one_left_goes_with_the_next(place: Path) -> None:
    with started(HOLDS):
        pass
    (left,) = place.iterdir()
    assert (left / "events.db").exists()
    once()
    assert list(place.iterdir()) == []


def test_a_killed_replay_is_cleaned_up_by_the_next(place: Path, tmp_path: Path) -> None:
    rules = tmp_path / "rules"
    (rules / "lookups").mkdir(parents=True)
    (rules / "lookups/ioc_domains.csv").write_text(DOMAINS, "utf-8")
    (rules / "sample.yml").write_text(RULE, "utf-8")
    events = tmp_path / "events.jsonl"
    events.write_text(json.dumps(FLAT) + "\n", "utf-8")
    with started(REPLAYS, ROOT, rules, events):
        pass
    (left,) = place.iterdir()
    assert left.name.startswith("replay-")
    assert replay(load(ROOT, rules), [events]).events == 1
    assert list(place.iterdir()) == []


def test_a_living_one_stays(place: Path) -> None:
    with started(HOLDS):
        (left,) = place.iterdir()
        once()
        assert (left / "events.db").exists()
        with temporary.folder("replay-") as other:
            once()
            assert other.is_dir()


def test_a_cleaner_that_was_killed_is_followed_by_the_next(place: Path) -> None:
    """The mark goes last, so that the rest of a folder is known by it."""
    with started(HOLDS):
        pass
    (left,) = place.iterdir()
    (left / "events.db").unlink()
    (left / "more").rmdir()
    once()
    assert list(place.iterdir()) == []


@pytest.mark.parametrize("kind", ["no mark", "another's text", "link as mark", "folder as mark"])
def test_what_is_no_scratch_folder_stays(place: Path, tmp_path: Path, kind: str) -> None:
    own = place / "replay-abcd1234"
    own.mkdir(mode=0o700)
    (own / "mine").write_text("mine")
    mark = own / temporary.MARK
    if kind == "another's text":
        mark.write_text("mine")
    if kind == "link as mark":
        (tmp_path / "mark").write_bytes(temporary.SAYS)
        mark.symlink_to(tmp_path / "mark")
    if kind == "folder as mark":
        mark.mkdir()
    once()
    assert (own / "mine").read_text() == "mine"


def dead(folder: Path) -> Path:
    """A folder as a killed process leaves it."""
    folder.mkdir(mode=0o700)
    (folder / temporary.MARK).write_bytes(temporary.SAYS)
    (folder / "events.db").write_text("x")
    return folder


def test_links_are_not_followed(place: Path, tmp_path: Path) -> None:
    """Neither to a folder that looks like one, nor out of one."""
    outside = dead(tmp_path / "replay-outside1")
    (place / "replay-abcd1234").symlink_to(outside)
    inside = dead(place / "replay-abcd5678")
    (inside / "out").symlink_to(tmp_path)
    once()
    assert not inside.exists()
    assert (outside / "events.db").exists()
    assert (place / "replay-abcd1234").is_symlink()


def test_names_of_others_stay(place: Path) -> None:
    for name in ("replay-x", "replay-abcd1234x", "other-abcd1234", "replay-ABCD1234"):
        dead(place / name)
    once()
    assert len(list(place.iterdir())) == 4


def test_another_users_folder_stays(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = dead(place / "replay-abcd1234")
    with monkeypatch.context() as patch:
        patch.setattr(os, "geteuid", lambda: os.getuid() + 1)
        once()
    assert folder.exists()
    once()
    assert not folder.exists()


def test_where_there_are_no_locks_nothing_is_removed(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = dead(place / "replay-abcd1234")

    def none(*_: object) -> None:
        raise OSError(38, "no locks")

    with monkeypatch.context() as patch:
        patch.setattr(fcntl, "flock", none)
        once()
        with temporary.folder("replay-") as own:
            assert not (own / temporary.MARK).exists()
    assert folder.exists()
    with monkeypatch.context() as patch:
        patch.setattr(temporary, "fcntl", None)
        once()
    assert [folder] == list(place.iterdir())
