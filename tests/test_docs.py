"""The documents: links lead somewhere, what they name is there, and their numbers are measured."""

from __future__ import annotations

import importlib
import json
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from sigmapack import exports
from sigmapack.checks.events import event_files
from sigmapack.content.load import load
from sigmapack.report import LEVELS
from sigmapack.targets import discover
from tests.conftest import ROOT

README = ROOT / "README.md"
IMPORT = ROOT / "docs" / "import"
PAGES = [
    *(ROOT / f"{name}.md" for name in ("README", "CONTRIBUTING", "SECURITY", "CHANGELOG")),
    *sorted((ROOT / "docs").rglob("*.md")),
]
#: Folders whose paths a document names from the root of the repository.
FOLDERS = ("sigmapack", "tests", "sigma_rules", "lookups", "docs")
#: What stands for many names, in a path.
OPEN = re.compile(r"[<>*{}\s]|\.\.\.")
#: The number of a line, behind a path.
LINE = re.compile(r":\d+:?$")
#: Characters of a cell, and of a row with its bars, as they are shown.
LONGEST_CELL, LONGEST_ROW = 100, 130
MOST_LINES = 150
SUFFIXES = (".py", ".toml", ".json", ".md", ".csv")

every_page = pytest.mark.parametrize("page", PAGES, ids=lambda p: p.relative_to(ROOT).as_posix())


@cache
def tokens(page: Path) -> tuple[Token, ...]:
    """The blocks of a page, and what stands in them, as one list."""

    def walk(found: list[Token]) -> Iterator[Token]:
        for token in found:
            yield token
            yield from walk(token.children or [])

    parser = MarkdownIt("commonmark").enable("table")
    return tuple(walk(parser.parse(page.read_text("utf-8"))))


def shown(token: Token) -> str:
    """The text of a heading or cell, without its marks."""
    return "".join(child.content for child in token.children or [] if child.type != "image")


def slug(heading: str) -> str:
    """A heading as GitHub's anchor: small letters, no punctuation, hyphens for blanks."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


@cache
def anchors(page: Path) -> frozenset[str]:
    """The anchors of a page; of equal headings the later ones are numbered."""
    found: Counter[str] = Counter()
    names = set()
    for before, token in zip(tokens(page), tokens(page)[1:], strict=False):
        if before.type == "heading_open":
            name = slug(shown(token))
            names.add(f"{name}-{found[name]}" if found[name] else name)
            found[name] += 1
    return frozenset(names)


def links(page: Path) -> Iterator[tuple[Path, str]]:
    """(file, anchor) of every link of a page that stays in the repository."""
    for token in tokens(page):
        href = str(token.attrs.get("href") or token.attrs.get("src") or "")
        if href and not re.match(r"[a-z]+:", href):
            path, _, anchor = unquote(href).partition("#")
            yield ((page.parent / path).resolve() if path else page), anchor


def code(page: Path) -> list[str]:
    """What stands in backticks, and in blocks of code."""
    return [token.content for token in tokens(page) if token.type in ("code_inline", "fence")]


@pytest.fixture(scope="module")
def dist(builds: tuple[Path, Path]) -> Path:
    """A whole build."""
    return builds[0]


@pytest.fixture(scope="module")
def queries(dist: Path) -> list[dict[str, Any]]:
    """What the manifest of that build says of its queries."""
    found: list[dict[str, Any]] = json.loads((dist / "manifest.json").read_text("utf-8"))["queries"]
    return found


def test_a_heading_becomes_the_anchor_that_the_host_makes() -> None:
    assert slug("What each product can't say: `ES|QL`, W1-W3?") == (
        "what-each-product-cant-say-esql-w1-w3"
    )


@every_page
def test_every_link_leads_to_a_file_and_a_heading(page: Path) -> None:
    dead = [
        f"{path}#{anchor}"
        for path, anchor in links(page)
        if not path.exists() or (anchor and anchor not in anchors(path))
    ]
    assert dead == []


@every_page
def test_every_path_that_a_page_names_is_there(page: Path) -> None:
    parts = [LINE.sub("", part) for text in code(page) for part in text.split()]
    named = [part for part in parts if part.partition("/")[0] in FOLDERS and "/" in part]
    files = [re.sub(r":\d+$", "", part) for part in named if not OPEN.search(part)]  # with a line
    assert [path for path in files if not (ROOT / path).exists()] == []


@every_page
def test_a_cell_is_one_line(page: Path) -> None:
    width = 0
    for before, token in zip(tokens(page), tokens(page)[1:], strict=False):
        if before.type == "tr_open":
            width = 1
        if before.type in ("td_open", "th_open"):
            assert len(shown(token)) <= LONGEST_CELL, shown(token)
            width += len(shown(token)) + 3
            assert width <= LONGEST_ROW, f"the row of {shown(token)!r} is too wide"
    assert "<br" not in page.read_text("utf-8")


def test_the_readme_is_one_page_with_both_commands() -> None:
    text = README.read_text("utf-8")
    assert len(text.splitlines()) <= MOST_LINES
    assert "pip install -e . && python build.py" in text
    assert "pip install -e '.[test]' && pytest" in text


def test_every_page_is_at_most_two_clicks_from_the_readme() -> None:
    one = {path for path, _ in links(README)}
    two = {path for page in one if page in PAGES for path, _ in links(page)}
    assert [str(page) for page in PAGES if page not in {README, *one, *two}] == []


def test_how_to_import_a_product_is_one_click_from_the_readme() -> None:
    linked = {path for path, _ in links(README)}
    assert {IMPORT / f"{name}.md" for name in (*discover(), "indicators")} <= linked


@pytest.mark.parametrize("page", [README, *sorted(IMPORT.glob("*.md"))], ids=lambda p: p.stem)
def test_every_file_of_a_product_that_a_page_names_is_in_a_build(page: Path, dist: Path) -> None:
    folders = (*discover(), "indicators")
    parts = [part for text in code(page) for part in text.removeprefix("dist/").split()]
    named = [part for part in parts if part.partition("/")[0] in folders and "/" in part]
    assert [part for part in named if not OPEN.search(part) and not (dist / part).exists()] == []


def test_the_steps_of_every_indicator_format_are_those_that_the_build_writes() -> None:
    text = (IMPORT / "indicators.md").read_text("utf-8")
    assert [name for name, export in exports.discover().items() if export.use not in text] == []


def test_every_function_that_the_layout_names_is_there() -> None:
    text = code(ROOT / "docs" / "architecture.md")
    parts = {path.stem for path in (ROOT / "sigmapack").iterdir()} | {"build"}
    named = [name.removesuffix("()") for name in text if re.fullmatch(r"\w+(\.\w+)+(\(\))?", name)]
    ours = [n for n in named if n.partition(".")[0] in parts and not n.endswith(SUFFIXES)]
    assert len(ours) > 30
    assert [name for name in ours if not is_there(name)] == []


def is_there(name: str) -> bool:
    """Whether a dotted name below the package, or of `build`, can be imported."""
    first, *rest = name.split(".")
    found: Any = importlib.import_module(first if first == "build" else f"sigmapack.{first}")
    for part in rest:
        if not hasattr(found, part):
            try:
                importlib.import_module(f"{found.__name__}.{part}")
            except (ImportError, AttributeError):
                return False
        found = getattr(found, part)
    return True


def test_the_readme_shows_the_outcomes_of_a_build(queries: list[dict[str, Any]]) -> None:
    counts = Counter((q["target"], q["language"], q["outcome"]) for q in queries)
    rows = re.findall(r"│ (\w+) +│ (\w+) +│ (\d+) +│ (\d+) +│ (\d+) +│", README.read_text("utf-8"))
    said = {
        (target, language, outcome): int(number)
        for target, language, *numbers in rows
        for outcome, number in zip(("ok", "degraded", "refused"), numbers, strict=True)
    }
    assert said == {key: counts[key] for key in said}
    assert {key[:2] for key in said} == {key[:2] for key in counts}


def test_the_sums_of_the_table_of_proofs_are_those_that_the_documents_say() -> None:
    text = README.read_text("utf-8")
    rows = re.findall(r"^\| \w+ \| .+ \| (\d+) \| (\d+) \| (\d+) \| .+ \|$", text, re.MULTILINE)
    total = sum(int(number) for row in rows for number in row)
    executed = sum(int(row[0]) for row in rows)
    assert f"{executed} of the {total} queries ran" in text
    assert f"{executed} of {total} queries are executed" in (ROOT / "docs" / "proof.md").read_text(
        "utf-8"
    )


def test_the_numbers_of_the_documents_are_measured(queries: list[dict[str, Any]]) -> None:
    content = load(ROOT)
    levels = Counter(rule.level for rule in content.rules)
    counted: Counter[str] = Counter()
    for rule in (rule for rule in content.rules if not rule.is_base):
        for kind, path in event_files(content, rule).items():
            counted[kind] += len(path.read_text("utf-8").splitlines())
    outcomes = Counter(query["outcome"] for query in queries)
    share = f"{outcomes['ok'] / len(queries):.1%}".replace("%", " %")
    seen = sum(any(stage.sees(rule) for rule in content.rules) for stage in content.stages)
    correlations = len(content.rules) - len(content.detections)
    readme, limits = (
        " ".join(path.read_text("utf-8").split()) for path in (README, ROOT / "docs" / "limits.md")
    )
    for sentence in (
        f"**{len(content.detections)} rules and {correlations} correlations**",
        ", ".join(f"{levels[level]} {level}" for level in LEVELS),
        f"{sum(rule.is_hunting for rule in content.rules)} are for hunting",
        f"**{len(content.lookups)} lookup tables**",
        f"**{counted.total()} events**",
        f"{counted['match']} must match, {counted['miss']} are near-misses",
        f"**{len(content.stages)} stages of the attack**: rules see {seen}",
        f"{sum(bool(query['path']) for query in queries)} queries written to",
        f"package for {len(discover())} products",
        f"export to {len(exports.discover())} indicator formats",
    ):
        assert sentence in readme
    assert (
        f"{outcomes['ok']} of {len(queries)} combinations of rule, product and language are `ok` "
        f"({share}), {outcomes['degraded']} degraded, {outcomes['refused']} refused"
    ) in limits
