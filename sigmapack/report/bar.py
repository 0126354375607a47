"""The bar of a replay, as a terminal shows it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from rich.console import Console, RenderableType
from rich.progress import BarColumn, Progress, TextColumn

from sigmapack.events.watch import Watch

#: Pictures a second: more would take time from the reading.
REFRESH = 4


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
