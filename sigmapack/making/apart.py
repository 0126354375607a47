"""Pieces of work that need nothing of each other, two at a time."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import Any

#: Pieces at a time. More would be done sooner, and each needs the memory of a build.
MOST = 2


def processes(pieces: int) -> int:
    """How many processes do so many pieces; 1 where this one does them itself.

    Only what is forked has all that this process has read, and need not read it again.
    """
    number = min(MOST, os.cpu_count() or 1, pieces)
    return number if "fork" in multiprocessing.get_all_start_methods() else 1


@contextmanager
def started(tasks: Sequence[Callable[[], Any]]) -> Iterator[Iterator[Any]]:
    """The results of tasks in their order, while they are done in processes of their own.

    A task's result is pickled, and so is what it raises, which is raised when its turn comes.

    Raises:
        MemoryError: the system ended a process.
    """
    number = processes(len(tasks))
    pool = None
    _given.append(tasks)  # the processes have it by being forked
    try:
        try:
            if number > 1:
                pool = ProcessPoolExecutor(number, multiprocessing.get_context("fork"), _begin)
                futures = [pool.submit(_numbered, place) for place in range(len(tasks))]
        except OSError:  # no semaphore or process is to be had: a limit, or a sandbox
            number = 1
        yield _results(futures) if number > 1 else (task() for task in tasks)
    finally:
        _given.pop()
        if pool:
            pool.shutdown(cancel_futures=True)


_given: list[Sequence[Callable[[], Any]]] = []


def _begin() -> None:
    """Leave Ctrl-C, which all processes of a terminal get, to the one that answers.

    What was there before lives as long as the process: it is not looked through for garbage, and
    the rest rarely, since a process ends after a few pieces.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.freeze()
    gc.set_threshold(100_000, 10, 10)


def _numbered(place: int) -> Any:
    return _given[-1][place]()


def _results(futures: Sequence[Future[Any]]) -> Iterator[Any]:
    try:
        for future in futures:
            yield future.result()
    except BrokenProcessPool as error:
        raise MemoryError from error
