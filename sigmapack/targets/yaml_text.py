"""YAML as importers and people read it: texts of several lines as blocks, and no anchors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

#: libyaml where it is to be had: it writes the same, in a tenth of the time.
DUMPERS: tuple[type[Any], ...] = (getattr(yaml, "CSafeDumper", yaml.SafeDumper), yaml.SafeDumper)


def ours(dumper: type[Any]) -> type[Any]:
    """A dumper that writes texts and anchors as this module says."""
    found = type("Dumper", (dumper,), {"ignore_aliases": lambda self, data: True})
    yaml.add_representer(str, _text, found)
    return found


def _text(dumper: Any, text: str) -> Any:
    text = text.encode("utf-8", "replace").decode()  # no half of a character, as JSON may have
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else "")


FAST, PLAIN = map(ours, DUMPERS)


def dump(document: Mapping[str, Any], dumper: type[Any] = FAST) -> str:
    """A document, its keys in the order given, its lines not folded."""
    return str(yaml.dump(dict(document), Dumper=dumper, sort_keys=False, width=1_000_000))
