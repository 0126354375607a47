"""Characters that no text of a rule needs, and that change what people or programs read.

They end a line where a program sees no line, are not seen at all, or turn the order in which a line
is shown, so that code looks like a comment (CVE-2021-42574, https://trojansource.codes).
"""

from __future__ import annotations

import re
import unicodedata

#: What ends a line for some program: of Unicode (UAX 14: LF, CR, VT, FF, NEL, LS, PS), and the
#: separators of ASCII, which end one for Python.
BREAKS = r"\n\r\v\f\x1c-\x1e\x85\u2028\u2029"
#: C0, DEL and C1 but for tab and LF; halves of characters, which no file can hold.
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
#: Marks of direction, characters without width, separators of lines, tags, and all of `CONTROL`.
HIDDEN = re.compile(
    CONTROL.pattern[:-1] + r"\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    r"\U000e0000-\U000e007f]"
)
#: Categories of characters that can end a line, turn its direction, command a terminal, or are no
#: whole character (a byte that is not UTF-8).
UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_BREAK = re.compile(rf"[\t{BREAKS}]")


def clean(text: str) -> str:
    """A text of several lines, in which a character that nobody would see is a question mark."""
    return HIDDEN.sub("?", text.replace("\r\n", "\n"))


def one_line(text: str) -> str:
    """A text as one line: a break of any kind is a blank, what nobody would see a question mark."""
    parts = (part.strip() for part in _BREAK.split(text))
    return HIDDEN.sub("?", " ".join(part for part in parts if part))


def named(character: str) -> str:
    """A character as people look it up, such as `U+202E RIGHT-TO-LEFT OVERRIDE`."""
    return f"U+{ord(character):04X} {unicodedata.name(character, '')}".rstrip()


def unseen(text: str) -> bool:
    """Whether a text has a character that may not stand in a name or in a line of output."""
    return any(unicodedata.category(character) in UNSEEN for character in text)


def visible(text: str) -> str:
    """A text on one line, each character that `unseen` finds as Python writes it in a string."""
    if text.isprintable():
        return text
    return "".join(c.encode("unicode_escape").decode() if unseen(c) else c for c in text)
