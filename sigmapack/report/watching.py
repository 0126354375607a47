"""Progress on a terminal, on standard error: nothing in a pipe."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from sigmapack.events.watch import Watch
from sigmapack.report.tables import watched

Item = TypeVar("Item")


def progress(
    items: Iterable[Item], label: str, quiet: bool, total: int | None = None
) -> Iterable[Item]:
    """The items, with a progress bar on standard error if that is a terminal.

    Args:
        items: with a length, unless `total` says it.
        label: what is shown before the bar.
        quiet: whether to show nothing.
        total: the number of items.
    """
    console = None if quiet else watched(sys.stderr)
    if not console:
        return items
    from rich.progress import track

    return track(items, label, total, console=console, transient=True)


@contextmanager
def watching(watch: Watch, quiet: bool) -> Iterator[None]:
    """Show how far a replay is while it runs, if standard error is a terminal.

    Whoever reads standard output by a pipe has the terminal too: then nothing is shown.

    Args:
        watch: what the replay tells.
        quiet: whether to show nothing.
    """
    console = None if quiet or _piped() else watched(sys.stderr)
    if not console:
        yield
        return
    from sigmapack.report.bar import Watching

    with Watching(watch, console):
        yield


def _piped() -> bool:
    try:
        return stat.S_ISFIFO(os.fstat(sys.stdout.fileno()).st_mode)
    except (OSError, ValueError):
        return False
