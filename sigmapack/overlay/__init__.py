"""A client's folder over the content: names, levels, schedules, filters, rows, rules of its own.

`overlay(content, client)` gives new content and leaves the old as it was, so that no client sees
another's. `client` reads the folder, `filters`, `tables`, `switches` and `sources` change one thing
each, `names` makes ids and titles the client's own, for the products.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sigmapack.content.load import chained
from sigmapack.content.model import Content, Playbook, Problem, Rule
from sigmapack.overlay import filters, sources, switches, tables
from sigmapack.overlay.client import Client, read
from sigmapack.overlay.filters import Filter
from sigmapack.overlay.names import named
from sigmapack.overlay.tables import RowChange

__all__ = ["Client", "Overlaid", "named", "overlay", "read"]


@dataclass(frozen=True)
class Overlaid:
    """A client's content, and in what it is not the pack's.

    `off` says why the client lacks a rule, `filtered` which filters a rule has, both by name;
    `levels` holds the pack's level of the rules that have another.
    """

    client: Client
    content: Content
    off: Mapping[str, str]
    filtered: Mapping[str, Sequence[Filter]]
    rows: Sequence[RowChange]
    levels: Mapping[str, str]
    added: Sequence[str]
    problems: tuple[Problem, ...] = ()


def overlay(content: Content, client: Client) -> Overlaid:
    """The content as a client has it.

    Args:
        content: what was read and checked.
        client: what its folder says.

    Returns:
        New content, to which the pack's house rules do not apply, and what was wrong on the way.
    """
    problems: list[Problem] = []
    found, rows = tables.merged(content.lookups, client, problems)
    rules = (*content.rules, *client.rules)
    rules, off = switches.on(rules, client, problems)
    before = {rule.name: rule.level for rule in rules}
    rules = switches.scheduled(switches.levelled(rules, client, problems), client)
    rules, filtered = filters.filtered(rules, client.filters, problems)
    made = replace(
        content,
        rules=chained(tuple(_plain(rule) for rule in rules)),
        lookups=found,
        waivers=(),
        sources=sources.overlaid(content.sources, client, problems),
        playbooks=_told(content, client),
        contact=str(client.settings.get("contact") or content.contact),
        problems=(),
        own=False,
    )
    return Overlaid(
        client,
        made,
        off,
        filtered,
        rows,
        {rule.name: before[rule.name] for rule in rules if rule.level != before[rule.name]},
        tuple(rule.name for rule in client.rules),
        tuple(problems),
    )


def _plain(rule: Rule) -> Rule:
    """A rule that knows no findings yet: those of the pack may be others here."""
    return replace(rule, findings={})


def _told(content: Content, client: Client) -> dict[str, Playbook]:
    """The playbooks with the client's contact in place of the pack's."""
    contact = str(client.settings.get("contact", ""))
    if not contact or not content.contact:
        return dict(content.playbooks)
    return {
        name: replace(book, tell=book.tell.replace(content.contact, contact))
        for name, book in content.playbooks.items()
    }
