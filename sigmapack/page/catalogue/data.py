"""What the page shows, as plain data: all of queries and rules by the manifest's entries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sigmapack.compiling.product import Query
from sigmapack.content.model import Content, Playbook, Rule
from sigmapack.content.response import description
from sigmapack.matches import severity
from sigmapack.page.catalogue import samples, telemetry
from sigmapack.page.catalogue.queries import Packed, by_rule
from sigmapack.targets import discover
from sigmapack.targets.yaml_text import dump

#: What a text is in each language: the first is that of the build.
Said = Mapping[str, str]
#: A query of so many characters stands in the page as it is, for those who allow no scripts.
SHORT = 700
LOGIC = ("logsource", "detection", "correlation")


class Row(NamedTuple):
    """A rule's outcome on a product and language, by the manifest; the numbers of its texts."""

    entry: Mapping[str, Any]
    product: str
    text: int | None
    lookup: int | None


class Card(NamedTuple):
    """All that is shown of a rule."""

    rule: Rule
    entry: Mapping[str, Any]
    titles: Said
    abouts: Said
    falsepositives: Sequence[Said]
    stages: Sequence[str]
    techniques: Sequence[str]
    kinds: Sequence[str]
    platforms: Sequence[str]
    logic: str
    rows: Sequence[Row]
    short: str
    matches: Sequence[samples.Shown]
    misses: Sequence[samples.Shown]
    books: Mapping[str, Playbook]


def cards(
    contents: Mapping[str, Content],
    manifest: Mapping[str, Any],
    queries: Sequence[Query],
    packed: Packed,
) -> list[Card]:
    """The rules, the gravest first; bases, which no product has, come with the others.

    Args:
        contents: the content in each language, that of the build first.
        manifest: of the build.
        queries: of the build.
        packed: gets the texts of all queries.
    """
    rules = {each["rule"]: each for each in manifest["rules"]}
    outcomes: dict[str, list[Mapping[str, Any]]] = {}
    for each in manifest["queries"]:
        outcomes.setdefault(each["rule"], []).append(each)
    texts = by_rule(queries)
    titles = {name: target.title for name, target in discover().items()}
    shortest: dict[str, str] = {}
    for query in queries:
        name, known = query.rule.name, shortest.get(query.rule.name)
        if query.path and (known is None or len(query.bare) < len(known)):
            shortest[name] = query.bare
    content = next(iter(contents.values()))
    made = []
    for rule in sorted(content.rules, key=lambda each: (severity(each), each.name)):
        rows = [_row(each, titles, texts, packed) for each in outcomes.get(rule.name, ())]
        made.append(_card(contents, rule, rules[rule.name], rows, shortest.get(rule.name, "")))
    return made


def _row(
    entry: Mapping[str, Any],
    titles: Mapping[str, str],
    texts: Mapping[tuple[str, str, str], Query],
    packed: Packed,
) -> Row:
    query = texts[entry["rule"], entry["target"], entry["language"]]
    text = packed.add(query.text) if entry["path"] else None
    lookup = packed.add(query.native_text) if entry["lookup_path"] else None
    return Row(entry, titles[entry["target"]], text, lookup)


def _card(
    contents: Mapping[str, Content],
    rule: Rule,
    entry: Mapping[str, Any],
    rows: Sequence[Row],
    shortest: str,
) -> Card:
    content = next(iter(contents.values()))
    same = {lang: each.by_name[rule.name] for lang, each in contents.items()}
    listed = {lang: _listed(each) for lang, each in same.items()}
    matches, misses = samples.samples(content, rule, entry["fields"])
    books = {
        lang: each.playbooks[rule.response]
        for lang, each in contents.items()
        if rule.response in each.playbooks
    }
    return Card(
        rule,
        entry,
        {lang: each.title for lang, each in same.items()},
        {lang: description(each) for lang, each in same.items()},
        [dict(zip(listed, each, strict=True)) for each in zip(*listed.values(), strict=True)],
        [stage.id for stage in content.stages if stage.sees(rule)],
        sorted(tag[7:].upper() for tag in rule.tags if tag.startswith("attack.t")),
        telemetry.kinds(content, rule),
        telemetry.platforms(content, rule),
        dump({key: rule.document[key] for key in LOGIC if key in rule.document}),
        rows,
        shortest if len(shortest) <= SHORT else "",
        matches,
        misses,
        books,
    )


def _listed(rule: Rule) -> list[str]:
    found = rule.document.get("falsepositives") or []
    return [str(each) for each in (found if isinstance(found, list) else [found])]


class Cell(NamedTuple):
    """What sees a stage in a kind of logs: the gravest level, and the rules."""

    level: str
    cards: Sequence[Card]


def matrix(content: Content, found: Sequence[Card]) -> dict[str, dict[str, Cell]]:
    """For each stage and kind of logs the single rules that see it there."""
    made: dict[str, dict[str, Cell]] = {}
    for stage in content.stages:
        own = [card for card in found if stage.id in card.stages and not card.rule.is_correlation]
        cells = {}
        for kind in telemetry.KINDS:
            if there := [card for card in own if kind in card.kinds]:
                cells[kind] = Cell(min(there, key=lambda c: severity(c.rule)).rule.level, there)
        made[stage.id] = cells
    return made
