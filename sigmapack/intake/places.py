"""Where in a JSON text a value stands: what was parsed has no lines."""

from __future__ import annotations

from bisect import bisect_right

#: How often an id may be missing before no more are looked for: each miss reads to the end.
MOST_MISSES = 100


class Places:
    """The lines of a text, in which ids are looked up."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._ends = [at for at, character in enumerate(text) if character == "\n"]
        self._from = 0
        self._missed = 0

    def line(self, *ids: object) -> int:
        """The line of the first id that stands as a string behind the one looked up before.

        Things are looked up in the order in which they stand, so that a long text is read once.
        """
        for each in ids:
            if isinstance(each, str) and each and self._missed < MOST_MISSES:
                at = self._text.find(f'"{each}"', self._from)
                if at >= 0:
                    self._from = at
                    return bisect_right(self._ends, at) + 1
                self._missed += 1
        return bisect_right(self._ends, self._from) + 1
