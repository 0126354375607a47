"""To Microsoft's parser of KQL, too, a stranger's text is a literal, a comment or a quoted name."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping

import pytest

from tests.engines.kusto.parser import SOURCES, installed
from tests.targets.strangers.queries import Lexed, hostile, lexed_by, live, live_code, numbered

pytestmark = pytest.mark.engines("kusto")


def lex(texts: Mapping[str, str]) -> dict[str, Lexed]:
    """What of queries is code."""
    command = ["node", str(SOURCES / "lex.js"), str(installed())]
    request = json.dumps(dict(texts))
    done = subprocess.run(command, input=request, capture_output=True, text=True, check=True)
    return lexed_by(json.loads(done.stdout))


@pytest.mark.parametrize("product", ["sentinel", "defender"])
def test_no_text_is_code(product: str) -> None:
    queries = hostile("kql", [product])
    assert live(queries, lex(numbered(queries))) == []


@pytest.mark.parametrize(
    "text",
    [
        "T | where a == 'b' | project zqxmark",
        "T | where a == 'b' // c\n| project zqxmark",
        "T | where a == @'b\\' or zqxmark == 'c'",
        "T | where a == 'b",
    ],
)
def test_code_is_noticed(text: str) -> None:
    assert live_code(text, lex)
