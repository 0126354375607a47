"""Of which content a report tells: the pack's, a folder's, or a client's."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from sigmapack.content.words import LANGUAGES
from sigmapack.replay.plan import Plan
from sigmapack.verbs import tenants
from sigmapack.verbs.replay import planned
from sigmapack.verbs.shared import ROOT, making

if TYPE_CHECKING:
    from sigmapack.content.model import Content
    from sigmapack.incident import LeftOut
    from sigmapack.overlay import Overlaid


class Told(NamedTuple):
    """Content in the reader's language, what runs on logs, and for a client its name and what it
    leaves out."""

    content: Content
    plan: Plan | None
    client: str = ""
    left_out: Sequence[LeftOut] = ()


def of(
    rules: Path | None, client: Path | None, lang: str | None, as_json: bool, runs: bool
) -> Told:
    """The content that is meant; ends the process where something is wrong with it.

    Args:
        rules: a folder of rules, in place of the pack's.
        client: the folder of a client.
        lang: of the reader; the client's own, else English, unless given.
        as_json: whether problems are told as JSON.
        runs: whether rules run on logs at all.
    """
    if client is None:
        with making(as_json) as make:
            content = make.spoken(make.checked(ROOT, rules), lang or LANGUAGES[0])
        return Told(content, planned(rules, as_json) if runs else None)
    with making(as_json) as make:
        made = overlaid(make, client)
        from sigmapack.incident.marks import left_out
        from sigmapack.replay.planning import plan

        ready = plan(made.content) if runs else None
        content = make.spoken(made.content, lang or spoken_by(made))
    return Told(content, ready, made.client.name, list(left_out(made)))


def overlaid(make: Any, client: Path) -> Overlaid:
    """The content as the client of a folder has it.

    Args:
        make: what makes things.
        client: the folder.

    Raises:
        Stopped: something is wrong with the client's folder.
    """
    from sigmapack.making.overlaid import overlaid as over

    content, (found,) = tenants.read(make, ([client], []))
    return over(content, found)


def spoken_by(made: Overlaid) -> str:
    """The language that a client's folder names; English where it names none."""
    return str(made.client.settings.get("language", LANGUAGES[0]))
