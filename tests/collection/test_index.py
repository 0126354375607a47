"""The index names every file and every rule; files are the same bytes from every build."""

from __future__ import annotations

import re
from pathlib import Path

from markdown_it import MarkdownIt

from tests.collection.shipped import content, files
from tests.conftest import ROOT

WIDEST = 130


def test_the_index_links_to_every_file() -> None:
    text = files()["README.md"].decode()
    assert set(re.findall(r"- File: \[`([^`]+)`\]\(\1\)", text)) == set(files()) - {"README.md"}


def test_the_index_names_every_rule_on_single_events() -> None:
    text = files()["README.md"].decode()
    assert [rule.name for rule in content().detections if f"  - {rule.name} (" not in text] == []


def test_a_link_of_the_table_leads_to_a_heading() -> None:
    text = files()["README.md"].decode()
    headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
    made = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
    assert set(re.findall(r"\]\(#([^)]+)\)", text)) == made - {"by-log-source"}


def test_every_log_source_of_a_rule_has_a_row() -> None:
    rows = set(re.findall(r"^\| `([^`]+)` \| \[", files()["README.md"].decode(), re.MULTILINE))
    assert rows == {rule.logsource.key for rule in content().detections}


def test_a_row_is_one_line() -> None:
    for name in ("README.md", "proxy/fields.md"):
        parser = MarkdownIt("commonmark").enable("table")
        width = 0
        for token in parser.parse(files()[name].decode()):
            if token.type == "tr_open":
                width = 1
            if token.type == "inline":
                width += sum(len(child.content) for child in token.children or []) + 3
            if token.type == "tr_close":
                assert width <= WIDEST, token


def test_two_builds_give_the_same_bytes(builds: tuple[Path, Path]) -> None:
    one, two = (
        {p.relative_to(base).as_posix(): p.read_bytes() for p in base.rglob("*") if p.is_file()}
        for base in (builds[0] / "collection", builds[1] / "collection")
    )
    assert one == two == files()


def test_files_have_unix_lines_and_no_path_of_this_machine() -> None:
    for name, data in files().items():
        assert b"\r" not in data and data.endswith(b"\n") and not data.endswith(b"\n\n"), name
        assert str(ROOT).encode() not in data
