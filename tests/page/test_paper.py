"""Notices and reports as PDF: one sheet, the same bytes, nothing fetched, and a line without it."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from sigmapack.content.translation import translated
from sigmapack.content.words import LANGUAGES
from sigmapack.page import notices, paper
from tests.cli.command import process, run
from tests.engines.corpus import pack
from tests.incident.sample import STORY
from tests.incident.test_documents import evil
from tests.page.printed import A4, library, pages, text_of

CONTENTS = {lang: translated(pack(), lang) for lang in LANGUAGES}
LONG = "An Organisation With A Long Name Of Its Own, And A Department Besides"


def papers(organisation: str = "") -> dict[str, bytes]:
    library()
    made = notices.artifacts(CONTENTS, organisation, papers=True)
    return {one.path: one.data for one in made if one.path.endswith(".pdf")}


@pytest.mark.parametrize("organisation", ["", LONG], ids=["none", "long"])
def test_each_notice_is_one_sheet_of_a4_in_each_language(organisation: str) -> None:
    found = papers(organisation)
    assert sorted(found) == [
        f"awareness/{who}.{lang}.pdf" for who in ("management", "users") for lang in ("en", "es")
    ]
    for path, data in found.items():
        assert pages(data) == [A4], path
        assert organisation in text_of(data)


def test_a_notice_on_paper_says_all_that_it_says_on_the_screen() -> None:
    found = papers()
    for lang, content in CONTENTS.items():
        for name, notice in content.notices.items():
            said = text_of(found[f"awareness/{name}.{lang}.pdf"]).replace("- ", "-")
            for line in (notice.title, notice.lead, *notice.do, *notice.avoid, *notice.noticed):
                assert line.replace("- ", "-") in said, line
            assert "incidentes@csirt.gob.do" in said


def test_it_has_a_language_a_title_and_tags_for_readers_of_screens() -> None:
    for path, data in papers().items():
        reader = PdfReader(io.BytesIO(data))
        root: Any = reader.trailer["/Root"]
        assert root["/Lang"] == path.split(".")[-2]
        assert root["/MarkInfo"]["/Marked"] and "/StructTreeRoot" in root
        assert reader.metadata and reader.metadata.title


def test_the_same_page_gives_the_same_bytes_at_another_time(tmp_path: Path) -> None:
    library()
    made = []
    for seed, epoch in (("1", "1000000000"), ("2", "1700000000")):
        path = tmp_path / f"{seed}.pdf"
        found = process(
            *("report", str(STORY), "--pdf", str(path), "--lang", "es"),
            PYTHONHASHSEED=seed,
            SOURCE_DATE_EPOCH=epoch,
        )
        assert found.returncode == 0, found.stderr
        made.append(path.read_bytes())
    assert made[0] == made[1]
    assert b"/CreationDate" not in made[0] and b"/ModDate" not in made[0]


def test_a_report_on_paper_says_what_its_page_says(tmp_path: Path) -> None:
    library()
    path = tmp_path / "informe.pdf"
    assert run("report", STORY, "--pdf", path, "--lang", "es").exit_code == 0
    data = path.read_bytes()
    assert set(pages(data)) == {A4}
    said = text_of(data)
    for text in ("TLP:AMBER", "WS-0142.corp.example", "Equipos con coincidencias", "Qué se buscó"):
        assert text in said


def test_nothing_of_a_log_is_a_link_or_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    library()
    asked: list[object] = []
    monkeypatch.setattr("socket.getaddrinfo", lambda *host, **_: asked.append(host))
    monkeypatch.setattr("socket.create_connection", lambda *host, **_: asked.append(host))
    page = evil()[2].replace(b"<main>", b'<main><img src="http://evil.example.com/a.png">')
    reader = PdfReader(io.BytesIO(paper.pdf(page)))
    assert not any("/Annots" in each for each in reader.pages)
    assert asked == []


def test_the_environment_is_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    library()
    for before in (None, "5"):
        if before is None:
            monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
        else:
            monkeypatch.setenv("SOURCE_DATE_EPOCH", before)
        paper.pdf(b"<p>x</p>")
        assert os.environ.get("SOURCE_DATE_EPOCH") == before


def test_only_a_pdf_of_ours_is_replaced(tmp_path: Path) -> None:
    library()
    path = tmp_path / "report.pdf"
    for _ in range(2):
        assert run("report", STORY, "--pdf", path).exit_code == 0
    other = path.read_bytes().replace(paper.MARK, b"%PDF-1.7\n%\xf0\x9f\x96\xa4\n", 1)
    path.write_bytes(other)
    assert run("report", STORY, "--pdf", path).exit_code == 2
    assert path.read_bytes() == other


class Unloadable:
    """Stands for a library of the system that WeasyPrint does not find."""

    def find_spec(self, name: str, *_: object) -> None:
        if name == "weasyprint":
            raise OSError("cannot load library 'libpango-1.0-0'")


@pytest.mark.parametrize("lacks", ["WeasyPrint", "Pango"])
@pytest.mark.parametrize("verb", ["report", "build"])
def test_without_it_one_line_says_what_to_install_before_any_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lacks: str, verb: str
) -> None:
    if lacks == "WeasyPrint":
        monkeypatch.setitem(sys.modules, "weasyprint", None)
    else:
        monkeypatch.delitem(sys.modules, "weasyprint", raising=False)
        monkeypatch.setattr(sys, "meta_path", [Unloadable(), *sys.meta_path])
    out = tmp_path / "out"
    given: list[str | Path] = (
        ["report", STORY, "--pdf", out] if verb == "report" else ["--pdf", "--out", out]
    )
    result = run(*given)
    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1
    assert f"a PDF needs {lacks}" in result.stderr and "install" in result.stderr
    assert not out.exists()


def test_a_build_has_them_when_asked_and_the_manifest_names_them(tmp_path: Path) -> None:
    library()
    out = tmp_path / "dist"
    assert run("--pdf", "--quiet", "--out", out).exit_code == 0
    found = sorted(path.name for path in (out / "awareness").glob("*.pdf"))
    assert found == ["management.en.pdf", "management.es.pdf", "users.en.pdf", "users.es.pdf"]
    assert "awareness/users.es.pdf" in (out / "manifest.json").read_text("utf-8")


def test_notices_of_single_products_are_none(tmp_path: Path) -> None:
    result = run("--pdf", "--target", "sigma", "--out", tmp_path / "dist")
    assert (result.exit_code, "--pdf is for the notices" in result.stderr) == (2, True)
