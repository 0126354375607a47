"""Many clients, two at a time, each written whole or not at all."""

from __future__ import annotations

import multiprocessing
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import NamedTuple

from sigmapack.content.model import Problem
from sigmapack.making import clients
from sigmapack.making.clients import Base
from sigmapack.making.stopping import Stopped
from sigmapack.overlay import Client
from sigmapack.write import check_replaceable, write

#: Clients at a time. Each process has the compiled pack, and what it makes: with two it is 370 MiB.
MOST = 2
#: Clients that a process makes before another takes its place, so that none grows.
EACH = 10
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
    """Build clients, in no order.

    Args:
        order: what to build; `out` has a folder for each client, and where there is none, the
            client's own folder has a `dist/`.
        root: of the pack.

    Raises:
        WriteRefused: a folder holds what no build wrote; nothing is written for any client.
        MemoryError: the system ended a process that built some; what is written is whole.
    """
    numbers = range(len(order.chosen))
    if order.writes:
        for client in order.chosen:
            sources = (client.folder / part for part in READ)
            where = place(client, order.out)
            check_replaceable(where, root / "sigma_rules", root / "lookups", *sources)
    number = min(MOST, os.cpu_count() or 1, len(numbers))
    if number < 2 or "fork" not in multiprocessing.get_all_start_methods():
        yield from (_built(order, number) for number in numbers)
        return
    _given.append(order)  # the processes have it by being forked
    try:
        for start in range(0, len(numbers), number * EACH):
            yield from _together(numbers[start : start + number * EACH], number)
    finally:
        _given.clear()


def _together(numbers: Sequence[int], processes: int) -> Iterator[Done]:
    """Some clients, by processes that end with them.

    Raises:
        MemoryError: the system ended one of them.
    """
    pool = ProcessPoolExecutor(processes, multiprocessing.get_context("fork"))
    try:
        for future in as_completed([pool.submit(_numbered, number) for number in numbers]):
            yield future.result()
    except BrokenProcessPool as error:
        raise MemoryError from error
    finally:
        pool.shutdown(cancel_futures=True)


#: What forked processes are to build: pickled for each, it would take longer than to compile it.
_given: list[Order] = []


def _numbered(number: int) -> Done:
    return _built(_given[-1], number)


def _built(order: Order, number: int) -> Done:
    client = order.chosen[number]
    where = place(client, order.out)
    try:
        made = clients.make(order.shared, client)
    except Stopped as error:
        return Done(client.id, client.name, where, {}, 0, 0, 0, error.problems)
    if order.writes:
        write(made.files, where)
    outcomes = Counter(query.outcome for query in made.packed.queries)
    overlaid = made.overlaid
    numbers = len(overlaid.off), len(overlaid.filtered), len(made.gone)
    return Done(client.id, client.name, where, dict(outcomes), *numbers, [])
