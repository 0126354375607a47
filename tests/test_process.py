"""How the command begins and ends: signals, streams that are closed or full, limits."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.command import QUICK, lookups, process, run, tree
from tests.conftest import ROOT, RULE, RulesFolder

BUILD = [sys.executable, str(ROOT / "build.py")]


@pytest.fixture
def command(rules_folder: RulesFolder, tmp_path: Path) -> list[str]:
    """A small build as a command line, into `dist`."""
    rules = str(rules_folder(sample=RULE))
    return [*BUILD, "--rules", rules, "--out", str(tmp_path / "dist"), *QUICK]


def shell(command: list[str], rest: str) -> subprocess.CompletedProcess[str]:
    """The command in a shell, with redirections."""
    text = f'"$@" {rest}'
    return subprocess.run(
        ["bash", "-c", text, "bash", *command],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_full_output_is_said_and_the_build_is_there(command: list[str], tmp_path: Path) -> None:
    for more in ([], ["--json"]):
        done = shell([*command, *more], ">/dev/full")
        assert done.returncode == 2
        assert done.stderr == "build.py: standard output: No space left on device\n"
        assert (tmp_path / "dist" / "manifest.json").is_file()


def test_a_closed_output_is_said_and_no_file_gets_its_number(
    command: list[str], tmp_path: Path
) -> None:
    done = shell(command, ">&-")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "build.py: standard output: Bad file descriptor\n"
    whole = tree(tmp_path / "dist")
    for rest in ("--quiet >&-", "--quiet >&- 2>&-", "--quiet <&- >&- 2>&-"):
        done = shell(command, rest)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
        assert tree(tmp_path / "dist") == whole


def test_a_closed_output_loses_no_match_in_silence(
    rules_folder: RulesFolder, tmp_path: Path
) -> None:
    events = lookups(tmp_path / "e.jsonl", "bad.example.com")
    replay = [*BUILD, "replay", str(events), "--rules", str(rules_folder(sample=RULE))]
    for rest in (">&-", "--json >&-", ">/dev/full"):
        done = shell(replay, rest)
        assert done.returncode == 2
        assert "build.py: standard output: " in done.stderr.splitlines()[-1]
        assert "Traceback" not in done.stderr


@pytest.mark.parametrize("words", [["--help"], ["coverage"], ["--help", "2>/dev/full"]])
def test_full_output_of_other_verbs_is_no_traceback(words: list[str]) -> None:
    done = shell(BUILD, f"{' '.join(words)} >/dev/full")
    assert done.returncode == 2
    wanted = [] if words[1:] else ["build.py: standard output: No space left on device"]
    assert done.stderr.splitlines() == wanted


@pytest.mark.parametrize("words", ["coverage", "--help", "replay {events} --json"])
def test_a_reader_that_goes_ends_the_command_as_a_shell_shows_it(
    rules_folder: RulesFolder, tmp_path: Path, words: str
) -> None:
    events = lookups(tmp_path / "e.jsonl", *["bad.example.com"] * 9)
    given = words.format(events=events).split()
    if given[0] == "replay":
        given += ["--rules", str(rules_folder(sample=RULE))]
    ours, theirs = os.pipe()
    os.close(ours)
    with subprocess.Popen([*BUILD, *given], stdout=theirs, stderr=subprocess.PIPE) as running:
        os.close(theirs)
        _, said = running.communicate(timeout=60)
    assert running.returncode == 141
    assert said == b"" or given[0] == "replay"
    assert b"Traceback" not in said and b"Exception" not in said


def test_head_gets_its_line(command: list[str]) -> None:
    done = shell([*BUILD, "coverage"], "| head -1")
    assert (len(done.stdout.splitlines()), done.stderr) == (1, "")


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
@pytest.mark.parametrize("wait", [0.15, 0.4])
def test_a_signal_ends_a_build_in_silence_and_leaves_nothing(
    tmp_path: Path, number: int, code: int, wait: float
) -> None:
    out = tmp_path / "dist"
    rules = str(ROOT / "tests" / "golden" / "sigma_rules")
    line = [*BUILD, "--rules", rules, "--out", str(out)]
    with subprocess.Popen(
        line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
    ) as running:
        time.sleep(wait)
        running.send_signal(number)
        _, said = running.communicate(timeout=60)
    assert (running.returncode, said) in [(code, b""), (0, b"")]
    assert sorted(path.name for path in tmp_path.iterdir()) in ([], ["dist"])


def test_an_ignored_hangup_stays_ignored(command: list[str]) -> None:
    def ignore() -> None:
        signal.signal(signal.SIGHUP, signal.SIG_IGN)

    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=ignore
    ) as running:
        time.sleep(0.3)
        running.send_signal(signal.SIGHUP)
        running.communicate(timeout=60)
    assert running.returncode == 0


def test_an_interrupt_inside_a_verb_is_130_and_silent(
    monkeypatch: pytest.MonkeyPatch, rules_folder: RulesFolder
) -> None:
    def interrupt(*args: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("sigmapack.making.load", interrupt)
    result = run("check", "--rules", rules_folder(sample=RULE))
    assert (result.exit_code, result.output) == (130, "")


def limited(command: list[str], kind: int, value: int) -> subprocess.CompletedProcess[str]:
    """The command under a limit of the system."""
    return subprocess.run(
        command,
        preexec_fn=lambda: resource.setrlimit(kind, (value, value)),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("megabytes", [32, 48, 56, 64])
def test_little_memory_is_one_line_and_leaves_the_build(
    command: list[str], tmp_path: Path, megabytes: int
) -> None:
    assert subprocess.run(command, capture_output=True, timeout=60).returncode == 0
    before = tree(tmp_path / "dist")
    done = limited([*command, "--quiet"], resource.RLIMIT_AS, megabytes << 20)
    assert done.returncode in (0, 2), done.stderr
    # A library may warn that it could not load another.
    said = [line for line in done.stderr.splitlines() if line.startswith("build.py: ")]
    assert len(said) == (done.returncode == 2), done.stderr
    assert "Traceback" not in done.stderr
    assert tree(tmp_path / "dist") == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["dist", "rules"]


@pytest.mark.parametrize("size", [0, 700])
def test_a_limit_on_files_is_one_line_and_leaves_the_build(
    command: list[str], tmp_path: Path, size: int
) -> None:
    assert subprocess.run(command, capture_output=True, timeout=60).returncode == 0
    before = tree(tmp_path / "dist")
    done = limited(command, resource.RLIMIT_FSIZE, size)
    assert done.returncode == 2
    assert done.stderr.startswith("build.py: ")
    assert done.stderr.endswith(": File too large: nothing changed\n")
    assert done.stderr.count("\n") == 1
    assert tree(tmp_path / "dist") == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["dist", "rules"]


@pytest.mark.parametrize("number", [6, 8])
def test_few_open_files_are_enough_or_one_line(command: list[str], number: int) -> None:
    done = limited([*command, "--quiet"], resource.RLIMIT_NOFILE, number)
    assert done.returncode in (0, 2)
    assert len(done.stderr.splitlines()) == (done.returncode == 2)
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "fault",
    [
        ImportError("No module\nnamed 'x'"),
        MemoryError(),
        OSError(5),
        SystemError("error return without exception set"),
    ],
)
def test_a_start_that_fails_is_one_line(fault: Exception) -> None:
    code = f"from sigmapack import process; process.begin(); raise {fault!r}"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stderr.startswith("build.py: cannot start: ") and done.stderr.count("\n") == 1


def test_a_fault_of_ours_is_still_shown_whole() -> None:
    code = "from sigmapack import process; process.begin(); raise KeyError('ours')"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1 and "KeyError: 'ours'" in done.stderr


def test_a_replay_without_room_for_its_database_is_one_line(
    rules_folder: RulesFolder, tmp_path: Path
) -> None:
    events = lookups(tmp_path / "e.jsonl", *["bad.example.com"] * 50)
    rules = str(rules_folder(sample=RULE))
    line = [*BUILD, "replay", str(events), "--rules", rules]
    done = limited(line, resource.RLIMIT_FSIZE, 4096)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("build.py: temporary folder: ")
    assert done.stderr.count("\n") == 1


def test_output_errors_are_told_from_those_of_files() -> None:
    done = process("replay", ROOT / "nowhere.jsonl")
    assert b"standard output" not in done.stderr
