"""YARA rules: files by the hashes of the lookups, and by what the stages are known to hold.

Facts behind the rules on content: Elastic Security Labs REF7957 (marker and key of the carrier,
dead drop), Volexity's threat-intel of 2023-03-30 (form of the icons, cookies).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import groupby

from sigmapack.content.words import Words
from sigmapack.exports.feed import Indicator

#: No file of the campaign is larger; hashing larger ones would only cost time.
LARGEST = "256MB"

CARRIER = """\
rule threecx_carrier {{
  meta:
    description = {description}
    reference = "Elastic Security Labs REF7957"
    confidence = "medium"
  strings:
    $marker = {{ FE ED FA CE }}
  condition:
    pe.is_pe and (pe.characteristics & pe.DLL) != 0 and pe.overlay.size > 0
    and for any i in (1..#marker) : ( @marker[i] >= pe.overlay.offset )
}}
"""

#: A tag of 16 bytes after 4 others, then at least one of the URL: 21 bytes, 28 of base64.
ICON = r"""\
rule threecx_icon {{
  meta:
    description = {description}
    reference = "Volexity threat-intel 2023-03-30 3CX"
    confidence = "high"
  strings:
    $trailer = /IEND\xAEB`\x82\$[A-Za-z0-9+\/]{{26,}}={{0,2}}/
  condition:
    uint32be(0) == 0x00000100 and $trailer
}}
""".removeprefix("\\\n")

LOADER = """\
rule threecx_loader {{
  meta:
    description = {description}
    reference = "Elastic Security Labs REF7957; MITRE C0057"
    confidence = "high"
  strings:
    $key = "3jB(2bsG#@c7" ascii
    $event = "AVMonitorRefreshEvent" ascii wide
  condition:
    uint16(0) == 0x5A4D and all of them
}}
"""

MEMORY = """\
rule threecx_memory {{
  meta:
    description = {description}
    reference = "Elastic Security Labs REF7957; Volexity threat-intel 2023-03-30 3CX"
    confidence = "medium"
  strings:
    $drop = "raw.githubusercontent.com/IconStorages/images/main/icon" ascii wide
    $cookie = "__tutma" ascii wide
  condition:
    all of them
}}
"""


def rules(hashes: Iterable[Indicator], words: Words) -> str:
    """A file of rules.

    Args:
        hashes: of kind `hash`; those of low confidence are left out.
        words: of the language of the descriptions.
    """
    known = sorted(
        (one for one in hashes if one.confidence != "low"), key=lambda one: (one.table, one.value)
    )
    parts = ['import "hash"\nimport "pe"\n']
    parts += [_table(name, list(rows)) for name, rows in groupby(known, lambda one: one.table)]
    told = {
        CARRIER: words("Library with data after its end, behind the marker of the payload"),
        ICON: words("Icon of the dead drop, with an encrypted C2 URL behind its picture"),
        LOADER: words("Backdoored ffmpeg.dll, by the key and the event of its code"),
        MEMORY: words("Loader in memory, by the dead drop and the name of its cookie"),
    }
    parts += [rule.format(description=quoted(said)) for rule, said in told.items()]
    return "\n".join(parts)


def quoted(text: str) -> str:
    """A text of YARA: printable ASCII stays, every other byte is written as a number."""
    safe = (
        f"\\{chr(byte)}" if byte in b'"\\' else chr(byte) if 32 <= byte < 127 else f"\\x{byte:02x}"
        for byte in text.encode()
    )
    return f'"{"".join(safe)}"'


def _table(name: str, rows: list[Indicator]) -> str:
    """A rule for the hashes of a table; `roles` says what they are."""
    roles = "; ".join(sorted({row.role for row in rows}))
    sources = "; ".join(sorted({s for row in rows for s in row.source.split("; ")}))
    sure = "high" if all(row.confidence == "high" for row in rows) else "medium"
    tests = [f'hash.{row.type}(0, filesize) == "{row.value}"' for row in rows]
    lines = [
        f"rule threecx_{re.sub(r'[^A-Za-z0-9_]', '_', name)} {{",
        "  meta:",
        f"    description = {quoted(roles)}",
        f"    reference = {quoted(sources)}",
        f'    confidence = "{sure}"',
        "  condition:",
        f"    filesize < {LARGEST} and (",
        "      " + "\n      or ".join(tests),
        "    )",
        "}",
    ]
    return "\n".join(lines) + "\n"
