"""SSH's encoding of data (RFC 4251, section 5): a length of four bytes, then so many bytes."""

from __future__ import annotations


class Malformed(Exception):
    """Bytes that are not what they should be; the text goes on after a file's name."""


class Packets:
    """Bytes that are read from the front, never beyond their end."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    def take(self, size: int) -> bytes:
        """The next so many bytes.

        Raises:
            Malformed: there are fewer.
        """
        if size > len(self.data):
            raise Malformed("ends too early")
        found, self.data = self.data[:size], self.data[size:]
        return found

    def string(self) -> bytes:
        """The next string."""
        return self.take(int.from_bytes(self.take(4), "big"))

    def text(self) -> str:
        """The next string, a name in printable ASCII.

        Raises:
            Malformed: it is none.
        """
        found = self.string()
        if not found.isascii() or not found.decode("ascii").isprintable():
            raise Malformed("has a name that is not ASCII")
        return found.decode("ascii")

    def number(self) -> int:
        """The next number, none below zero.

        Raises:
            Malformed: it is below.
        """
        found = self.string()
        if found[:1] >= b"\x80":
            raise Malformed("has a number below zero")
        return int.from_bytes(found, "big")

    def end(self) -> None:
        """Make sure that nothing follows.

        Raises:
            Malformed: something does.
        """
        if self.data:
            raise Malformed("goes on after its end")


def packet(data: bytes) -> bytes:
    """Bytes with their length before them."""
    return len(data).to_bytes(4, "big") + data
