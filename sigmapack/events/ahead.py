"""Work on what is read, in threads, while what came before it is looked at."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

THREADS = 2


def ahead(
    function: Callable[[Item], Result], items: Iterable[Item], most: int
) -> Iterator[tuple[Item, Result]]:
    """Each item with what a function makes of it, in order.

    An exception of the items comes after the results of those before it.

    Args:
        function: runs in a thread; it should leave the interpreter to others meanwhile.
        items: what to work on; they are taken in one thread.
        most: items that are taken before the result of the first is.
    """
    waiting: deque[tuple[Item, Future[Result]]] = deque()
    ended: list[BaseException] = []
    left = iter(items)
    with ThreadPoolExecutor(THREADS) as pool:
        while True:
            while not ended and len(waiting) < most:
                try:
                    item = next(left)
                except Exception as error:  # StopIteration is one, and means the end
                    ended.append(error)
                else:
                    waiting.append((item, pool.submit(function, item)))
            if not waiting:
                break
            item, future = waiting.popleft()
            yield item, future.result()
    for end in ended:
        if not isinstance(end, StopIteration):
            raise end
