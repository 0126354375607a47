"""What a log may hold in place of a value, or what an intruder may write.

Two letters are not written: U+017F and U+212A, which Unicode folds to `s` and `k`. DNS and Windows
do not, and engines differ; they cannot stand in a domain name or in what Windows compares.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping

Change = Callable[[random.Random, str], str | None]

#: Fields that no rule reads.
UNREAD = {"ProcessId", "src_port", "id.orig_p"}
NUMBERS = {"DestinationPort", "QueryStatus", "sc-status", "dst_port", *UNREAD}
ADDRESSES = {"DestinationIp", "answer", "answers", "dst_ip", "id.resp_h"}
HASHES = {"Hash", "Hashes", "sha256", "md5", "sha1"}
FLAGS = {"Initiated", "Signed"}


def _insert(piece: str) -> Change:
    def change(rng: random.Random, value: str) -> str:
        place = rng.randrange(len(value) + 1)
        return value[:place] + piece + value[place:]

    return change


def _replace_one(piece: str) -> Change:
    def change(rng: random.Random, value: str) -> str | None:
        if not value:
            return None
        place = rng.randrange(len(value))
        return value[:place] + piece + value[place + 1 :]

    return change


def _swap(old: str, new: str) -> Change:
    return lambda rng, value: value.replace(old, new) if old in value else None


def _random_case(rng: random.Random, value: str) -> str:
    return "".join(rng.choice((c.lower(), c.upper())) for c in value)


def _drop_one(rng: random.Random, value: str) -> str | None:
    return _replace_one("")(rng, value)


def _digits(value: str) -> list[int]:
    """Where the digits of hashes stand, not those of the algorithms' names."""
    runs = re.finditer("[0-9A-Fa-f]{31,}", value)
    return [place for run in runs for place in range(*run.span())]


def _next_digit(rng: random.Random, value: str) -> str | None:
    if not (places := _digits(value)):
        return None
    place = rng.choice(places)
    return value[:place] + ("0" if value[place] != "0" else "1") + value[place + 1 :]


def _digit_less(rng: random.Random, value: str) -> str | None:
    if not (places := _digits(value)):
        return None
    place = rng.choice(places)
    return value[:place] + value[place + 1 :]


ANY: Mapping[str, Change] = {
    "upper case": lambda rng, value: value.upper(),
    "lower case": lambda rng, value: value.lower(),
    "mixed case": _random_case,
    "empty": lambda rng, value: "",
}
TEXT: Mapping[str, Change] = {
    **ANY,
    "a final dot": lambda rng, value: value + ".",
    "two final dots": lambda rng, value: value + "..",
    "a subdomain": lambda rng, value: "cdn." + value,
    "three subdomains": lambda rng, value: "a.b-1.c_2." + value,
    "a lookalike before": lambda rng, value: "x" + value,
    "a lookalike after": lambda rng, value: value + "x",
    "a foreign parent": lambda rng, value: value + ".example.org",
    "a dot made a letter": _swap(".", "x"),
    "a longer build": lambda rng, value: value + "1",
    "slashes": _swap("\\", "/"),
    "backslashes twice": _swap("\\", "\\\\"),
    "no backslashes": _swap("\\", ""),
    "a final backslash": lambda rng, value: value + "\\",
    "a folder more": _swap("\\", "\\more\\"),
    "another drive": _swap("C:\\", "D:\\"),
    "a device path": lambda rng, value: "\\\\?\\" + value,
    "in double quotes": lambda rng, value: f'"{value}"',
    "in single quotes": lambda rng, value: f"'{value}'",
    "a double quote": _insert('"'),
    "a single quote": _insert("'"),
    "a backslash": _insert("\\"),
    "a percent": _insert("%"),
    "a percent in place": _replace_one("%"),
    "an underscore in place": _replace_one("_"),
    "an asterisk": _insert("*"),
    "an asterisk in place": _replace_one("*"),
    "a question mark": _insert("?"),
    "a question mark in place": _replace_one("?"),
    "a blank before": lambda rng, value: " " + value,
    "a blank after": lambda rng, value: value + " ",
    "two blanks": _swap(" ", "  "),
    "a letter less": _drop_one,
    "umlauts": _insert("\u00e4\u00d6"),
    "not of the basic plane": _insert("\U0001f4de"),
    "brackets": _insert("([{<>}])"),
    "signs of languages": _insert("|&;$^~`#"),
    "an entity": _insert("&amp;"),
    "before": lambda rng, value: "before " + value,
    "after": lambda rng, value: value + " after",
}
NUMBER: Mapping[str, Change] = {
    "one more": lambda rng, value: str(int(value) + 1) if value.isdigit() else None,
    "zero": lambda rng, value: "0",
    "a digit more": lambda rng, value: value + "1" if value.isdigit() else None,
}
ADDRESS: Mapping[str, Change] = {
    "of the documentation": lambda rng, value: f"192.0.2.{rng.randrange(1, 255)}",
    "a private one": lambda rng, value: f"10.{rng.randrange(256)}.4.{rng.randrange(1, 255)}",
    "IPv6": lambda rng, value: f"2001:db8::{rng.randrange(1, 65536):x}",
    "the sinkhole": lambda rng, value: "0.0.0.0",
}
#: Windows writes the results of a query as a list, each closed by a semicolon.
RESULTS: Mapping[str, Change] = {
    "of the documentation": lambda rng, value: f"::ffff:192.0.2.{rng.randrange(1, 255)};",
    "IPv6": lambda rng, value: f"2001:db8::{rng.randrange(1, 65536):x};",
    "the sinkhole": lambda rng, value: "::ffff:0.0.0.0;",
    "an alias": lambda rng, value: "type:  5 cdn.example.org;" + value,
    "empty": lambda rng, value: "",
}
FLAG: Mapping[str, Change] = {
    "the contrary": lambda rng, value: "false" if value == "true" else "true",
}
HASH: Mapping[str, Change] = {
    **ANY,
    "another digit": _next_digit,
    "a digit less": _digit_less,
}


def changes(field: str) -> Mapping[str, Change]:
    """What may happen to a field of this name."""
    if field == "QueryResults":
        return RESULTS
    kinds = ((NUMBERS, NUMBER), (ADDRESSES, ADDRESS), (HASHES, HASH), (FLAGS, FLAG))
    return next((found for names, found in kinds if field in names), TEXT)
