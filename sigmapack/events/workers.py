"""Processes that look at pieces of files, which they have in memory with the one that reads.

Python does one thing at a time in a process, and so does the scan: threads would wait for it. What
is forked has the compiled needles already; of a piece only its place and what was found go between.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from mmap import mmap
from multiprocessing.connection import Connection
from typing import Any, NamedTuple, TypeVar

from sigmapack.events.blocks import BLOCK
from sigmapack.events.scan import Scan

Piece = TypeVar("Piece")
Result = TypeVar("Result")
#: What is done with a piece of what is read, by a scan: a function of a module, known by its name.
Look = Callable[[Scan, memoryview], Any]

#: Processes beside the one that reads, which cannot feed more.
MOST = 4
#: Pieces that are with each of them, so that it need not wait for the next.
EACH = 2
#: Bytes of a place for a piece: a block has `BLOCK`, and what was left of the last one.
PLACE = 2 * BLOCK


class Asked(NamedTuple):
    """Which process looks at a piece."""

    number: int


class Workers:
    """Looks at pieces by processes, which are started when there is much to look at."""

    def __init__(self, scan: Scan, number: int | None = None) -> None:
        """Get the places for pieces ready; the system gives them memory when they are filled.

        Args:
            scan: what finds needles.
            number: of processes; as many as there are cores, unless given, and none for one core
                or a system that does not fork.
        """
        self.scan = scan
        self.number = possible() if number is None else number
        self.ahead = EACH * self.number or 1
        """Pieces that are looked at together."""
        self.places = [mmap(-1, PLACE) for _ in range(self.ahead + 2)] if self.number else []
        self._pipes: list[Connection] = []
        self._processes: list[multiprocessing.process.BaseProcess] = []
        self._next = 0

    @property
    def running(self) -> bool:
        return bool(self._pipes)

    def start(self) -> None:
        """Start the processes; where the system gives none, this one goes on alone."""
        if self.running or not self.number:
            return
        context = multiprocessing.get_context("fork")
        try:
            for _ in range(self.number):
                ours, theirs = context.Pipe()
                self._pipes.append(ours)
                process = context.Process(target=self._work, args=(theirs,), daemon=True)
                process.start()
                self._processes.append(process)
                theirs.close()
        except OSError:  # a limit on processes, or on open files
            self.close()

    def ask(self, look: Look, place: int, length: int) -> Asked:
        """Hand the piece in a place to a process.

        Raises:
            MemoryError: the system ended that process.
        """
        number = self._next
        self._next = (number + 1) % len(self._pipes)
        try:
            self._pipes[number].send((look, place, length))
        except OSError as error:
            raise MemoryError from error
        return Asked(number)

    def answer(self, asked: Asked) -> Any:
        """What a process found in the piece that it was handed first.

        Raises:
            MemoryError: the system ended that process.
        """
        try:
            found, seen = self._pipes[asked.number].recv()
        except (EOFError, OSError) as error:
            raise MemoryError from error
        if isinstance(found, Exception):
            raise found
        self.scan.seen |= seen
        return found

    def close(self) -> None:
        """End the processes."""
        for pipe in self._pipes:
            pipe.close()
        for process in self._processes:
            process.join()
        self._pipes, self._processes, self.number = [], [], 0

    def _work(self, pipe: Connection) -> None:
        # Ctrl-C, which all processes of a terminal get, is for the one that answers; a signal that
        # ends it closes the pipe.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        for other in self._pipes:  # or they would stay open when the one that reads is gone
            other.close()
        with suppress(EOFError, OSError):
            while True:
                asked = pipe.recv()
                self.scan.seen.clear()
                pipe.send((self._looked(*asked), frozenset(self.scan.seen)))

    def _looked(self, look: Look, place: int, length: int) -> Any:
        try:
            with memoryview(self.places[place]) as view, view[:length] as piece:
                return look(self.scan, piece)
        except Exception as error:
            return error


def in_order(
    asked: Iterable[tuple[Piece, Asked | Result]], workers: Workers | None
) -> Iterator[tuple[Piece, Result]]:
    """Pieces with what was found in them, while others are looked at.

    Args:
        asked: pieces with which process looks at each, or with what this one found already.
        workers: the processes, if there are any.

    Raises:
        MemoryError: the system ended a process.
    """

    def answer(found: Asked | Result) -> Result:
        if not isinstance(found, Asked):
            return found
        assert workers
        result: Result = workers.answer(found)
        return result

    most = workers.ahead if workers else 1
    waiting: deque[tuple[Piece, Asked | Result]] = deque()
    try:
        for each in asked:
            waiting.append(each)
            if len(waiting) >= most:
                piece, found = waiting.popleft()
                yield piece, answer(found)
        while waiting:
            piece, found = waiting.popleft()
            yield piece, answer(found)
    finally:
        for _, found in waiting:  # or the next file would be given these
            answer(found)


def possible() -> int:
    """How many processes are of use: none where only one core is, or the system does not fork."""
    if "fork" not in multiprocessing.get_all_start_methods():
        return 0
    known = getattr(os, "sched_getaffinity", None)
    cores = len(known(0)) if known else os.cpu_count() or 1
    return 0 if cores < 2 else min(MOST, cores)
