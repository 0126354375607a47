"""What the first bytes of a file say of its text."""

from __future__ import annotations


def some_text(opening: str) -> bool:
    """Whether among the NULs a line of JSON begins: a crash leaves NULs in a log, of any length."""
    lines = (line.lstrip("\0 \t") for line in opening.splitlines())
    return not opening.strip("\0") or any(line.startswith(("{", "[")) for line in lines)


def encoding_of(head: bytes) -> str:
    """Python's name of the encoding: UTF-8 but for UTF-16, with a byte order mark or JSON in it."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if head[1:2] == b"\0" and head[:1] in (b"{", b"["):
        return "utf-16-le"
    if head[:1] == b"\0" and head[1:2] in (b"{", b"["):
        return "utf-16-be"
    return "utf-8-sig"
