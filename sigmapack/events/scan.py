"""What a scan of raw text for needles is, and which signs it can look for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

#: The signs that needles may have: ASCII but control characters, and but those that exporters
#: escape although JSON lets them stand: quotes, `&<>` (Go, PowerShell, .NET), `+` and the backtick
#: (.NET, https://learn.microsoft.com/dotnet/api/system.text.json.jsonserializeroptions.encoder).
#: A question mark may stand for half a character, which no text can hold (`fields.text`).
PLAIN = "".join(chr(code) for code in range(0x20, 0x7F) if chr(code) not in "\"'&<>+`?")


#: The offset behind a needle, and the needle's number.
Hit = tuple[int, int]


class Scan(Protocol):
    """What finds needles."""

    def __call__(self, data: bytes | memoryview) -> Sequence[Hit]:
        """The needles of some bytes, in any order."""

    def wanted(self, needles: frozenset[int], record: bytes) -> bool:
        """Whether a record may matter that has these needles.

        Args:
            needles: the numbers of all its needles.
            record: one object of JSON.
        """

    def skip(self) -> None:
        """Take note that records are read of which no bytes are scanned."""
