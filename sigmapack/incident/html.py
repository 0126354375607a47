"""The document as a page that prints well."""

from __future__ import annotations

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from sigmapack.content.text import visible
from sigmapack.content.words import Words
from sigmapack.incident import Incident, said
from sigmapack.incident.said import TO_FILL, defanged, rows_of
from sigmapack.incident.seen import STATES

#: Of letters on black (https://www.first.org/tlp/); every page of paper says the mark twice.
COLOURS = {
    "CLEAR": "#ffffff",
    "GREEN": "#33ff00",
    "AMBER": "#ffc000",
    "AMBER+STRICT": "#ffc000",
    "RED": "#ff2b2b",
}
#: How a file of ours begins.
MARK = b"<!doctype html>\n<!-- An incident report, made from logs. -->\n"


def html(document: Incident, words: Words) -> bytes:
    """The page: without script, and all of strangers' logs escaped.

    Args:
        document: of `incident`.
        words: the language, that of the document.
    """
    environment = Environment(
        loader=PackageLoader("sigmapack.incident", ""),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["_"] = words
    text = environment.get_template("document.html").render(
        document=document,
        rows=list(rows_of(document, words)),
        fill=words(TO_FILL),
        states=STATES,
        defanged=defanged,
        said=said,
        colour=Markup(COLOURS[document.given.tlp]),
    )
    return MARK + text.encode() + b"\n"


def _shown(value: object) -> object:
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    return visible(value)
