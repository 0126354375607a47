"""PDFs, read by a library that did not make them."""

from __future__ import annotations

import io

from pypdf import PdfReader

from sigmapack.page import paper
from tests.engines import tools

#: Of A4 (ISO 216), in points of a 72nd of an inch.
A4 = (595, 842)


def library() -> None:
    """Skip where no PDF can be made; in CI that is a failure."""
    try:
        paper.check()
    except paper.NoPaper as error:
        tools.missing(str(error))


def pages(data: bytes) -> list[tuple[int, int]]:
    """The width and height of each page, in points."""
    found = PdfReader(io.BytesIO(data), strict=True).pages
    return [(round(page.mediabox.width), round(page.mediabox.height)) for page in found]


def text_of(data: bytes) -> str:
    """The text of all pages, with single blanks."""
    found = PdfReader(io.BytesIO(data), strict=True).pages
    return " ".join(" ".join(page.extract_text() for page in found).split())
