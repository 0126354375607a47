"""What the pack ships as portable Sigma: its files and their documents."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import yaml

from tests.engines import corpus


class Loader(yaml.SafeLoader):
    """Reads a date as text, as YAML 1.2 does and JSON has it."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in found if tag != "tag:yaml.org,2002:timestamp"]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


@cache
def files() -> Mapping[str, str]:
    """Path -> text."""
    return {query.path: query.text for query in corpus.compiled("sigma") if query.path}


@cache
def documents() -> Mapping[str, Mapping[str, Any]]:
    """Path -> document."""
    return {path: yaml.load(text, Loader) for path, text in files().items()}
