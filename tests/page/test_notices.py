"""The notices: one page each, in both languages, with the organisation's own contact."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sigmapack.content.model import Problem
from sigmapack.content.story import notices as read
from sigmapack.content.translation import translated
from sigmapack.content.words import LANGUAGES
from sigmapack.page import notices
from tests.engines.browser.chromium import browser
from tests.engines.corpus import pack

CONTENTS = {lang: translated(pack(), lang) for lang in LANGUAGES}
#: Words of a notice that people read at a board.
MOST_WORDS = 260
JARGON = re.compile(r"\b(?:C2|implant|payload|DLL|hash|IOC|telemetry|endpoint|SIEM|beacon)\b", re.I)


def texts(organisation: str = "") -> dict[str, str]:
    made = notices.artifacts(CONTENTS, organisation)
    return {one.path: one.data.decode() for one in made}


def words_of(page: str) -> list[str]:
    body = re.sub(r"<style>.*?</style>|<[^>]+>", " ", page, flags=re.DOTALL)
    return re.findall(r"\w+", body)


def test_there_is_one_for_users_and_one_for_management_in_each_language() -> None:
    assert sorted(texts()) == [
        "awareness/management.en.html",
        "awareness/management.es.html",
        "awareness/users.en.html",
        "awareness/users.es.html",
    ]


def test_they_are_short_and_those_for_users_are_plain() -> None:
    for path, page in texts().items():
        assert len(words_of(page)) <= MOST_WORDS, path
        if "users" in path:
            assert JARGON.search(page) is None, path


def test_an_organisation_is_named_or_has_a_line_to_write_on() -> None:
    assert all("Acme &amp; Sons" in page for page in texts("Acme & Sons").values())
    assert all('<span class="write">' in page for page in texts().values())
    assert all("incidentes@csirt.gob.do" in page for page in texts().values())


def test_what_is_no_notice_is_a_problem(tmp_path: Path) -> None:
    path = tmp_path / "awareness.toml"
    path.write_text('[notice.users]\ntitle = "x"\n', "utf-8")
    problems: list[Problem] = []
    assert read(path, problems) == {}
    assert "[notice.users] has title, lead, tell, and lists: happened" in str(problems[0])


@pytest.mark.engines("chromium")
@pytest.mark.parametrize("size", ["A4", "Letter"])
def test_each_is_one_sheet_of_paper(tmp_path: Path, size: str) -> None:
    with browser() as one:
        page = one.new_page()
        for path, text in texts("An Organisation With A Long Name Of Its Own").items():
            file = tmp_path / path.replace("/", "-")
            file.write_text(text, "utf-8")
            page.goto(file.as_uri())
            pdf = page.pdf(format=size, prefer_css_page_size=False)
            assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1, path
