"""A search for one made file, so that tests need no sample."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from functools import cache

from sigmapack.content.load import load
from sigmapack.content.model import Content
from sigmapack.exports.feed import Indicator
from sigmapack.exports.rows import read
from sigmapack.exposure.looked_for import Searched, searched
from tests.conftest import ROOT

#: Versions of the client on Windows, and whether they are bad.
VERSIONS = {
    "18.12.407": True,
    "18.12.416": True,
    "18.12.416.0": True,
    "18.12.4160": False,
    "18.12.425": False,
    "18.11.1213": False,
    "118.12.416": False,
    "18-12-416": False,
}
FILE = b"a made file, known by its hash"
BY_SHA1 = b"another made file"
KNOWN = Indicator(
    kind="hash",
    value=hashlib.sha256(FILE).hexdigest(),
    role='it\'s a "made" $(file) `x`',
    platform="any",
    confidence="high",
    source="here",
    first_seen="",
    last_seen="",
    valid_until="",
    advisory=False,
    table="ioc_made",
)


@cache
def pack() -> Content:
    """The pack's content."""
    return load(ROOT)


@cache
def search() -> Searched:
    """What the pack looks for, and two files of ours."""
    own = searched(pack(), [one for one in read(pack()).indicators if one.kind == "hash"])
    sha1 = replace(KNOWN, value=hashlib.sha1(BY_SHA1).hexdigest(), confidence="medium")
    return replace(own, hashes=(*own.hashes, KNOWN, sha1))
