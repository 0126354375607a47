"""The page of a replay: one file, harmless whatever logs say, and the same for the same input."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

from sigmapack.content.model import Playbook, Rule
from sigmapack.matches import Match, NotRun, Report
from sigmapack.page import hits
from sigmapack.write import WriteRefused, write_file
from tests.cli.command import lookups, run
from tests.conftest import ROOT, RULE, RulesFolder

HOSTILE = (
    "</title></style><script>alert(1)</script><img src=x onerror=alert(1)>\"' {{ 7*7 }}\u202e\x00"
)
VOID = {"meta", "img", "link", "br", "rect"}
BOOK = Playbook("p", "Look here", ("Check <b>this</b>",), ("Contain that",), "Tell them")


class Elements(HTMLParser):
    """What a browser would make of a page: elements, their attributes, text."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(page.decode())
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.text += data


def rule(level: str = "high", name: str = "sample", **more: object) -> Rule:
    return Rule(f"{name}.yml", {"title": name.title(), "name": name, "level": level, **more})


def match(of: Rule, record: int = 1, host: str | None = "WS-1", **more: str) -> Match:
    time = f"2023-03-29T10:{record % 60:02}:00.000Z"
    return Match(of, "e.jsonl", record, time, host, more or {"QueryName": "bad.example.com"})


def page(report: Report) -> bytes:
    return hits.html(report, (), {"p": BOOK}, "python build.py replay e.jsonl")


def hostile() -> Report:
    """Every text that a stranger writes."""
    bad = rule(HOSTILE, HOSTILE, title=HOSTILE, description=HOSTILE)
    found = Match(bad, HOSTILE, 1, HOSTILE, HOSTILE, {HOSTILE: HOSTILE}, ((HOSTILE, 1),))
    timed = match(bad, host=HOSTILE)
    return Report([found, timed], refused=[NotRun(bad, HOSTILE)], unseen=[bad], interrupted=True)


def test_texts_of_strangers_are_texts() -> None:
    found = Elements(page(hostile()))
    plain = Elements(page(Report([match(rule())])))
    assert all(str(more["href"]).startswith("#") for tag, more in found.found if tag == "a")
    assert {tag for tag, _ in found.found} <= {tag for tag, _ in plain.found} | {
        "a",
        "ul",
        "li",
        "strong",
    }
    assert "<script>alert(1)</script>" in found.text and "{{ 7*7 }}" in found.text
    assert "\u202e" not in found.text and "\0" not in found.text
    assert found.open == []
    allowed = {"class", "id", "href", "lang", "charset", "content", "http-equiv", "name", "viewbox"}
    allowed |= {"preserveaspectratio", "role", "aria-label", "x", "y", "width", "height"}
    assert {name for _, attributes in found.found for name in attributes} <= allowed


def test_the_page_needs_no_network_and_no_script() -> None:
    found = Elements(page(Report([match(rule(response="p"))])))
    policy = {a.get("content") for tag, a in found.found if a.get("http-equiv")}
    assert policy == {"default-src 'none'; style-src 'unsafe-inline'"}
    assert not {"script", "link", "iframe", "img", "base", "form"} & {tag for tag, _ in found.found}
    links = [str(a["href"]) for _, a in found.found if "href" in a]
    assert links and all(link.startswith("#") for link in links)
    assert {link[1:] for link in links} <= {a.get("id") for _, a in found.found}
    assert b"url(" not in page(hostile()) and b"@import" not in page(hostile())


def test_it_has_the_hits_their_evidence_and_what_to_do() -> None:
    low, grave = rule("low", "small", response="p"), rule("critical", "grave", description="Why.")
    text = Elements(page(Report([match(low), match(grave, 2)], events=9, files=1))).text
    text = re.sub(r"\s+", " ", text)
    evidence = text[text.index("Evidence") :]
    assert evidence.index("Grave") < evidence.index("Small")
    for said in ("2 matches of 2 rules on 1 hosts", "1 critical", "QueryName", "bad.example.com"):
        assert said in text
    for said in ("e.jsonl:2", "WS-1", "Why.", "Look here", "Check <b>this</b>", "Tell them"):
        assert said in text
    assert "python build.py replay e.jsonl" in text


def test_what_is_missing_is_said_first() -> None:
    whole = Elements(page(Report([match(rule())]))).text
    assert "Not all was read" not in whole and "Interrupted" not in whole
    lacking = Report(
        refused=[NotRun(rule(), "too hard")], interrupted=True, partly_read=Path("x.gz")
    )
    text = Elements(page(lacking)).text
    assert text.index("Interrupted") < text.index("Events read")
    assert text.index("Not all was read") < text.index("Events read")
    assert "sample: too hard" in text and "x.gz" in text


def test_many_matches_are_counted_not_shown() -> None:
    many = [match(rule(), number, f"WS-{number % 70}") for number in range(1, 10_001)]
    made = page(Report(many))
    text = Elements(made).text
    assert "10000 matches of 1 rules on 70 hosts" in text
    assert f"and {10_000 - hits.MOST_OF_RULE:,} more matches" in text
    assert "and 30 more hosts" in text
    assert len(made) < 200_000


def test_all_rules_have_their_number_where_the_page_is_full() -> None:
    many = [match(rule(name=f"r{n % 99}"), n) for n in range(1, 10_001)]
    made = page(Report(many))
    assert made.count(b'<div class="hit">') == hits.MOST_SHOWN
    assert made.count(b"<article>") == 99


def test_long_values_are_cut_and_counted() -> None:
    text = Elements(page(Report([match(rule(), CommandLine="x" * 5_000)]))).text
    assert "… (4600 characters more)" in text


def test_matches_without_a_time_are_counted_beside_the_timeline() -> None:
    timeless = Match(rule(), "e.jsonl", 1, None, None, {})
    text = Elements(page(Report([timeless, match(rule(), 2)]))).text
    assert "and 1 more matches that have no time" in text
    assert "When, where" not in Elements(page(Report([timeless]))).text


def test_the_bytes_are_those_of_the_input(rules_folder: RulesFolder, tmp_path: Path) -> None:
    events = lookups(tmp_path / "e.jsonl", "bad.example.com", "worse.example.net")
    folder = rules_folder(sample=RULE)
    one, other = tmp_path / "one.html", tmp_path / "other.html"
    for out in (one, other, one):
        result = run("replay", events, "--rules", folder, "--html", out)
        assert result.exit_code == 0, result.output
        assert "2 matches" in result.stderr and "bad" not in result.stderr
    assert one.read_bytes() == other.read_bytes()
    plain = tmp_path / "plain"
    plain.touch()
    assert one.stat().st_mode == plain.stat().st_mode


@pytest.mark.parametrize("there", ["file", "folder", "nowhere", "broken link", "input"])
def test_nothing_of_others_is_overwritten(
    rules_folder: RulesFolder, tmp_path: Path, there: str
) -> None:
    events = lookups(tmp_path / "e.jsonl", "bad.example.com")
    out = tmp_path / "out.html"
    if there == "file":
        out.write_text("<!doctype html><p>mine", "utf-8")
    elif there == "folder":
        out.mkdir()
    elif there == "nowhere":
        out = tmp_path / "no" / "out.html"
    elif there == "broken link":
        out.symlink_to(tmp_path / "no" / "out.html")
    else:
        out = events
    before = {path: path.lstat() for path in tmp_path.rglob("*")}
    result = run("replay", events, "--rules", rules_folder(sample=RULE), "--html", out)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(f"build.py: {out}: ")
    assert {path: path.lstat() for path in before} == before


def test_a_page_that_fails_leaves_nothing_and_the_earlier_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out.html"
    write_file(out, hits.MARK + b"first", hits.MARK)

    def full(*args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(WriteRefused, match="No space left on device: nothing changed"):
        write_file(out, hits.MARK + b"second", hits.MARK)
    assert [path.name for path in tmp_path.iterdir()] == ["out.html"]
    assert out.read_bytes() == hits.MARK + b"first"


def test_a_replay_without_a_page_imports_no_templates() -> None:
    code = "import build, sys; print('jinja2' in sys.modules, 'sigmapack.page.hits' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True)
    assert done.stdout == b"False False\n"
