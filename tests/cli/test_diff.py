"""`diff`: what it prints of two builds, how it ends, and what it refuses to read."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt

from sigmapack.compare import compare
from sigmapack.events.watch import Watch
from tests.cli.command import PROBLEM, process, run
from tests.compare.builds import DATED, PLAIN, SECOND, build, events

LATER = PLAIN.replace("'.example.com'", "'a.example.com'").replace("01-02", "01-03")


@pytest.fixture
def old(tmp_path: Path) -> Path:
    return build(tmp_path / "old", {"sample": PLAIN, "second": SECOND})


@pytest.fixture
def new(tmp_path: Path) -> Path:
    return build(tmp_path / "new", {"sample": LATER})


def forged(build: Path, **changed: Any) -> Path:
    """A build whose manifest a stranger changed."""
    manifest = json.loads((build / "manifest.json").read_text("utf-8"))
    (build / "manifest.json").write_text(json.dumps(manifest | changed), "utf-8")
    return build


def test_the_text_names_what_changed_and_what_to_do(old: Path, new: Path) -> None:
    result = run("diff", old, new)
    assert (result.exit_code, result.stderr) == (0, "")
    lines = result.stdout.splitlines()
    assert "major  rule second removed" in lines
    assert "sample  logic    high" in lines
    start = lines.index("Splunk, delete: they are gone with the upgrade: delete what local/ still "
                        "has of them")  # fmt: skip
    assert lines[start + 1] == "    3CX pack - Second"
    assert lines[-1] == (
        "0 rules added, 1 removed, 1 changed in logic, 0 otherwise; 0 rows of lookups; after 0.1.0 "
        "the next version is 1.0.0 (major)"
    )


def test_json_has_the_same_for_a_pipeline(old: Path, new: Path) -> None:
    data = json.loads(run("diff", old, new, "--json").stdout)
    assert data["version"] == {"old": "0.1.0", "next": "1.0.0", "part": "major"}
    assert [rule["rule"] for rule in data["rules"]["removed"]] == ["second"]
    (change,) = data["rules"]["changed"]
    assert (change["logic"], change["lost_events"], change["modified"]["new"]) == (
        True,
        None,
        "2026-01-03",
    )
    splunk = next(one for one in data["products"] if one["product"] == "splunk")
    assert splunk["delete"] == ["3CX pack - Second"]
    assert [one["item"] for one in splunk["replace"]] == ["3CX pack - Sample"]
    assert "search" in splunk["replace"][0]["fields"]


def test_a_version_that_is_too_small_exits_with_1(old: Path, new: Path) -> None:
    assert run("diff", old, new, "--check", "1.0.0").exit_code == 0
    assert run("diff", old, new, "--check", "2.0.0").exit_code == 0
    result = run("diff", old, new, "--check", "0.2.0")
    assert result.exit_code == 1
    assert result.stderr.startswith(
        "version-too-small: 0.2.0 is too small after 0.1.0: 1.0.0 at least"
    )
    wrong = run("diff", old, new, "--check", "1.0")
    assert (wrong.exit_code, len(wrong.stderr.splitlines())) == (2, 1)


def test_logic_without_a_later_date_exits_with_1_and_names_the_line(tmp_path: Path) -> None:
    before = build(tmp_path / "before", {"sample": PLAIN})
    after = build(tmp_path / "after", {"sample": LATER.replace("01-03", "01-02")})
    result = run("diff", before, after)
    (line,) = result.stderr.splitlines()
    assert result.exit_code == 1
    assert PROBLEM.fullmatch(line)
    assert line.startswith("rules/sample.yml:13: not-modified: the logic of sample changed")


def test_a_replay_says_which_events_are_lost(old: Path, new: Path, tmp_path: Path) -> None:
    folder = events(tmp_path, sample=("a.example.com", "b.example.com"))
    result = run("diff", old, new, "--replay", folder)
    path = (folder / "sample.match.jsonl").as_posix()
    (row,) = [line for line in result.stdout.splitlines() if line.endswith("  lost")]
    assert row.split() == [f"{path}:2", "sample", "2023-03-29T10:01:00.000Z", "WS-1", "lost"]
    assert result.stdout.splitlines()[-1] == (
        "2 events on both: 1 matches as before, 1 lost, 0 found"
    )
    data = json.loads(run("diff", old, new, "--replay", folder, "--json").stdout)
    assert [match["record"] for match in data["replay"]["lost"]] == [2]


def test_release_notes_are_markdown_in_which_no_title_is_a_mark(tmp_path: Path) -> None:
    title = "title: 'Sample | <img src=x> [a](http://b) `c` *d* # e'"
    old = build(tmp_path / "old", {"sample": DATED})
    new = build(tmp_path / "new", {"sample": DATED.replace("title: Sample", title)})
    notes = tmp_path / "notes.md"
    assert run("diff", old, new, "--markdown", notes, "--quiet").exit_code == 0
    text = notes.read_text("utf-8")
    assert text.startswith("<!-- What changed in the 3CX detection pack -->\n\n# Changes after")
    assert r"Sample \| &lt;img src=x&gt; \(a\)\(http://b\) \`c\` \*d\* \# e" in text
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    kinds = {each.type for token in tokens for each in [token, *(token.children or [])]}
    assert kinds.isdisjoint({"html_inline", "link_open", "code_inline", "em_open", "image"})
    assert [t.content.strip() for t in tokens if t.type == "html_block"] == [
        "<!-- What changed in the 3CX detection pack -->"
    ]
    assert run("diff", old, new, "--markdown", notes, "--quiet").exit_code == 0  # its own kind
    other = tmp_path / "other.md"
    other.write_text("mine", "utf-8")
    refused = run("diff", old, new, "--markdown", other)
    assert (refused.exit_code, other.read_text("utf-8")) == (2, "mine")


def test_what_is_no_build_is_one_line(old: Path, tmp_path: Path) -> None:
    for wrong in (tmp_path / "none", tmp_path):
        result = run("diff", old, wrong)
        assert (result.exit_code, result.stdout) == (2, "")
        (line,) = result.stderr.splitlines()
        assert line.startswith(f"build.py: {wrong}: ")


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"rules": "x"}, "manifest.rules is to be a list"),
        ({"rules": ["x"]}, "rules[0] is to be a mapping"),
        ({"rules": [{"rule": 1}]}, "rules[0].rule is to be a text"),
        ({"lookups": [{"lookup": "a", "columns": ["b"], "rows": [["c", "d"]]}]}, "every row is"),
        ({"lookups": [{"lookup": "a", "columns": ["b"], "rows": ["c"]}]}, "a list of lists"),
        ({"files": {"splunk/x.tgz": 1}}, "manifest.files is to be a mapping of texts"),
        ({"version": "one"}, "'one' is no version"),
        ({"files": {"splunk/../../../x.tgz": ""}}, "which leads out of it"),
        ({"files": {"splunk//x.tgz": "", "splunk/./x.tgz": ""}}, "which leads out of it"),
        ({"files": {"splunk/\\..\\x.tgz": ""}}, "which is no file in it"),
        ({"files": {"splunk/none.tgz": ""}}, "cannot be read: No such file"),
    ],
)
def test_a_forged_manifest_is_one_line(old: Path, changed: dict[str, Any], message: str) -> None:
    result = run("diff", old, forged(old, **changed))
    assert result.exit_code == 2, result.stdout
    (line,) = result.stderr.splitlines()
    assert message in line


def test_a_manifest_of_an_earlier_version_says_what_to_do(old: Path, new: Path) -> None:
    data = json.loads((new / "manifest.json").read_text("utf-8"))
    del data["rules"], data["lookups"]
    (new / "manifest.json").write_text(json.dumps(data), "utf-8")
    (line,) = run("diff", old, new).stderr.splitlines()
    assert line.endswith("has no rules and no lookups: it was built by an earlier version: build "
                         "it again with this one")  # fmt: skip


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 100_000, "{}}", "\x00", '["a"]'])
def test_a_manifest_that_is_none_is_one_line(old: Path, new: Path, text: str) -> None:
    (new / "manifest.json").write_text(text, "utf-8")
    result = run("diff", old, new)
    assert (result.exit_code, len(result.stderr.splitlines())) == (2, 1)


def test_a_link_in_a_build_is_not_followed(old: Path, new: Path, tmp_path: Path) -> None:
    (package,) = (new / "splunk").glob("*.tgz")
    moved = tmp_path / "elsewhere.tgz"
    shutil.move(package, moved)
    package.symlink_to(moved)
    (line,) = run("diff", old, new).stderr.splitlines()
    assert line.endswith(f"{package.name}: a link, which is not followed")
    shutil.move(new / "splunk", tmp_path / "splunk")
    (new / "splunk").symlink_to(tmp_path / "splunk")
    assert run("diff", old, new).exit_code == 2


def test_a_package_that_was_changed_since_is_refused(old: Path, new: Path) -> None:
    (package,) = (new / "splunk").glob("*.tgz")
    package.write_bytes(package.read_bytes() + b"\n")
    (line,) = run("diff", old, new).stderr.splitlines()
    assert line.endswith("is not what manifest.json says: it was changed since")


def test_an_interrupted_replay_tells_of_no_lost_event(
    old: Path, new: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*given: object) -> object:
        watch = given[3]
        assert isinstance(watch, Watch)
        watch.interrupt()
        return compare(*given[:3])  # type: ignore[arg-type]

    monkeypatch.setattr("sigmapack.compare.compare", interrupted)
    notes = tmp_path / "notes.md"
    result = run("diff", old, new, "--markdown", notes)
    assert (result.exit_code, result.stdout, notes.exists()) == (130, "", False)


def test_a_pipe_gets_the_same_bytes_each_time(old: Path, new: Path) -> None:
    one, two = (process("diff", old, new, PYTHONHASHSEED=seed) for seed in "12")
    assert (one.returncode, one.stderr) == (0, b"")
    assert one.stdout == two.stdout
