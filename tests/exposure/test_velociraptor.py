"""The artifact of Velociraptor. Neither it nor a parser of VQL is in a registry that tests may use:
what can be judged is its form, that each plugin and function is one of the reference, and its data.
"""

from __future__ import annotations

import csv
import re
from typing import Any

import pytest
import yaml

from sigmapack.content.words import ENGLISH
from sigmapack.exposure.looked_for import TRACES
from sigmapack.exposure.velociraptor import artifact
from tests.exposure.made import VERSIONS, search

TEXT = artifact(search(), ENGLISH)
DOCUMENT: dict[str, Any] = yaml.safe_load(TEXT)
SOURCES = {source["name"]: source["query"] for source in DOCUMENT["sources"]}
#: https://docs.velociraptor.app/vql_reference/
REFERENCE = {
    "foreach",
    "glob",
    "hash",
    "info",
    "parse_pe",
    "plist",
    "Artifact.Windows.Sys.Programs",
}
TOKEN = re.compile(
    r"'''.*?'''|'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|\.?[A-Za-z_][\w.]*|\d+|=~|[(){}\[\],=<*]|\s+",
    re.DOTALL,
)


def table(name: str) -> list[dict[str, str]]:
    (text,) = (p["default"] for p in DOCUMENT["parameters"] if p["name"] == name)
    return list(csv.DictReader(text.splitlines()))


def test_the_artifact_has_the_keys_of_one() -> None:
    assert DOCUMENT.keys() == {
        *("name", "description", "author", "type", "parameters", "sources"),
    }
    assert DOCUMENT["name"].startswith("Custom.")
    assert DOCUMENT["type"] == "CLIENT"
    for source in DOCUMENT["sources"]:
        assert source.keys() == {"name", "precondition", "query"}
        assert re.fullmatch(r"SELECT OS FROM info\(\) WHERE OS = '\w+'", source["precondition"])
    assert len(SOURCES) == len(DOCUMENT["sources"])


@pytest.mark.parametrize("name", SOURCES)
def test_a_query_is_whole_and_calls_what_there_is(name: str) -> None:
    query = SOURCES[name]
    assert "".join(TOKEN.findall(query)) == query
    bare = re.sub(r"'''.*?'''|'[^']*'|\"[^\"]*\"", "''", query)
    for opening, closing in ("()", "{}", "[]"):
        assert bare.count(opening) == bare.count(closing)
    assert set(re.findall(r"([A-Za-z_][\w.]*)\(", bare)) <= REFERENCE
    statements = [part for part in bare.split("\n\n") if part]
    assert all(part.startswith("LET ") for part in statements[:-1])
    assert statements[-1].startswith("SELECT ")


@pytest.mark.parametrize(("version", "found"), VERSIONS.items())
def test_builds_are_told_by_an_expression(version: str, found: bool) -> None:
    for name in ("WindowsPrograms", "WindowsClients"):
        (expression,) = re.findall(r"'''(.+?)'''", SOURCES[name])
        assert bool(re.search(expression, version)) is found


def test_the_tables_hold_every_hash_and_trace() -> None:
    assert {row["Hash"] for row in table("Known")} == {one.value for one in search().hashes}
    assert {row["Finds"] for row in table("Traces")} == {one.finds for one in TRACES}
    globs = {row["Glob"] for row in table("Traces")}
    assert "C:/Windows/System32/MsMpEng.exe" in globs
    assert "/root/.config/guiconfigd" in globs
    assert not any("~" in glob for glob in globs)
