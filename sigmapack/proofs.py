"""How each query was proved: what the tests ran, by the query's hash.

`proofs.json` is written by the tests (`python -m tests.engines.matrix --write`), and CI compares it
with what they do. A query that is otherwise by one sign, as a client's with a filter in it, is not
proved by that of the pack.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import NamedTuple

FILE = Path(__file__).with_name("proofs.json")
EXECUTED, PARSED, NOT_REPLAYED = "executed", "parsed", "not replayed"


class Proof(NamedTuple):
    """How a query was proved, and by which engines."""

    how: str
    engines: tuple[str, ...] = ()


def of(digest: str) -> Proof:
    """The proof of a query.

    Args:
        digest: the SHA-256 of what runs of it, as `runs_sha256` of the manifest.
    """
    return _known().get(digest, Proof(NOT_REPLAYED))


@cache
def _known() -> dict[str, Proof]:
    """Every proof, by the query's hash; none where the file is missing or no such file."""
    try:
        data = json.loads(FILE.read_text("utf-8"))
        return {
            digest: Proof(how, tuple(engines.split("; ")))
            for how, found in data.items()
            for engines, digests in found.items()
            for digest in digests
        }
    except (OSError, ValueError, AttributeError, TypeError):
        return {}
