"""Microsoft Sentinel: values as ASIM's parsers have them, and columns made of others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sigmapack.content.kinds import answer
from sigmapack.targets.sentinel.web import optional


def whole_path(column: str) -> str:
    """A process as a path: some parsers give only the file's name."""
    return rf'iff({column} matches regex @"[\\/]", {column}, strcat("\\", {column}))'


def code(values: list[Any]) -> Mapping[str, list[Any]]:
    """Windows' status of a query as the response code: 9003 is 3, as the parsers have it."""
    numbers = [int(value) for value in values]
    return {"QueryStatus": [n - 9000 if 9000 < n < 9100 else n for n in numbers]}


def answers(values: list[Any]) -> Mapping[str, list[Any]]:
    """Whole answers: the made column DnsAnswers has `;` around each."""
    inner = dict.fromkeys(answer(str(value)) for value in values)
    return {"Answer": [f"*;{value};*" for value in inner]}


def first(*names: str) -> str:
    """The first of columns that is there and not empty."""
    return f"coalesce({', '.join(optional(*names).values())})"


ANSWERS = 'strcat(";", replace_regex(strcat({}), @"(?i)(?:[^0-9a-z.:-]|::ffff:)+", ";"), ";")'
#: What ASIM's parsers of Defender's sensor call the product.
SENSOR = "M365 Defender for Endpoint"
