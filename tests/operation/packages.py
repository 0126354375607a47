"""What ships: the files of a whole build, by path, as `build.py` writes them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from sigmapack.content.correlation import read_correlation
from sigmapack.content.load import load
from sigmapack.content.model import Content
from sigmapack.targets import discover
from tests.conftest import ROOT
from tests.engines import corpus


@cache
def content() -> Content:
    """The pack's own content."""
    return load(ROOT)


@cache
def shipped(product: str) -> Mapping[str, bytes]:
    """The files of a product's folder in `dist/`: path below it -> bytes."""
    queries = corpus.compiled(product)
    made = discover()[product].package(content(), tuple(query for query in queries if query.path))
    return {each.path: each.data for each in made}


@cache
def members(name: str) -> frozenset[str]:
    """What a rule is made of: its own name, and the names of those that it correlates."""
    rule = next(rule for rule in content().rules if rule.name == name)
    correlated = read_correlation(rule).members if rule.is_correlation else ()
    return frozenset({name, *correlated})


@cache
def by_id() -> Mapping[str, str]:
    """Id of a rule -> its name."""
    return {rule.id: rule.name for rule in content().rules}
