"""YAML as importers and people read it: texts of several lines as blocks, and no anchors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else "")


_Dumper.add_representer(str, _text)


def dump(document: Mapping[str, Any]) -> str:
    """A document, its keys in the order given, its lines not folded."""
    return str(yaml.dump(dict(document), Dumper=_Dumper, sort_keys=False, width=1_000_000))
