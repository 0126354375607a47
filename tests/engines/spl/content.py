"""What is compiled for Splunk, as its engine's tests ask for it."""

from __future__ import annotations

from functools import cache

from sigmapack.compiling.product import Query
from sigmapack.targets.splunk import TARGET
from tests.engines import corpus
from tests.engines.spl.text import macros

CONTENT = corpus.pack()


@cache
def files() -> dict[str, str]:
    """Settings and lookups, by path."""
    made = TARGET.package(CONTENT, ())
    return {each.path: each.data.decode() for each in made if not each.path.endswith(".tgz")}


@cache
def known() -> dict[str, str]:
    return macros(files()["macros.conf"])


@cache
def compiled() -> dict[str, Query]:
    """Rule -> its query, correlations too."""
    return {query.rule.name: query for query in corpus.compiled("splunk") if query.path}
