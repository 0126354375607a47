"""How a document is to be marked (TLP), by what it names; and what a client's content lacks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sigmapack.content.model import Content
from sigmapack.incident import LeftOut
from sigmapack.incident.found import touched
from sigmapack.matches import Match
from sigmapack.overlay import Overlaid
from sigmapack.overlay.marking import OLD, ORDER, mark

#: The mark of a document of which nobody says another: for the organisation and its clients.
USUAL = "AMBER"


def least(content: Content, matches: Iterable[Match]) -> str:
    """The highest mark of the rules and rows that a document names: it can have no lower one."""
    marks = {"clear"}
    rows = {
        (name, row.values[table.key].lower()): row.values["tlp"]
        for name, table in content.lookups.items()
        if "tlp" in table.columns
        for row in table.rows
    }
    for match in matches:
        marks.add(mark(match.rule))
        for one in touched(content, match) if rows else ():
            marks.add(rows.get((one.table, one.value.lower()), ""))
    own = (each.lower().removeprefix("tlp:") for each in marks)
    known = [OLD.get(each, each) for each in own]
    return max((each if each in ORDER else "red" for each in known), key=ORDER.index).upper()


def chosen(given: str, lowest: str) -> str:
    """The mark of a document.

    Args:
        given: what a person says; "" for the usual one, or a higher one where that is needed.
        lowest: that it can have.

    Raises:
        ValueError: a person says a lower one.
    """
    order = [each.upper() for each in ORDER]
    if given and order.index(given) < order.index(lowest):
        raise ValueError(f"it names what is marked TLP:{lowest}: --tlp {given} is lower")
    return given or max(USUAL, lowest, key=order.index)


def left_out(made: Overlaid) -> Iterator[LeftOut]:
    """What a client does not have of the pack, or keeps out of sight: rules, rows, filters."""
    for name, reason in sorted(made.off.items()):
        yield LeftOut("rule", name, reason)
    for change in made.rows:
        if change.change == "withdrawn":
            yield LeftOut("row", f"{change.table}: {change.value}", change.reason)
    by_filter: dict[str, list[str]] = {}
    for name, filters in made.filtered.items():
        for each in filters:
            by_filter.setdefault(each.title, []).append(name)
    for title, names in sorted(by_filter.items()):
        yield LeftOut("filter", title, ", ".join(sorted(names)))
