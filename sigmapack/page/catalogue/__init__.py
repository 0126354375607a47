"""`index.html`: all that a build has, for people who do not read YAML. One file, without network.

Everything said of queries, outcomes and proofs is the manifest's of the same build.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from sigmapack import exports
from sigmapack.compiling.product import Artifact, Query
from sigmapack.content.model import Content
from sigmapack.content.text import visible
from sigmapack.content.words import noted
from sigmapack.exports import rows
from sigmapack.exports.feed import Feed, Indicator
from sigmapack.page.catalogue import data, drawing, telemetry
from sigmapack.page.catalogue.queries import Packed
from sigmapack.page.hits import LEVELLED
from sigmapack.page.marked import steps
from sigmapack.targets import discover

__all__ = ["NAME", "artifact"]

NAME = "index.html"
MARK = "<!doctype html>\n<!-- The catalogue of the 3CX detection pack. -->\n"
#: How the manifest calls proofs, and how the page does.
PROOFS = {
    "executed": noted("ran on an engine"),
    "parsed": noted("parsed by the product's own grammar"),
    "not replayed": noted("compiled, not replayed"),
}


#: How sure an indicator is.
SURE = {"high": noted("High"), "medium": noted("Medium"), "low": noted("Low")}
#: The dots of a name that could be looked up.
DOT = re.compile(r"(?<=[a-z0-9])\.(?=[a-z]{2,}\b)(?!(?:dll|exe|ico|msi|dmg|zip|dylib|nupkg)\b)")


class Listed(NamedTuple):
    """A list of indicators: its name, title and how it is loaded."""

    name: str
    title: Mapping[str, str]
    steps: Mapping[str, Sequence[Markup]]


def artifact(
    contents: Mapping[str, Content],
    manifest: Mapping[str, Any],
    queries: Sequence[Query],
    client: str = "",
) -> Artifact:
    """The page. It holds no time of its own, so that equal input gives equal bytes.

    Args:
        contents: the content in each language, that of the build first.
        manifest: of the build, without this page.
        queries: of the build.
        client: the name of the client whose build it is.
    """
    content = next(iter(contents.values()))
    packed = Packed()
    cards = data.cards(contents, manifest, queries, packed)
    used = {entry["target"] for entry in manifest["queries"]}
    products = {name: t.title for name, t in discover().items() if name in used}
    say = _speaker(contents)
    text = _template().render(
        _=say,
        lang=next(iter(contents)),
        langs=sorted(contents),
        client=client,
        nl=Markup("\n"),
        contact=content.contact,
        version=manifest["version"],
        cards=cards,
        products=products,
        executed=sum(entry["proof"] == "executed" for entry in manifest["queries"]),
        drawing=drawing.drawing(content.moments),
        levelled=LEVELLED,
        sure=SURE,
        kinds={name: say(text) for name, text in telemetry.KINDS.items()},
        platforms=(*telemetry.PLATFORMS, "network"),
        proofs={name: say(text) for name, text in PROOFS.items()},
        matrix=data.matrix(content, cards),
        guides=_guides(contents, products),
        css=_own("page.css"),
        js=_own("page.js"),
        queries=Markup(packed.data()),
        stages_json=_stages_json(content, cards),
        **_told(contents),
        **_indicators(contents),
    )
    return Artifact(NAME, (MARK + text + "\n").encode())


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("sigmapack.page.catalogue", ""),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=lambda value: (
            visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value
        ),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("page.html")


def _speaker(contents: Mapping[str, Content]) -> Callable[..., dict[str, str]]:
    def say(english: str, **values: object) -> dict[str, str]:
        return {lang: content.words(english, **values) for lang, content in contents.items()}

    return say


def _own(name: str) -> Markup:
    """A file of this package; what ends a script or style is in none."""
    return Markup((files(__name__) / name).read_text("utf-8"))


def _told(contents: Mapping[str, Content]) -> dict[str, Any]:
    """Moments and stages in every language."""
    first = next(iter(contents.values()))
    moments = [
        {
            **vars(each),
            "text": {lang: c.moments[n].text for lang, c in contents.items()},
            "source": {lang: c.moments[n].source for lang, c in contents.items()},
        }
        for n, each in enumerate(first.moments)
    ]
    stages = [
        {
            "id": each.id,
            "title": {lang: c.stages[n].title for lang, c in contents.items()},
            "unseen": {lang: c.stages[n].unseen for lang, c in contents.items()}
            if each.unseen
            else None,
        }
        for n, each in enumerate(first.stages)
    ]
    return {"moments": moments, "stages": stages}


def _guides(
    contents: Mapping[str, Content], products: Mapping[str, str]
) -> dict[str, dict[str, tuple[str, ...]]]:
    first = next(iter(contents.values()))
    return {
        name: {lang: content.guides[name] for lang, content in contents.items()}
        for name in first.guides
        if name in products
    }


def _stages_json(content: Content, cards: Sequence[data.Card]) -> Markup:
    seen = [
        {
            "id": stage.id,
            "kinds": sorted(
                {k for card in cards if stage.id in card.stages for k in card.kinds}
                if stage.rules
                else ()
            ),
        }
        for stage in content.stages
    ]
    return Markup(json.dumps(seen, separators=(",", ":")).replace("<", "\\u003c"))


def _indicators(contents: Mapping[str, Content]) -> dict[str, Any]:
    """The indicators, and the lists of them with how they are loaded."""
    feeds = {lang: rows.read(content) for lang, content in contents.items()}
    feed = next(iter(feeds.values()))
    lists = [
        Listed(
            each.name,
            {lang: one.words(each.title) for lang, one in feeds.items()},
            {lang: steps(one.words(each.use)) for lang, one in feeds.items()},
        )
        for each in (exports.discover().values() if feed.indicators else ())
    ]
    others = [one.indicators for one in feeds.values()]
    found = [
        {**_indicator(feed, each), "roles": _roles(tuple(feeds), same)}
        for each, same in zip(feed.indicators, zip(*others, strict=True), strict=True)
    ]
    return {
        "indicators": found,
        "lists": lists,
        "period": {lang: one.period for lang, one in feeds.items()},
    }


def _indicator(feed: Feed, one: Indicator) -> dict[str, Any]:
    dates = (one.first_seen, one.last_seen, one.valid_until)
    listed = "yes" if one.advisory else "no"
    csv = [one.type, one.value, one.role, one.confidence, one.source, *dates, listed]
    return {
        **{name: getattr(one, name) for name in one.__dataclass_fields__},
        "type": one.type,
        "shown": defanged(one),
        "csv": json.dumps(csv, ensure_ascii=False),
    }


def _roles(langs: Sequence[str], same: Sequence[Indicator]) -> str | dict[str, str]:
    """What a value is in each language; one text where all say the same."""
    roles = {lang: DOT.sub("[.]", one.role) for lang, one in zip(langs, same, strict=True)}
    return roles if len(set(roles.values())) > 1 else roles[langs[0]]


def defanged(one: Indicator) -> str:
    """A value that no program makes a link of: `hxxps://bad[.]example`."""
    if one.kind not in ("domain", "url", "ip"):
        return one.value
    return one.value.replace("http", "hxxp", 1).replace(".", "[.]")
