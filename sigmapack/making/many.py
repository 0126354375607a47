"""Many clients, two at a time, each written whole or not at all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple, TypeVar

from sigmapack.content.model import Problem
from sigmapack.making import apart, clients
from sigmapack.making.clients import Base, Made
from sigmapack.making.stopping import Stopped
from sigmapack.overlay import Client
from sigmapack.write import check_replaceable, write

Result = TypeVar("Result")

#: Clients that processes make together before others take their place, so that none grows: each
#: has the compiled pack, and what it makes.
EACH = 4 * apart.MOST
#: Parts of a client's folder that a build reads, and so must not write into.
READ = ("filters", "sigma_rules", "lookups")


class Done(NamedTuple):
    """What came of one client: where its build is and what it has, or the problems."""

    client: str
    name: str
    out: Path
    outcomes: dict[str, int]
    off: int
    filtered: int
    lost: int
    problems: list[Problem]


def place(client: Client, out: Path | None) -> Path:
    """The folder that a client's build goes to: its own `dist/`, or one called by its id."""
    return client.folder / "dist" if out is None else out / client.id


class Order(NamedTuple):
    """What is built for every client: the compiled pack, and where to; nowhere, to check only."""

    shared: Base
    chosen: Sequence[Client]
    out: Path | None
    writes: bool


def build_all(order: Order, root: Path) -> Iterator[Done]:
    """Build clients, in the order in which they are chosen.

    Args:
        order: what to build; `out` has a folder for each client, and where there is none, the
            client's own folder has a `dist/`.
        root: of the pack.

    Raises:
        WriteRefused: a folder holds what no build wrote; nothing is written for any client.
        MemoryError: the system ended a process that built some; what is written is whole.
    """
    if order.writes:
        for client in order.chosen:
            sources = (client.folder / part for part in READ)
            where = place(client, order.out)
            check_replaceable(where, root / "sigma_rules", root / "lookups", *sources)
    yield from each(order.shared, order.chosen, partial(_built, order), partial(_stopped, order))


def each(
    shared: Base,
    chosen: Sequence[Client],
    built: Callable[[Client, Made], Result],
    stopped: Callable[[Client, Stopped], Result],
) -> Iterator[Result]:
    """What is done with the build of each client, in the order in which they are chosen.

    Args:
        shared: the compiled pack.
        chosen: the clients.
        built: what to do with a build, in the process that made it; its result is pickled.
        stopped: what to do where a client's folder is wrong.

    Raises:
        MemoryError: the system ended a process that built some; what is written is whole.
        Exception: what `built` raises.
    """
    tasks = [partial(_done, shared, client, built, stopped) for client in chosen]
    for start in range(0, len(tasks), EACH):
        with apart.started(tasks[start : start + EACH]) as results:
            yield from results


def _done(
    shared: Base,
    client: Client,
    built: Callable[[Client, Made], Result],
    stopped: Callable[[Client, Stopped], Result],
) -> Result:
    try:
        made = clients.make(shared, client)
    except Stopped as error:
        return stopped(client, error)
    return built(client, made)


def _stopped(order: Order, client: Client, error: Stopped) -> Done:
    return Done(client.id, client.name, place(client, order.out), {}, 0, 0, 0, error.problems)


def _built(order: Order, client: Client, made: Made) -> Done:
    where = place(client, order.out)
    if order.writes:
        write(made.files, where)
    outcomes = Counter(query.outcome for query in made.packed.queries)
    overlaid = made.overlaid
    numbers = len(overlaid.off), len(overlaid.filtered), len(made.gone)
    return Done(client.id, client.name, where, dict(outcomes), *numbers, [])
