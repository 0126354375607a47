"""The YARA rules in the real engine, on harmless files made here, with near-misses."""

from __future__ import annotations

import base64
import hashlib
import struct
from dataclasses import replace

import pytest
import yara_x

from sigmapack.content.load import load
from sigmapack.content.words import ENGLISH, words
from sigmapack.exports.feed import Indicator
from sigmapack.exposure import artifacts
from sigmapack.exposure.yara import quoted, rules
from tests.conftest import ROOT
from tests.exposure.made import KNOWN as MADE

MARKER = b"\xfe\xed\xfa\xce"
PICTURE = b"\x00\x00\x01\x00" + b"." * 40 + b"IEND\xaeB`\x82"
BLOB = base64.b64encode(bytes(range(60)))
KEY, EVENT = b"3jB(2bsG#@c7", b"AVMonitorRefreshEvent"
DROP = b"raw.githubusercontent.com/IconStorages/images/main/icon7.ico"

KNOWN = replace(
    MADE,
    value=hashlib.sha256(b"a known file").hexdigest(),
    role='a "made" \\ file',
    platform="windows",
)


def library(inside: bytes = b"", overlay: bytes = b"", flags: int = 0x2022) -> bytes:
    """The smallest 64-bit PE with one section, and data behind its end."""
    dos = b"MZ" + bytes(58) + struct.pack("<I", 64)
    coff = struct.pack("<4sHHIIIHH", b"PE\0\0", 0x8664, 1, 0, 0, 0, 240, flags)
    optional = struct.pack("<HBBIIIII", 0x20B, 14, 0, 512, 0, 0, 4096, 4096)
    optional += struct.pack(
        "<QIIHHHHHHIIIIHH", 1 << 31, 4096, 512, 6, 0, 0, 0, 6, 0, 0, 8192, 512, 0, 3, 0
    )
    optional += struct.pack("<QQQQII", 1 << 20, 4096, 1 << 20, 4096, 0, 16) + bytes(128)
    section = struct.pack("<8sIIIIIIHHI", b".text", 512, 4096, 512, 512, 0, 0, 0, 0, 0x60000020)
    head = dos + coff + optional + section
    return head.ljust(512, b"\0") + inside.ljust(512, b"\0") + overlay


def found(data: bytes, *hashes: Indicator) -> set[str]:
    scan = yara_x.compile(rules(hashes, ENGLISH)).scan(data)
    return {rule.identifier.removeprefix("threecx_") for rule in scan.matching_rules}


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (library(overlay=b"signature" + MARKER + b"payload"), {"carrier"}),
        (PICTURE + b"$" + BLOB, {"icon"}),
        (library(inside=KEY + EVENT), {"loader"}),
        (library(inside=KEY + EVENT.decode().encode("utf-16-le")), {"loader"}),
        (DROP + b"cookie: __tutma=", {"memory"}),
        (DROP.decode().encode("utf-16-le") + b"__tutma", {"memory"}),
        (b"a known file", {"ioc_made"}),
    ],
)
def test_what_the_campaign_left_is_found(data: bytes, expected: set[str]) -> None:
    assert found(data, KNOWN) == expected


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(library(), id="a library with nothing behind it"),
        pytest.param(library(overlay=b"signature"), id="a signed library"),
        pytest.param(library(inside=MARKER, overlay=b"signature"), id="marker inside the code"),
        pytest.param(library(overlay=MARKER, flags=0x22), id="a program that carries a Mach-O"),
        pytest.param(MARKER + bytes(64), id="a Mach-O"),
        pytest.param(PICTURE, id="an icon"),
        pytest.param(PICTURE + b"$" + BLOB[:12], id="too short for a tag and a URL"),
        pytest.param(PICTURE + BLOB, id="no dollar"),
        pytest.param(PICTURE[4:] + b"$" + BLOB, id="a picture that is no icon"),
        pytest.param(library(inside=KEY), id="the key alone"),
        pytest.param(library(inside=EVENT), id="the event alone"),
        pytest.param(KEY + EVENT, id="a text about the loader"),
        pytest.param(DROP, id="the dead drop alone"),
        pytest.param(b"__utma=1; __tutma=2", id="the cookie alone"),
        pytest.param(b"a known file.", id="one byte more"),
    ],
)
def test_a_near_miss_is_not(data: bytes) -> None:
    assert found(data, KNOWN) == set()


def test_a_row_of_low_confidence_is_left_out() -> None:
    assert found(b"a known file", replace(KNOWN, confidence="low")) == set()


def test_a_table_by_another_name_and_any_text_compile() -> None:
    odd = replace(
        KNOWN, table="own table-1", role='"\n} rule x { condition: true } \u00e9', source='\\"'
    )
    assert found(b"a known file", odd) == {"own_table_1"}
    assert quoted('"\\\n') == '"\\"\\\\\\x0a"'


@pytest.mark.parametrize("lang", ["en", "es"])
def test_the_pack_ships_its_hashes_and_never_those_of_fixed_builds(lang: str) -> None:
    content = replace(load(ROOT), words=words(ROOT, lang))
    made = {one.path: one.data.decode() for one in artifacts(content)}
    text = made["exposure/threecx.yar"]
    yara_x.compile(text)
    rows = content.lookups["ioc_hashes_windows_library"].rows
    assert [row.values["hash"] for row in rows if row.values["hash"] not in text] == []
    assert [value for value in content.never["false_indicators"] if value in text] == []


def test_a_withdrawn_row_is_not_searched() -> None:
    content = load(ROOT)
    table = content.lookups["ioc_hashes_windows_library"]
    gone, *left = table.rows
    lookups = {**content.lookups, table.name: replace(table, rows=tuple(left))}
    made = {one.path: one.data.decode() for one in artifacts(replace(content, lookups=lookups))}
    text = made["exposure/threecx.yar"]
    assert gone.values["hash"] not in text
    assert left[0].values["hash"] in text
