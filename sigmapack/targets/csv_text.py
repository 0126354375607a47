"""CSV as every product takes it: a header, LF, quotes only where they are needed."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence

from sigmapack.content.model import Lookup


def dump(columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> bytes:
    """Rows under a header, as UTF-8 (RFC 4180, but lines end with LF)."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(columns), lineterminator="\n")
    writer.writeheader()
    writer.writerows(dict(row) for row in rows)
    return out.getvalue().encode()


def table(lookup: Lookup) -> bytes:
    """A lookup as it stands in the pack."""
    return dump(lookup.columns, (row.values for row in lookup.rows))
