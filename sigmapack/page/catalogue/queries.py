"""All queries of a build as one packed text, which the page opens when somebody asks for one."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Iterable

from sigmapack.compiling.product import Query


class Packed:
    """Texts, each once, by their numbers."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def add(self, text: str) -> int:
        """The number of a text."""
        return self._numbers.setdefault(text, len(self._numbers))

    def data(self) -> str:
        """All texts as a JSON list, by gzip (RFC 1952, without a time) and Base64 (RFC 4648)."""
        text = json.dumps(list(self._numbers), ensure_ascii=False, separators=(",", ":"))
        return base64.b64encode(gzip.compress(text.encode(), 6, mtime=0)).decode()


def by_rule(queries: Iterable[Query]) -> dict[tuple[str, str, str], Query]:
    """Queries by rule, product and language."""
    return {(q.rule.name, q.target, q.language): q for q in queries}
