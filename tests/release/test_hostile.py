"""A bundle that a stranger made to lead a reader astray, or to take its memory and time."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from sigmapack.release import sums, walk
from sigmapack.release import verify as module
from sigmapack.release.signature import PrivateKey
from tests.conftest import ROOT
from tests.release.bundle import released, sha256, told


def test_names_that_lead_out_are_told_and_never_opened(
    bundle: Path, key: PrivateKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    (bundle.parent / "secret").write_text("secret", "utf-8")
    evil = f"{sha256(b'secret')}  ../secret\n{'0' * 64}  /etc/passwd\n{'0' * 64}  a\x1b[2J\n"
    (bundle / sums.SUMS).write_bytes((bundle / sums.SUMS).read_bytes() + evil.encode())
    opened: list[str] = []
    real = os.open

    def noted(path: str | Path, *more: int) -> int:
        opened.append(os.path.realpath(path))
        return real(path, *more)

    monkeypatch.setattr(os, "open", noted)
    assert told(bundle, key) == ["SHA256SUMS: unsafe-name"] * 3 + ["SHA256SUMS.sig: bad-signature"]
    assert opened and all(Path(path).is_relative_to(bundle) for path in opened)


def test_a_file_with_holes_costs_no_time_and_is_named(bundle: Path, key: PrivateKey) -> None:
    with (bundle / "top.json").open("wb") as file:
        file.truncate(module.MOST_BYTES + 1)
    assert told(bundle, key) == ["top.json: too-large"]
    for path in ("manifest.json", sums.SIGNATURE, sums.SUMS):
        with (bundle / path).open("wb") as file:
            file.truncate(10 * module.MOST_MANIFEST)
        assert f"{path}: too-large" in told(bundle, key)


def test_more_files_and_problems_than_a_bundle_has_end_the_look(
    bundle: Path, key: PrivateKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(walk, "MOST_FILES", 20)
    monkeypatch.setattr(module, "MOST_TOLD", 5)
    for number in range(50):
        (bundle / f"{number}.txt").touch()
    found = told(bundle, key)
    assert ".: too-many" in found and found[-1] == ".: more"
    assert len(found) == 6


def test_a_folder_that_is_too_deep_ends_the_look(bundle: Path, key: PrivateKey) -> None:
    (bundle / "/".join("a" * 25)).mkdir(parents=True)
    assert ".: too-many" in told(bundle, key)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root reads all")
def test_what_cannot_be_read_is_told(bundle: Path, key: PrivateKey) -> None:
    (bundle / "top.json").chmod(0)
    assert told(bundle, key) == ["top.json: unreadable"]


def test_a_file_that_grows_while_it_is_read_is_changed(
    bundle: Path, key: PrivateKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    entries = list(walk.entries(bundle))
    monkeypatch.setattr(walk, "entries", lambda folder: iter(entries))
    (bundle / "top.json").write_text("{}\n more", "utf-8")
    assert told(bundle, key) == ["top.json: changed"]
    (bundle / "top.json").unlink()
    (bundle / "top.json").mkdir()
    assert told(bundle, key) in (["top.json: changed"], ["top.json: unreadable"])


@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux for the memory")
def test_a_hostile_bundle_takes_little_memory(tmp_path: Path, key: PrivateKey) -> None:
    bundle = released(tmp_path, key, **{"big.bin": "x" * 50_000_000})
    evil = (f"{'0' * 64}  " + "a" * 200 + "\n").encode() * 24_000 + b"\n" * 100_000
    (bundle / sums.SUMS).write_bytes(evil)
    assert grown(bundle) < 60_000_000


@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux for the memory")
def test_a_hostile_manifest_takes_bounded_memory(tmp_path: Path) -> None:
    bundle = released(tmp_path)
    text = f'{{"files": [{"[]," * (module.MOST_MANIFEST // 3 - 10)}[]]}}'
    (bundle / "manifest.json").write_text(text, "utf-8")
    assert 50_000_000 < grown(bundle) < 300_000_000


def grown(bundle: Path) -> int:
    """By how many bytes a process of its own grows that verifies a bundle."""
    # The most since the program began: `ru_maxrss` has that of whoever started it, too.
    code = (
        "import sys; from pathlib import Path;"
        "from sigmapack.release.verify import verify;"
        "most = lambda: next(int(line.split()[1]) for line in open('/proc/self/status')"
        " if line.startswith('VmHWM'));"
        "print(most()); verify(Path(sys.argv[1])); print(most())"
    )
    line = [sys.executable, "-c", code, str(bundle)]
    done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)
    before, after = map(int, done.stdout.split())
    return (after - before) * 1024
