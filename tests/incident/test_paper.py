"""The report on paper: marked on every page, whole at its right edge, names of files short."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from pypdf import PdfReader

from sigmapack.incident import Given, incident
from sigmapack.incident.html import html
from sigmapack.incident.markdown import markdown
from sigmapack.incident.said import MOST_HOSTS, MOST_NAMES, place
from sigmapack.matches import Match, Report
from sigmapack.page import paper
from tests.engines.browser.chromium import browser
from tests.engines.corpus import pack
from tests.incident.sample import STORY
from tests.incident.test_documents import evil
from tests.page.printed import library

#: What is between the margins of A4, in CSS pixels of a 96th of an inch.
WIDTH = round((210 - 2 * 12) / 25.4 * 96)


def document(tlp: str = "AMBER", *files: str) -> bytes:
    content = pack()
    rule = content.by_name["dns_query_win_threecx_c2_domain"]
    fields = {"QueryName": "a" * 63 + ".akamaicontainer.com", "Image": "C:\\" + "x" * 200}
    matches = [
        Match(rule, file, 1, "2023-03-29T10:00:00.000Z", "H" * 63 + ".corp.example", fields)
        for file in files or ("logs/" + "f" * 120 + ".jsonl",)
    ]
    report = Report(matches=matches, events=1, parsed=1)
    return html(incident(content, report, [], Given(tlp=tlp), 1), content.words)


@pytest.mark.parametrize("tlp", ["CLEAR", "AMBER+STRICT", "RED"])
def test_every_page_says_its_mark_at_the_top_and_at_the_foot(tlp: str) -> None:
    library()
    pages = PdfReader(io.BytesIO(paper.pdf(document(tlp)))).pages
    assert len(pages) > 2
    for number, page in enumerate(pages):
        text = page.extract_text()
        # The first page has it above the title, too, and in its table.
        assert text.count(f"TLP:{tlp}") == (4 if number == 0 else 2)
        assert f"{number + 1} / {len(pages)}" in text


@pytest.mark.engines("chromium")
@pytest.mark.parametrize("page", ["long names", "of strangers"])
def test_nothing_is_cut_off_at_the_right(tmp_path: Path, page: str) -> None:
    path = tmp_path / "report.html"
    path.write_bytes(document() if page == "long names" else evil()[2])
    with browser() as one:
        shown = one.new_page(viewport={"width": WIDTH, "height": 1000})
        shown.emulate_media(media="print")
        shown.goto(path.as_uri())
        assert shown.evaluate("document.documentElement.scrollWidth") <= WIDTH
        phone = one.new_page(viewport={"width": 390, "height": 800})
        phone.goto(path.as_uri())
        assert phone.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_file_is_called_by_its_name_where_no_other_is_called_so() -> None:
    content = pack()
    rule = content.by_name["dns_query_win_threecx_c2_domain"]

    def shown(*files: str) -> list[str]:
        matches = [Match(rule, file, 7, None, "h", {}) for file in files]
        made = incident(content, Report(matches=matches), [], Given(), 1)
        return [place(one, made) for one in made.evidence]

    assert shown("logs/a.evtx", r"D:\logs\b.evtx", "x.zip!in/c.evtx") == [
        "b.evtx:7",
        "a.evtx:7",
        "c.evtx:7",
    ]
    assert shown("one/a.evtx", "two/a.evtx") == ["one/a.evtx:7", "two/a.evtx:7"]


def test_a_correlation_names_its_records_by_number_where_they_are_of_one_file() -> None:
    from tests.cli.command import run

    said = run("report", STORY).stdout
    assert "rests on the records 1, 2" in said
    assert STORY.name + ":2" in said.replace("\\", "") and str(STORY) + ":2" not in said


def test_of_many_hosts_each_has_its_place_and_the_gravest_are_told_at_length() -> None:
    content = pack()
    rule = content.by_name["dns_query_win_threecx_c2_domain"]
    fields = {"QueryName": "akamaicontainer.com"}
    count = MOST_HOSTS + 7
    matches = [Match(rule, "f", n + 1, None, f"WS-{n:04}", fields) for n in range(count)]
    made = incident(content, Report(matches=matches), [], Given(), 1)
    said = markdown(made, content.words).decode()
    page = html(made, content.words).decode()
    hosts = [host.host for host in made.hosts]
    assert all(name in page and name in said for name in hosts) and len(hosts) == count
    assert said.count("\n### WS-") == page.count('<div class="host">') == MOST_HOSTS
    assert said.count(f"and {count - MOST_NAMES} more") == 1
