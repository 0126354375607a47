"""Pages as PDF, by WeasyPrint (https://doc.courtbouillon.org/weasyprint/), where it is installed.

It is an optional part: with it come Pango and the fonts of the machine, which a build does without.
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager

#: The comment behind the version says that the file is binary (PDF 1.7, 7.5.2); ours says whose.
MARK = b"%PDF-1.7\n%\xb3\xc3\xd8\xa6\n"
OPENING = re.compile(rb"\A%PDF-1\.7\n%[\x80-\xff]{4}\n")
NO_LIBRARY = (
    "a PDF needs WeasyPrint: pip install 'threecx-detection-pack[pdf]' (in a clone: -e '.[pdf]'), "
    "or print the page from a browser"
)
NO_PANGO = (
    "a PDF needs Pango, which WeasyPrint draws letters with: install libpango-1.0-0 and "
    "libpangoft2-1.0-0 (Debian), pango (Fedora, Homebrew), or print the page from a browser"
)


class NoPaper(Exception):
    """What makes PDFs is not installed; the text says what to do."""


def check() -> None:
    """See whether PDFs can be made, before any other work.

    Raises:
        NoPaper: something is not installed.
    """
    try:
        import weasyprint  # noqa: F401
    except ImportError:
        raise NoPaper(NO_LIBRARY) from None
    except OSError:  # of a library that it loads
        raise NoPaper(NO_PANGO) from None


def pdf(page: bytes) -> bytes:
    """A page of ours on paper, tagged for readers of screens; the same bytes for the same page.

    Nothing that the page refers to is fetched. The same bytes come from the same fonts and release
    of WeasyPrint.

    Args:
        page: HTML in UTF-8; the paper is A4, unless it says another.

    Raises:
        NoPaper: something is not installed.
    """
    check()
    from weasyprint import HTML
    from weasyprint.urls import URLFetcher

    logging.getLogger("weasyprint").setLevel(logging.ERROR)  # what print does not know of CSS
    fetcher = URLFetcher(allowed_protocols=())
    with _no_clock():
        made: bytes = HTML(string=page.decode(), url_fetcher=fetcher).write_pdf(
            pdf_identifier=b"threecx-detection-pack", pdf_version="1.7", pdf_tags=True
        )
    return OPENING.sub(lambda _: MARK, made, count=1)


@contextmanager
def _no_clock() -> Iterator[None]:
    """The fonts in a PDF have a time of change: https://reproducible-builds.org/specs/source-date-epoch/."""
    name = "SOURCE_DATE_EPOCH"
    before = os.environ.get(name)
    os.environ[name] = "0"
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before
