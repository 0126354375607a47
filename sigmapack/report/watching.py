"""Progress on a terminal, on standard error: nothing in a pipe."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TypeVar

from rich.console import Console, RenderableType
from rich.progress import BarColumn, Progress, TextColumn, track

from sigmapack.events.watch import Watch
from sigmapack.report.tables import watched

Item = TypeVar("Item")

#: Pictures a second: more would take time from the reading.
REFRESH = 4


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
    console = Console(stderr=True)
    shown = watched(console) and not quiet
    if not shown:
        return items
    return track(items, label, total, console=console, transient=True)


@contextmanager
def watching(watch: Watch, quiet: bool) -> Iterator[None]:
    """Show how far a replay is while it runs, if standard error is a terminal.

    Whoever reads standard output by a pipe has the terminal too: then nothing is shown.

    Args:
        watch: what the replay tells.
        quiet: whether to show nothing.
    """
    console = Console(stderr=True)
    if quiet or not watched(console) or _piped():
        yield
        return
    with Watching(watch, console):
        yield


class Watching(Progress):
    """A bar that looks at a watch whenever it is drawn."""

    def __init__(self, watch: Watch, console: Console) -> None:
        super().__init__(
            TextColumn("{task.description}"),
            BarColumn(bar_width=20),
            TextColumn("{task.fields[told]}", markup=False),
            console=console,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
            refresh_per_second=REFRESH,
        )
        self.watch = watch
        self.bar = self.add_task("Reading", total=None, told="")

    def get_renderables(self) -> Iterable[RenderableType]:
        watch, task = self.watch, self.tasks[0]
        if watch.rules:
            told = f"{watch.rule} of {watch.rules} rules"
            self.update(
                self.bar, description="Asking", total=watch.rules, completed=watch.rule, told=told
            )
        else:
            told = reading(watch, task.speed, task.time_remaining)
            self.update(self.bar, total=watch.size, completed=watch.read, told=told)
        yield from super().get_renderables()


def reading(watch: Watch, speed: float | None, left: float | None) -> str:
    """How far the reading is.

    Args:
        watch: what the replay tells.
        speed: bytes a second, if known.
        left: seconds, if known.
    """
    size = f" of {watch.size / 1e6:,.1f}" if watch.size else ""
    told = [f"{watch.read / 1e6:,.1f}{size} MB", f"{watch.records:,} events"]
    if speed:
        told.append(f"{speed / 1e6:,.1f} MB/s")
    if left is not None and watch.size and not watch.stopping:
        told.append(f"{timedelta(seconds=round(left))} left")
    return "  ".join([*told, "stopping"] if watch.stopping else told)


def _piped() -> bool:
    try:
        return stat.S_ISFIFO(os.fstat(sys.stdout.fileno()).st_mode)
    except (OSError, ValueError):
        return False
