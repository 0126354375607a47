"""One-page notices for users and for management, in every language, to print and put up."""

from __future__ import annotations

from collections.abc import Mapping

from jinja2 import Environment, PackageLoader, StrictUndefined

from sigmapack.compiling.product import Artifact
from sigmapack.content.model import Content
from sigmapack.page.paper import pdf

FOLDER = "awareness"
MARK = "<!doctype html>\n<!-- A notice of the 3CX detection pack. -->\n"


def artifacts(
    contents: Mapping[str, Content], organisation: str = "", papers: bool = False
) -> list[Artifact]:
    """The notices: `awareness/<for whom>.<language>.html`, and the same with `.pdf`.

    Args:
        contents: the content in each language.
        organisation: whose notice it is; a line to write on, where that is not known.
        papers: whether to make PDFs, too.

    Raises:
        NoPaper: PDFs are wanted, and what makes them is not installed.
    """
    environment = Environment(
        loader=PackageLoader("sigmapack.page", ""),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    template = environment.get_template("notice.html")
    made = []
    for lang, content in contents.items():
        for name, notice in content.notices.items():
            before, _, after = notice.tell.partition("{contact}")
            text = template.render(
                _=content.words,
                lang=lang,
                notice=notice,
                before=before,
                contact=content.contact,
                after=after,
                organisation=organisation,
            )
            page = f"{MARK}{text}\n".encode()
            made.append(Artifact(f"{FOLDER}/{name}.{lang}.html", page))
            if papers:
                made.append(Artifact(f"{FOLDER}/{name}.{lang}.pdf", pdf(page)))
    return made
