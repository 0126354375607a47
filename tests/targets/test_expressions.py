"""A rule's regular expression that a product's own do not know is refused there, not written."""

from __future__ import annotations

import pytest

from sigmapack.compiling.compile import compile_target
from sigmapack.compiling.product import Query
from sigmapack.targets import discover
from tests.targets.strangers.hostile import SOURCES, content, document


def compiled(product: str, pattern: str) -> Query:
    where, field = SOURCES[0]
    (query,) = compile_target(content(document(where, f"{field}|re", pattern)), discover()[product])
    return query


@pytest.mark.parametrize("product", ["loki", "sentinel", "defender"])
@pytest.mark.parametrize("pattern", ["a(?=b)", "(?<!a)b", r"(a)\1", "(?>a)b", "a++b", r"a\Z"])
def test_what_re2_does_not_know_is_refused(product: str, pattern: str) -> None:
    query = compiled(product, pattern)
    assert query.outcome == "refused" and "egular expression" in query.reason
    assert compiled(product, "(?i)a[+*]+b|c{2,3}").path


def test_characters_by_their_number_are_known_to_kusto_alone() -> None:
    """https://learn.microsoft.com/kusto/query/regex, "Escape sequences"."""
    assert compiled("sentinel", r"a\u0022b").path
    assert compiled("loki", r"a\u0022b").outcome == "refused"
