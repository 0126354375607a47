"""Files of strangers: bounded in size and depth before anything is made of them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from sigmapack.content.documents import LOADER
from sigmapack.content.files import depth
from sigmapack.events.files import UnreadableInput

#: Bytes of a file: Kibana's largest export of rules has ten million
#: (xpack.securitySolution.maxRuleImportPayloadBytes), a template of Azure four.
MOST_BYTES = 64 * 2**20
#: Lists and mappings in one another: a monitor of OpenSearch has 20. What reads them calls itself.
DEEPEST = 60
#: Values of a YAML file: Loki's rules of the pack are 3,000.
MOST_VALUES = 500_000


@dataclass(frozen=True)
class Export:
    """A file that a product exported: its path, as it is told to people, and its bytes."""

    path: str
    data: bytes

    @cached_property
    def text(self) -> str | None:
        """Its text; None where it is none."""
        try:
            return self.data.decode("utf-8-sig")
        except UnicodeDecodeError:
            return None

    @cached_property
    def json(self) -> Any:
        """What it says as JSON; None where it is none.

        Raises:
            UnreadableInput: it is too deep.
        """
        if not (self.text or "").lstrip().startswith(("{", "[")):
            return None
        try:
            return shallow(self.path, json.loads(self.text or ""))
        except ValueError:
            return None
        except RecursionError:
            raise too_deep(self.path) from None

    @cached_property
    def lines(self) -> list[Any] | None:
        """What its lines say as JSON, each one mapping; None where one is none.

        Raises:
            UnreadableInput: one is too deep.
        """
        if not (self.text or "").lstrip().startswith("{"):
            return None
        try:
            # Not `splitlines`, which ends a line at what may stand in a text of JSON.
            found = [json.loads(line) for line in (self.text or "").split("\n") if line.strip()]
        except ValueError:
            return None
        except RecursionError:
            raise too_deep(self.path) from None
        return [shallow(self.path, one) for one in found]

    @cached_property
    def yaml(self) -> Any:
        """What it says as YAML; None where it is none.

        Raises:
            UnreadableInput: it is more than a limit allows.
        """
        if self.text is None:
            return None
        try:
            bound(self.path, self.text)
            return yaml.load(self.text, LOADER)
        except (yaml.YAMLError, ValueError, TypeError):
            return None
        except RecursionError:
            raise too_deep(self.path) from None


def shallow(path: str, data: Any) -> Any:
    """The data, unless too many lists and mappings stand in one another.

    Raises:
        UnreadableInput: they do.
    """
    if depth(data) > DEEPEST:
        raise too_deep(path)
    return data


def too_deep(path: str) -> UnreadableInput:
    """What is said of data that is too deep."""
    return UnreadableInput(path, f"more than {DEEPEST} lists and mappings in one another")


def bound(path: str, text: str) -> None:
    """Compare a YAML text with the limits, before anything is made of it.

    Raises:
        UnreadableInput: it exceeds one, or has an alias: no product writes any, and a few of them
            are gigabytes.
        yaml.YAMLError: it is no YAML.
    """
    level = 0
    for count, event in enumerate(yaml.parse(text, LOADER)):
        if isinstance(event, yaml.AliasEvent):
            raise UnreadableInput(path, f"an alias (*{event.anchor}): write its value out")
        if isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            level += 1
            if level > DEEPEST:
                raise too_deep(path)
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            level -= 1
        if count > MOST_VALUES:
            raise UnreadableInput(path, f"more than {MOST_VALUES:,} values")


def read(path: Path, most: int = MOST_BYTES) -> bytes:
    """The bytes of a file.

    Raises:
        UnreadableInput: it cannot be read, or has more than `most` bytes.
    """
    try:
        with path.open("rb") as file:
            data = file.read(most + 1)
    except OSError as error:
        raise UnreadableInput(path, f"cannot be read: {error.strerror}") from None
    if len(data) > most:
        raise UnreadableInput(path, f"more than {most:,} bytes")
    return data
