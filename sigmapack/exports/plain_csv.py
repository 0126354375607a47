"""One plain CSV of all indicators (RFC 4180, lines end in LF)."""

from __future__ import annotations

import csv
import io

from sigmapack.compiling.product import Artifact
from sigmapack.content.words import noted
from sigmapack.exports.feed import Export, Feed

COLUMNS = (
    "type",
    "value",
    "role",
    "file_name",
    "platform",
    "confidence",
    "source",
    "first_seen",
    "last_seen",
    "valid_until",
    "advisory",
    "block",
    "table",
)


def files(feed: Feed) -> list[Artifact]:
    """`indicators.csv`; `block` says whether blocking lists hold the value."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n", extrasaction="ignore")
    writer.writeheader()
    for found in feed.indicators:
        answers = {"advisory": found.advisory, "block": feed.blocks(found)}
        shown = {name: "yes" if value else "no" for name, value in answers.items()}
        writer.writerow({**vars(found), "type": found.type, **shown})
    return [Artifact("indicators.csv", out.getvalue().encode())]


EXPORT = Export(
    "csv",
    noted("CSV"),
    noted(
        """\
1. Load `indicators.csv` as a lookup or feed; `type` is domain, url, md5, sha1, sha256, ip, cookie
   (its name) or token (of a user agent).
2. Filter by `confidence`; `block` is `yes` for what the blocking lists hold.
3. To see that it works, count the rows: the file has one header line and one line an indicator.
"""
    ),
    files,
)
