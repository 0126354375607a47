"""A real EVTX file, written here: Windows' own are no part of this repository.

The format: https://github.com/libyal/libevtx/blob/main/documentation/
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from typing import Any

from tests.reading.sample import SYSMON

Element = tuple[Any, ...]  # name, attributes, then texts and elements


def xml_name(text: str, offset: int) -> bytes:
    """A name where it first stands: the offset of what follows in its chunk, then the name."""
    return struct.pack("<IIHH", offset + 4, 0, 0, len(text)) + text.encode("utf-16-le") + b"\0\0"


def xml_text(text: str) -> bytes:
    return struct.pack("<BBH", 5, 1, len(text)) + text.encode("utf-16-le")


def xml_element(offset: int, name: str, attributes: dict[str, str], *inside: Any) -> bytes:
    """An element as binary XML that begins at an offset of its chunk."""
    data = struct.pack("<BI", 0x41 if attributes else 0x01, 0)
    data += xml_name(name, offset + len(data))
    listed = b""
    for number, (key, value) in enumerate(attributes.items(), 1):
        token = b"\x46" if number < len(attributes) else b"\x06"
        at = offset + len(data) + 4 + len(listed) + 1
        listed += token + xml_name(key, at) + xml_text(value)
    data += (struct.pack("<I", len(listed)) + listed if attributes else b"") + b"\x02"
    for item in inside:
        at = offset + len(data)
        data += xml_text(item) if isinstance(item, str) else xml_element(at, *item)
    return data + b"\x04"


def evtx(*events: Element) -> bytes:
    """An EVTX file of one chunk."""
    return evtx_of(events)


def evtx_of(*chunks: Sequence[Element]) -> bytes:
    """An EVTX file of several chunks."""
    parts = []
    number = 1
    for events in chunks:
        parts.append(_chunk(number, events))
        number += len(events)
    header = bytearray(4096)
    layout = (b"ElfFile\0", 0, len(chunks) - 1, number, 128, 1, 3, 4096, len(chunks))
    struct.pack_into("<8sQQQIHHHH", header, 0, *layout)
    struct.pack_into("<I", header, 124, zlib.crc32(header[:120]))
    return bytes(header) + b"".join(parts)


def _chunk(first: int, events: Sequence[Element]) -> bytes:
    chunk = bytearray(65536)
    start = end = 512
    for number, event in enumerate(events, first):
        start = end
        xml = b"\x0f\x01\x01\0" + xml_element(start + 28, *event) + b"\0"
        size = 24 + len(xml) + 4
        head = struct.pack("<4sIQQ", b"**\0\0", size, number, 133245576001230000)
        end += size
        chunk[start:end] = head + xml + struct.pack("<I", size)
    last = first + len(events) - 1
    layout = (b"ElfChnk\0", first, last, first, last, 128, start, end, zlib.crc32(chunk[512:end]))
    struct.pack_into("<8sQQQQIIII", chunk, 0, *layout)
    struct.pack_into("<I", chunk, 124, zlib.crc32(chunk[:120] + chunk[128:512]))
    return bytes(chunk)


def sysmon(query: str) -> Element:
    system = [
        ("Provider", {"Name": "Microsoft-Windows-Sysmon", "Guid": "{0}"}),
        ("EventID", {}, "22"),
        ("TimeCreated", {"SystemTime": "2023-03-29 10:00:00.123456Z"}),
        ("Channel", {}, SYSMON),
        ("Computer", {}, "WS-1"),
    ]
    data = [("Data", {"Name": "QueryName"}, query), ("Data", {"Name": "Image"}, r"C:\a.exe")]
    namespace = {"xmlns": "http://schemas.microsoft.com/win/2004/08/events/event"}
    return ("Event", namespace, ("System", {}, *system), ("EventData", {}, *data))
