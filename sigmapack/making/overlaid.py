"""The content as a client has it, judged by the checks for any folder."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from sigmapack import checks, exports
from sigmapack.checks import lookups as lookup_checks
from sigmapack.content.model import Content, Problem, Rule
from sigmapack.making.stopping import Stopped, stop_on
from sigmapack.overlay import Client, Overlaid, overlay
from sigmapack.overlay.filters import Filter

#: Checks of what filters do not have: ids that others refer to, files that are built.
FOR_RULES = ("unique", "files", "needed")


def overlaid(content: Content, client: Client) -> Overlaid:
    """The content as a client has it.

    Args:
        content: the pack's, without problems.
        client: what its folder says.

    Raises:
        Stopped: the client's folder does not fit the pack.
    """
    made = overlay(content, client)
    stop_on(made.problems)
    stop_on(_wrong_filters(made))
    stop_on(_wrong_content(made))
    day_of(client)
    return made


def day_of(client: Client) -> date | None:
    """The day from which a client blocks; None where its folder does not say that.

    Raises:
        Stopped: it is no day, or one that cannot be meant.
    """
    value = client.settings.get("block_from")
    try:
        return exports.day_of_blocking(str(value)) if value is not None else None
    except ValueError as error:
        raise Stopped([client.problem("client", f"block_from: {error}", "block_from")]) from error


def _wrong_filters(made: Overlaid) -> Iterator[Problem]:
    """What is wrong with a client's filters, each by itself: at its own place, not at a rule's."""
    filters = tuple(_as_rule(one) for one in made.client.filters)
    own = replace(made.content, rules=filters, playbooks={})
    for function in checks.discover(own=False):
        if function.__name__ not in FOR_RULES:
            yield from function(own)


def _wrong_content(made: Overlaid) -> Iterator[Problem]:
    """What is wrong with a client's rules and tables, by the checks for any folder.

    Values of its tables are checked as the pack's are: an indicator of a vendor's is none here.
    """
    for function in checks.discover(own=False):
        yield from function(made.content)
    zones = {name: t for name, t in made.content.lookups.items() if t.key == "zone"}
    tables = replace(made.content, lookups={**zones, **(made.client.lookups or {})})
    for checked in (lookup_checks.values, lookup_checks.never):
        yield from checked(tables)


def _as_rule(one: Filter) -> Rule:
    """A filter as a rule of what it leaves out, by which its parts can be checked."""
    document = dict(one.rule.document)
    body = dict(document.pop("filter"))
    body.pop("rules")
    places = {("detection", *place[1:]): n for place, n in one.rule.lines.items() if place[1:]}
    rule = replace(one.rule, lines={**one.rule.lines, **places})
    return rule.with_document({"title": one.title, **document, "detection": body})
