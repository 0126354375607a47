"""Packed files as pieces of bytes: gzip and zstd, whose size does not bound them."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from io import BufferedReader
from itertools import chain
from typing import Any

import zstandard

try:  # two and a half times as fast; there is no wheel for some machines
    from isal import isal_zlib as inflating
except ImportError:
    import zlib as inflating  # type: ignore[no-redef]

#: What either of the two raises.
DAMAGE: tuple[type[Exception], ...] = (zlib.error, inflating.error)  # type: ignore[assignment]

GZIP_MAGIC = b"\x1f\x8b"
ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
#: Frames that hold no data begin so, but for the last four bits of the first byte.
SKIPPABLE_MAGIC = b"\x2a\x4d\x18"

PIECE = 64 * 1024
#: Bytes of a zstd file that are given to its library at once, which bounds no output: four of them
#: may unpack to 128 KiB (a block of one byte repeated), so these to 32 MiB.
ZSTD_STEP = 1024
#: The window that zstd's own tool unpacks without being told to: what a frame may keep in memory.
ZSTD_WINDOW = 128 * 1024 * 1024

DEFLATE = 8
CHECKED, EXTRA, NAMED, COMMENTED = 2, 4, 8, 16
CUT = "it ends before its end-of-stream marker"


class BrokenPacking(EOFError):
    """A packed file that cannot be unpacked from here on; its text says what to do."""

    def __init__(self, kind: str, reason: object) -> None:
        super().__init__(f"damaged or cut-off {kind} file ({reason}): fetch it again")


class Source:
    """The bytes of a packed file, of which some may be given back."""

    def __init__(self, file: BufferedReader | io.BytesIO, kind: str) -> None:
        self.file = file
        self.kind = kind
        self.left = b""

    def some(self, size: int = PIECE) -> bytes:
        """At most so many bytes; none at the end."""
        data, self.left = self.left or self.file.read1(size), b""
        if len(data) > size:
            data, self.left = data[:size], data[size:]
        return data

    def exactly(self, size: int) -> bytes:
        """So many bytes.

        Raises:
            BrokenPacking: there are fewer.
        """
        pieces = []
        while size > 0:
            pieces.append(self.some(size))
            if not pieces[-1]:
                raise BrokenPacking(self.kind, CUT)
            size -= len(pieces[-1])
        return b"".join(pieces)


def packed(head: bytes) -> bool:
    """Whether the first four bytes of a file say that it is gzip or zstd."""
    zstd = head.startswith(ZSTD_MAGIC) or (head[1:4] == SKIPPABLE_MAGIC and head[0] >> 4 == 5)
    return zstd or head.startswith(GZIP_MAGIC)


def unpacked(file: BufferedReader | io.BytesIO, head: bytes) -> Iterator[bytes]:
    """The pieces of a file, unpacked where its first bytes say that it is gzip or zstd.

    A file of several members or frames is their contents in sequence. What a pipe has given is not
    held back for what it may give.

    Raises:
        BrokenPacking: after all that came before the damage, or the missing end.
    """
    if head.startswith(GZIP_MAGIC):
        return _gunzip(Source(file, "gzip"))
    if packed(head):
        return _unzstd(Source(file, "zstd"))
    return iter(lambda: file.read1(PIECE), b"")


def _gunzip(source: Source) -> Iterator[bytes]:
    """The members of a gzip file (RFC 1952), with the zeros between them that tapes leave."""
    while _next_member(source):
        inflate = inflating.decompressobj(-zlib.MAX_WBITS)
        checksum = size = 0
        while not inflate.eof:
            data = source.some()
            try:
                piece = inflate.decompress(data, PIECE)
            except DAMAGE as error:
                raise BrokenPacking("gzip", error) from None
            if not data and not piece and not inflate.eof:
                raise BrokenPacking("gzip", CUT)
            source.left = (inflate.unconsumed_tail or inflate.unused_data) + source.left
            checksum = inflating.crc32(piece, checksum)
            size += len(piece)
            if piece:
                yield piece
        if struct.unpack("<II", source.exactly(8)) != (checksum, size % 2**32):
            raise BrokenPacking("gzip", "its checksum is another")


def _next_member(source: Source) -> bool:
    """Read the header of a member, if there is one more."""
    while data := source.some():
        if rest := data.lstrip(b"\0"):
            source.left = rest + source.left
            break
    else:
        return False
    magic, method, flags = struct.unpack("<2sBB6x", source.exactly(10))
    if magic != GZIP_MAGIC:
        raise BrokenPacking("gzip", f"other data follows: {magic!r}")
    if method != DEFLATE:
        raise BrokenPacking("gzip", f"unknown method {method}")
    if flags & EXTRA:
        source.exactly(*struct.unpack("<H", source.exactly(2)))
    for _ in range(bool(flags & NAMED) + bool(flags & COMMENTED)):
        while b"\0" not in (data := source.some()):
            if not data:
                raise BrokenPacking("gzip", CUT)
        source.left = data.partition(b"\0")[2] + source.left
    if flags & CHECKED:
        source.exactly(2)
    return True


def _unzstd(source: Source) -> Iterator[bytes]:
    """The frames of a zstd file (RFC 8878)."""
    context = zstandard.ZstdDecompressor(max_window_size=ZSTD_WINDOW)
    frame: Any = None
    while data := source.some(ZSTD_STEP):
        frame = frame or context.decompressobj()
        try:
            piece = frame.decompress(data)
        except zstandard.ZstdError as error:
            raise BrokenPacking("zstd", error) from None
        if frame.eof:
            source.left = frame.unused_data + source.left
            frame = None
        if piece:
            yield piece
    if frame:
        raise BrokenPacking("zstd", CUT)


class Pieces(io.RawIOBase):
    """Pieces of bytes as a stream; what ends them with an exception ends it with the same."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self.pieces = pieces
        self.left = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self.left:
            piece = next(self.pieces, None)
            if piece is None:
                return 0
            self.left = memoryview(piece)
        size = min(len(buffer), len(self.left))
        buffer[:size] = self.left[:size]
        self.left = self.left[size:]
        return size


def with_head(pieces: Iterator[bytes], size: int) -> tuple[bytes, BufferedReader]:
    """The first bytes, as many if there are, and a stream of them and all others.

    What breaks the pieces inside the head breaks the stream where it would have.
    """
    first: list[bytes] = []
    broken: list[Exception] = []
    try:
        while sum(map(len, first)) < size and (piece := next(pieces, None)) is not None:
            first.append(piece)
    except (EOFError, OSError) as error:
        broken.append(error)
    stream = Pieces(chain(first, _raising(broken), pieces))
    return b"".join(first)[:size], BufferedReader(stream, PIECE)


def _raising(errors: list[Exception]) -> Iterator[bytes]:
    for error in errors:
        raise error
    yield from ()


def begun(file: io.BufferedReader, start: bytes, size: int) -> tuple[bytes, io.BufferedReader]:
    """What `with_head` gives of a file; of one on disk that is not packed, the file itself.

    Args:
        file: at its beginning, with a buffer of as many bytes.
        start: its first four bytes.
        size: of the head.
    """
    head = file.peek(size) if file.seekable() and not packed(start) else b""
    return (head, file) if len(head) >= size else with_head(unpacked(file, start), size)
