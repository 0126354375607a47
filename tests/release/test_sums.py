"""`SHA256SUMS`: what sha256sum reads, and lines that would lead a reader astray."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from sigmapack.release import sums
from tests.release.bundle import released

GOOD = "0" * 64


def test_sha256sum_takes_the_list_and_finds_a_changed_byte(tmp_path: Path) -> None:
    bundle = released(tmp_path)
    line = ["sha256sum", "-c", "--strict", "--quiet", "SHA256SUMS"]
    assert subprocess.run(line, cwd=bundle, check=False).returncode == 0
    (bundle / "top.json").write_text("{ }", "utf-8")
    assert subprocess.run(line, cwd=bundle, check=False, capture_output=True).returncode == 1


def test_the_list_is_sorted_and_reads_back() -> None:
    digests = {"b/a": GOOD, "a": GOOD}
    text = sums.text(digests)
    assert text.decode() == f"{GOOD}  a\n{GOOD}  b/a\n"
    assert sums.read(text) == (digests, [])


@pytest.mark.parametrize(
    "path",
    [
        "../etc/passwd", "/etc/passwd", "a/../../b", "a//b", "./a", "a/.", "a/", "..", "C:/x",
        "a\\..\\b", "a\x1b[2Jb", "a\rb", "a\u202eb", "a\udcffb", "a:b", "x" * 241, "a/" * 20 + "b",
    ],
)  # fmt: skip
def test_a_path_that_leads_elsewhere_is_named_and_never_written(path: str) -> None:
    data = f"{GOOD}  a\n{GOOD}  {path}\n".encode("utf-8", "surrogateescape")
    found, (fault,) = sums.read(data)
    assert found == {"a": GOOD}
    assert (fault.line, fault.code) == (2, "unsafe-name")
    with pytest.raises(ValueError, match="a bundle cannot hold it"):
        sums.text({path: GOOD})


@pytest.mark.parametrize(
    ("text", "line", "code"),
    [
        (f"{GOOD}  a", 1, "malformed"),
        (f"{GOOD} a\n", 1, "malformed"),
        (f"{GOOD} *a\n", 1, "malformed"),
        (f"\\{GOOD}  a\n", 1, "malformed"),
        (f"{GOOD[1:]}  a\n", 1, "malformed"),
        (f"{'A' * 64}  a\n", 1, "malformed"),
        (f"{GOOD}  a\n\n", 2, "malformed"),
        (f"{GOOD}  a\n{GOOD}  a\n", 2, "twice"),
        (f"{GOOD}  SHA256SUMS\n", 1, "malformed"),
        (f"{GOOD}  SHA256SUMS.sig\n", 1, "malformed"),
    ],
)
def test_a_line_that_is_none_is_named(text: str, line: int, code: str) -> None:
    _, faults = sums.read(text.encode())
    assert [(fault.line, fault.code) for fault in faults] == [(line, code)]


def test_a_list_of_too_many_lines_is_left_at_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sums, "MOST_FILES", 3)
    found, faults = sums.read("".join(f"{GOOD}  {name}\n" for name in "abcdef").encode())
    assert list(found) == ["a", "b", "c"]
    assert [fault.code for fault in faults] == ["too-many"]
    _, faults = sums.read(b"\n" * 9)
    assert [fault.code for fault in faults] == ["malformed"] * 3 + ["too-many"]
