"""KQL: a log source as a table, with the columns that its Sigma fields are called or made of."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sigma.processing.pipeline import ProcessingPipeline

from sigmapack.compiling import conversion
from sigmapack.content.kinds import HASH_LIST_FIELDS
from sigmapack.content.model import Refused, Rule, Sources

#: Changes the values of a Sigma field: the fields (alternatives) and values that stand for them;
#: nothing where the table holds only such events.
Change = Callable[[list[Any]], Mapping[str, list[Any]]]

#: A string of KQL: verbatim, or with escapes.
STRING = re.compile(r"""@"(?:[^"]|"")*"|"(?:[^"\\]|\\.)*"|'[^']*'""")

ALGORITHMS = ("SHA256", "SHA1", "MD5")


@dataclass(frozen=True)
class Table:
    """How a log source's events stand in a table.

    `columns` are made of others by an expression, and written only into queries that use them.
    """

    fields: conversion.FieldMap
    columns: Mapping[str, str] = field(default_factory=dict)
    changes: Mapping[str, Change] = field(default_factory=dict)
    join: str = ""
    """A line that adds columns from another table, written where one of `joined` is used."""
    joined: tuple[str, ...] = ()
    echo: tuple[str, str] | None = None
    """For a table that has some events twice: what is true of the second report, and the column
    that both reports of an event share."""

    def column(self, field: str) -> str:
        """The column of a Sigma field that the table has."""
        found = self.fields[field]
        return found if isinstance(found, str) else found[0]

    def uses_join(self, text: str) -> bool:
        """Whether a text uses a column of the joined table, or one made of such."""
        whole = STRING.sub("", " ".join([text, *self.extends(text)]))
        return bool(set(self.joined) & set(re.findall(r"[A-Za-z_]\w*", whole)))

    def extends(self, text: str) -> Iterator[str]:
        """The made columns that a text uses, each after those it is itself made of.

        They come in one order whatever the text's is, so that queries of a table begin alike.
        """
        done: set[str] = set()

        def visit(part: str) -> Iterator[str]:
            for name in sorted(set(re.findall(r"[A-Za-z_]\w*", STRING.sub("", part)))):
                if name in self.columns and name not in done:
                    done.add(name)
                    yield from visit(self.columns[name])
                    yield f"{name} = {self.columns[name]}"

        yield from visit(text)


def hashes(values: list[Any]) -> Mapping[str, list[Any]]:
    """`*SHA256=<hash>*` as the hash in a field named after its algorithm.

    A placeholder left for a watchlist may stand for hashes of every algorithm.

    Raises:
        Refused: a value that is no hash with its algorithm.
    """
    if all(re.fullmatch(r"%[^%]+%", str(value)) for value in values):
        return {algorithm: values for algorithm in ALGORITHMS}
    found: dict[str, list[Any]] = {}
    for value in values:
        one = re.fullmatch(r"\*?(SHA256|SHA1|MD5)=([0-9a-f]+)\*?", str(value), re.IGNORECASE)
        if not one:
            raise Refused(f"Hashes: {value} is no hash with its algorithm")
        found.setdefault(one[1].upper(), []).append(one[2].lower())
    return found


def only(*allowed: int) -> Change:
    """Drop event ids that the table stands for.

    Raises (when called):
        Refused: another event id, of which the table holds nothing.
    """

    def change(values: list[Any]) -> Mapping[str, list[Any]]:
        others = [value for value in values if value not in allowed]
        if others:
            raise Refused(f"no table holds event {', '.join(map(str, others))}")
        return {}

    return change


def hives(values: list[Any]) -> Mapping[str, list[Any]]:
    """Sysmon's names of registry hives written out."""
    names = {"HKLM": "HKEY_LOCAL_MACHINE", "HKU": "HKEY_USERS"}
    return {
        "TargetObject": [
            re.sub(r"^(HKLM|HKU)(?=\\)", lambda m: names[m[0]], str(value)) for value in values
        ]
    }


def prepared(rule: Rule, table: Table) -> Rule:
    """The rule with the table's changes made in its selections."""
    document = rule.copy()
    document["detection"] = {
        name: selection if name == "condition" else _selection(selection, table)
        for name, selection in document["detection"].items()
    }
    return rule.with_document(document)


def _selection(selection: Any, table: Table) -> Any:
    if isinstance(selection, list):
        return [m for s in selection for m in (_maps(s, table) if isinstance(s, dict) else [s])]
    maps = _maps(selection, table)
    return maps[0] if len(maps) == 1 else maps


def _maps(selection: Mapping[str, Any], table: Table) -> list[dict[str, Any]]:
    """The maps, of which one must hold, that a selection's map becomes."""
    choices: list[list[dict[str, Any]]] = []
    for key, value in selection.items():
        name, *modifiers = key.split("|")
        if name not in table.changes:
            choices.append([{key: value}])
            continue
        changed = table.changes[name](value if isinstance(value, list) else [value])
        if len(changed) > 1 and "all" in modifiers:
            raise Refused(f"{key} would have to hold in several columns")
        kept = [m for m in modifiers if name not in HASH_LIST_FIELDS or m == "expand"]
        if changed:
            choices.append([{"|".join([new, *kept]): vs} for new, vs in changed.items()])
    if not choices:
        raise Refused("every event of the table would match")
    return [
        {key: value for part in parts for key, value in part.items()}
        for parts in itertools.product(*choices)
    ]


def pipeline(product: str, rule: Rule, table: Table) -> ProcessingPipeline:
    """pySigma's pipeline with the table's names of the rule's fields."""
    return conversion.pipeline(product, rule, table.fields)


def frame(source: str, condition: str, table: Table, time: str, shown: tuple[str, ...] = ()) -> str:
    """A complete query: the table, the columns that it lacks, the condition.

    Args:
        source: the table, as `logsources.toml` has it.
        condition: what must hold.
        table: how its events stand there.
        time: the column of the time.
        shown: made columns that rows have whether or not the condition needs them.
    """
    made = list(table.extends(condition))
    lines = [broken(source)]
    if table.uses_join(condition):
        # What needs no column of the other table is asked before it is joined.
        conjuncts = condition.split("\nand ")
        early = [text for text in conjuncts if not table.uses_join(text)]
        lines += [f"| where {text}".replace("\n", "\n    ") for text in early]
        lines.append(table.join.replace("{time}", time))
        condition = "\nand ".join(text for text in conjuncts if text not in early)
    lines += [f"| extend {text}" for text in made]
    lines.append(f"| where {condition}".replace("\n", "\n    "))
    more = [text for text in table.extends(" ".join(shown)) if text not in made]
    return "\n".join([*lines, *(f"| extend {text}" for text in more)])


def broken(source: str) -> str:
    """A source with each of its operators on a line; those inside of a group stay together."""
    masked = STRING.sub(lambda found: "x" * len(found[0]), source)
    depth, parts, start = 0, [], 0
    for at, sign in enumerate(masked):
        depth += (sign == "(") - (sign == ")")
        if not depth and masked.startswith(" | ", at):
            parts.append(source[start:at])
            start = at + 1
    return "\n".join([*parts, source[start:]])


def source(sources: Sources, product: str, rule: Rule, reasons: Mapping[str, str]) -> str:
    """The table of a rule's log source, from `logsources.toml`.

    Raises:
        Refused: the product has none.
    """
    key = rule.logsource.key
    found = sources.products.get(product, {}).get(key)
    if found is None:
        default = f"logsources.toml has no [product.{product}] line for {key}"
        raise Refused(reasons.get(key, default))
    return str(found)
