"""JSON Lines as blocks of whole records, in buffers that are used again."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from io import BufferedReader
from mmap import mmap
from typing import Any, BinaryIO, cast

#: Bytes of a block: enough for a scan to be worth its call, and little memory.
BLOCK = 2**20
#: The first block is small. It is parsed whole, which tells whether records are of a known kind.
SAMPLE = 2**16
#: Longer is no block, but one line, or objects over several lines: these are read as they come.
MOST_BLOCK = 16 * 2**20


class Blocks:
    """A stream in blocks that end where a line ends with `}` and the next begins with `{`.

    Where no line does for `MOST_BLOCK` bytes, there are no blocks any more, but a `rest`.
    """

    def __init__(self, stream: BufferedReader, kept: int, places: Sequence[mmap] = ()) -> None:
        """Wrap a stream.

        Args:
            stream: of text.
            kept: blocks that are in use at a time. A block's memory is another's after so many.
            places: memory for one more than that, in place of its own; what is longer than one of
                them has memory of its own.
        """
        self.stream = stream
        self.broken: Exception | None = None
        self.rest: BinaryIO | None = None
        self.ended = False
        """Whether the last block was given."""
        self.place: int | None = None
        """In which of the places the last block is, if it is in one."""
        self._places = places
        self._buffers: list[bytearray | mmap] = [*places] or [bytearray() for _ in range(kept + 1)]

    def __iter__(self) -> Iterator[memoryview]:
        left, number = memoryview(b""), 0
        while not self.ended:
            size = SAMPLE if not number else BLOCK
            buffer, filled = self._fill(number, left, size)
            while not self.ended and not _between(buffer, filled):
                if filled > MOST_BLOCK:
                    text = Joined(bytes(buffer[:filled]), self.stream)
                    self.rest = cast(BinaryIO, io.BufferedReader(text))
                    return
                size *= 2
                buffer, filled = self._fill(number, memoryview(bytes(buffer[:filled])), size)
            cut = filled if self.ended else _between(buffer, filled)
            view = memoryview(buffer)
            left = view[cut:filled]
            number += 1
            if cut:
                yield view[:cut]

    def _fill(self, number: int, left: memoryview, size: int) -> tuple[bytearray | mmap, int]:
        """A buffer with what is left of the last one and so much more, and where that ends."""
        place, needed = number % len(self._buffers), len(left) + size
        buffer = self._buffers[place]
        self.place = place if self._places and len(buffer) >= needed else None
        if len(buffer) < needed:
            buffer = bytearray(needed)
            if not self._places:
                self._buffers[place] = buffer
        buffer[: len(left)] = left
        filled = len(left)
        with memoryview(buffer) as view:
            while filled < needed and not self.ended:
                try:
                    read = self.stream.readinto1(view[filled:needed])
                except (EOFError, OSError) as error:  # what came before it is good
                    read, self.broken = 0, error
                self.ended = not read
                filled += read
        return buffer, filled


class Joined(io.RawIOBase):
    """Some bytes, and the stream that follows them."""

    def __init__(self, first: bytes, stream: BufferedReader) -> None:
        self.first, self.stream = io.BytesIO(first), stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        piece = self.first.read(len(buffer)) or self.stream.read1(len(buffer))
        buffer[: len(piece)] = piece
        return len(piece)


def _between(text: bytearray | mmap, end: int) -> int:
    """Where the last record of a text begins, behind another one; 0 where none does."""
    found = text.rfind(b"}\n{", 0, end)
    if found >= 0:
        return found + 2
    found = text.rfind(b"}\r\n{", 0, end)
    return found + 3 if found >= 0 else 0
