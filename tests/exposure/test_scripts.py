"""The scripts: that of the shell runs on made folders, that of PowerShell is read by a grammar."""

from __future__ import annotations

import csv
import os
import re
import shutil
import subprocess
import sysconfig
from pathlib import Path

import pytest

from sigmapack.content.words import ENGLISH, words
from sigmapack.exposure.looked_for import PLACES, TRACES
from sigmapack.exposure.scripts import powershell, shell
from tests.conftest import ROOT
from tests.engines.grammar import faults
from tests.engines.registry import prepared
from tests.exposure.made import BY_SHA1, FILE, search

PLIST = """<?xml version="1.0"?><plist><dict>
 <key>CFBundleName</key><string>3CX Desktop App</string>
 <key>CFBundleShortVersionString</key>
 <string>{}</string>
</dict></plist>
"""
DEPOT = "var/lib/3cxpbx/Instance1/Data/Http/electron"
#: A shell that follows POSIX and no more, and one of Macs.
SHELLS = [name for name in ("dash", "bash") if shutil.which(name)]


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "find-threecx.sh"
    path.write_text(shell(search(), ENGLISH), "utf-8")
    return path


def put(root: Path, name: str, data: bytes = b"x") -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def ran(
    script: Path, root: Path, *more: str, program: str = "sh", user: int | None = None
) -> tuple[int, list[list[str]], str]:
    """The exit code, the lines as their parts, and what went to standard error."""
    done = subprocess.run(
        [program, str(script), "-r", str(root), *more],
        capture_output=True,
        text=True,
        check=False,
        user=user,
    )
    return done.returncode, [line.split("\t") for line in done.stdout.splitlines()], done.stderr


HITS = {
    "home/ana/.config/guiconfigd": ("trace", b"x"),
    "root/.config/apdl.cf": ("trace", b"x"),
    "Library/Graphics/Quartz": ("trace", b"x"),
    "Users/ana/Library/Application Support/3CX Desktop App/.main_storage": ("trace", b"x"),
    "Users/ana/Downloads/a renamed file.bin": ("hash", FILE),
    "home/ana/Downloads/deep/er/f": ("hash", BY_SHA1),
    f"{DEPOT}/windows/3CXDesktopApp-18.12.416.msi": ("package", b"x"),
    f"{DEPOT}/windows/3CXDesktopApp-18.12.407-full.nupkg": ("package", b"x"),
    f"{DEPOT}/osx/3CXDesktopApp-18.11.1213.dmg": ("package", b"x"),
    "Applications/3CX Desktop App.app/Contents/Info.plist": (
        "build",
        PLIST.format("18.12.402").encode(),
    ),
    "Users/ana/Applications/3CX Desktop App.app/Contents/Info.plist": (
        "build",
        PLIST.format("18.12.416.0").encode(),
    ),
}
MISSES = {
    "home/ana/.config/guiconfigd.bak": b"x",
    "home/ana/guiconfigd": b"x",
    "Library/Graphics/Quartz.framework": b"x",
    "Users/ana/Library/Application Support/3CX Desktop App/config.json": b"x",
    "Users/ana/Downloads/nearly": FILE + b".",
    "opt/elsewhere/file": FILE,
    f"{DEPOT}/windows/3CXDesktopApp-18.12.425.msi": b"x",
    f"{DEPOT}/windows/3CXDesktopApp-18.12.4160.msi": b"x",
    f"{DEPOT}/windows/3CXDesktopApp-18.11.1213.msi": b"x",  # bad on a Mac, clean on Windows
    f"{DEPOT}/windows/3CXDesktopApp-18.12.416.msi.txt": b"x",
    f"{DEPOT}/osx/3CXDesktopApp-18.12.422.dmg": b"x",
    "Applications/3CX Desktop App.app/Contents/Info.plist": PLIST.format("18.12.4160").encode(),
    "Users/bo/Applications/3CX Desktop App.app/Contents/Info.plist": PLIST.format(
        "18.13.959"
    ).encode(),
}


@pytest.mark.parametrize("program", SHELLS)
@pytest.mark.parametrize("name", HITS)
def test_the_shell_finds_each_thing_alone(
    script: Path, tmp_path: Path, name: str, program: str
) -> None:
    kind, data = HITS[name]
    root = tmp_path / "disk"
    put(root, name, data)
    code, lines, errors = ran(script, root, program=program)
    assert (code, errors) == (1, "")
    ((found, sure, path, says),) = lines
    assert found == kind
    assert Path(path) in ((root / name), *(root / name).parents)
    assert sure in ("high", "medium")
    assert says


@pytest.mark.parametrize("program", SHELLS)
def test_the_shell_finds_nothing_where_there_is_nothing(
    script: Path, tmp_path: Path, program: str
) -> None:
    for name, data in MISSES.items():
        put(tmp_path / "disk", name, data)
    assert ran(script, tmp_path / "disk", program=program) == (0, [], "")


def test_other_folders_are_hashed_where_they_are_named(script: Path, tmp_path: Path) -> None:
    root = tmp_path / "disk"
    put(root, "opt/elsewhere/file", FILE)
    code, lines, _ = ran(script, root, str(root / "opt"))
    assert code == 1
    assert lines == [["hash", "high", str(root / "opt/elsewhere/file"), says()]]


def says() -> str:
    """The role of the made file: no shell has run what it holds."""
    return 'it\'s a "made" $(file) `x`'


def test_a_name_of_a_file_forges_no_line_and_runs_nothing(script: Path, tmp_path: Path) -> None:
    root = tmp_path / "disk"
    names = [
        "a\nhash\thigh\tforged",
        "$(touch ran)",
        "-rf",
        "`touch ran`",
        "'; touch ran; '",
        "\x1b[2J",
    ]
    for name in names:
        put(root, f"home/ana/Downloads/{name}", FILE)
    code, lines, errors = ran(script, root)
    assert (code, errors) == (1, "")
    assert len(lines) == len(names)
    assert all(len(line) == 4 and line[3] == says() for line in lines)
    assert not list(tmp_path.rglob("ran"))
    assert not Path("ran").exists()


def test_a_large_file_is_not_hashed(script: Path, tmp_path: Path) -> None:
    large = tmp_path / "disk/home/ana/Downloads/large"
    put(tmp_path / "disk", "home/ana/Downloads/large", b"")
    os.truncate(large, 300 * 1024 * 1024)  # sparse: it takes no room
    assert ran(script, tmp_path / "disk")[0] == 0


def test_what_cannot_be_read_is_said(script: Path, tmp_path: Path) -> None:
    root = tmp_path / "disk"
    put(root, "home/ana/Downloads/closed", FILE)
    (root / "home/ana/Downloads/closed").chmod(0)
    for folder in (tmp_path, *tmp_path.parents[:3]):
        folder.chmod(folder.stat().st_mode | 0o055)
    user = 65534 if os.geteuid() == 0 else None
    code, lines, errors = ran(script, root, user=user)
    assert (code, lines) == (3, [])
    assert "some files could not be read" in errors


def test_wrong_use_is_refused_in_one_line(script: Path, tmp_path: Path) -> None:
    code, lines, errors = ran(script, tmp_path / "none")
    assert (code, lines) == (2, [])
    assert errors == f"find-threecx.sh: {tmp_path / 'none'}: no such folder\n"
    done = subprocess.run(["sh", str(script), "-x"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "usage:" in done.stderr


@pytest.mark.parametrize("lang", ["en", "es"])
def test_shellcheck_finds_nothing(tmp_path: Path, lang: str) -> None:
    program = Path(sysconfig.get_path("scripts")) / "shellcheck"
    path = tmp_path / "script.sh"
    path.write_text(shell(search(), words(ROOT, lang)), "utf-8")
    done = subprocess.run(
        [str(program), "--enable=all", "--exclude=SC2250,SC2292,SC2312", str(path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout + done.stderr == ""
    path.write_text(path.read_text("utf-8").replace('"$root"', "$root", 1), "utf-8")
    assert subprocess.run([str(program), str(path)], capture_output=True, check=False).returncode


@pytest.mark.engines("powershell")
@pytest.mark.parametrize("lang", ["en", "es"])
def test_the_script_is_powershell(lang: str) -> None:
    grammar = prepared("powershell")
    text = powershell(search(), words(ROOT, lang))
    assert faults(grammar, "tree_sitter_powershell", text.encode()) == []
    broken = text.replace("function Find-All {", "function Find-All", 1)
    assert faults(grammar, "tree_sitter_powershell", broken.encode())


def test_powershell_holds_every_hash_trace_and_build_of_windows() -> None:
    text = powershell(search(), ENGLISH).removeprefix("\ufeff").replace("\r\n", "\n")
    known, traces = (
        list(csv.DictReader(block.splitlines()))
        for block in re.findall(r"@'\n(.+?)\n'@", text, re.DOTALL)
    )
    wanted = {one.value for one in search().hashes if one.platform in ("windows", "any")}
    assert {row["hash"] for row in known} == wanted
    assert len(known) == len(wanted)
    paths = {p.replace("/", "\\") for one in TRACES if one.platform == "windows" for p in one.paths}
    assert {row["path"] for row in traces} == paths
    assert all(f"'{place.replace('/', chr(92))}'" in text for place in PLACES["windows"])
    assert "$builds = @('18.12.407', '18.12.416')" in text


def test_no_script_holds_a_place_that_was_not_filled() -> None:
    for text in (shell(search(), ENGLISH), powershell(search(), ENGLISH)):
        assert "@@" not in text
