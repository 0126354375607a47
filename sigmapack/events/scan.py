"""What a scan of raw text for needles is, and which signs it can look for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

#: The signs that needles may have: ASCII but control characters, and but those that exporters
#: escape although JSON lets them stand: quotes, `&<>` (Go, PowerShell, .NET), `+` and the backtick
#: (.NET, https://learn.microsoft.com/dotnet/api/system.text.json.jsonserializeroptions.encoder).
#: A question mark may stand for half a character, which no text can hold (`fields.text`).
PLAIN = "".join(chr(code) for code in range(0x20, 0x7F) if chr(code) not in "\"'&<>+`?")


#: The offset behind a needle, and the needle's number.
Hit = tuple[int, int]


class Found(NamedTuple):
    """The needles of some bytes, in any order, and how their lines are."""

    hits: Sequence[Hit]
    odd: bool
    """Whether a line begins with another sign than `{` after the first line, or ends with another
    than `}` before the last one, or as on old Macs."""
    ascii: bool


class Scan(Protocol):
    """What finds needles."""

    seen: set[int]
    """The numbers of all that it has found so far."""

    def __call__(self, data: bytes | memoryview) -> Found:
        """Look at some bytes."""

    def wanted(self, needles: frozenset[int], record: bytes) -> bool:
        """Whether a record may matter that has these needles.

        Args:
            needles: the numbers of all its needles.
            record: one object of JSON.
        """

    def skip(self) -> None:
        """Take note that records are read of which no bytes are scanned."""
