"""Whatever stands in a client's folder: problems with their places, no traceback."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from sigmapack.checks import problems as checked
from sigmapack.compiling.compile import compile_target
from sigmapack.compiling.package import package
from sigmapack.content.load import load
from sigmapack.content.model import Content, Problem
from sigmapack.overlay import named, overlay, read
from sigmapack.targets import discover
from tests.conftest import DOMAINS, ROOT, RULE
from tests.content.test_hostile import TEXTS, spoiled, well_formed
from tests.examples import tried
from tests.overlay.folder import FILTER, SETTINGS, client_folder

NAMES = """id name products contact language tlp lookups sources levels schedules rules withdrawn
    acknowledged splunk elastic loki sysmon windows index off on table value reason rule events high
    low sample tag:x"""
KEYS = st.sampled_from(NAMES.split())
VALUES = """acme Acme en amber native medium sample * ioc_domains splunk index=a|delete ' " `x`
    {{x}} %x% logs-* bad.example.com"""
PLAIN = st.sampled_from(["", "index=a | delete", *VALUES.split()])
SCALARS = PLAIN | TEXTS | st.integers() | st.booleans() | st.floats() | st.sampled_from([5, 60])
NODES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=8,
)
CONTENTS = st.dictionaries(KEYS, NODES, max_size=6)


def toml(node: Any) -> str:
    """A value as TOML: inline tables, and texts as JSON writes them."""
    if isinstance(node, Mapping):
        pairs = (f"{json.dumps(str(key))} = {toml(value)}" for key, value in node.items())
        return f"{{ {', '.join(pairs)} }}"
    if isinstance(node, list):
        return f"[{', '.join(map(toml, node))}]"
    if isinstance(node, float):
        return repr(node) if node == node and abs(node) != float("inf") else "nan"
    return json.dumps(node)


def pack(folder: Path) -> Content:
    rules = folder / "rules"
    (rules / "lookups").mkdir(parents=True)
    (rules / "lookups" / "ioc_domains.csv").write_text(DOMAINS)
    (rules / "sample.yml").write_text(RULE)
    return load(ROOT, rules)


def built(settings: str, filters: Mapping[str, str] | None = None) -> None:
    """Nothing is raised by reading, checking or building what a folder says."""
    with tempfile.TemporaryDirectory() as name:
        found: list[Problem] = []
        folder = client_folder(Path(name) / "c")
        (folder / "client.toml").write_bytes(settings.encode("utf-8", "surrogatepass"))
        (folder / "filters").mkdir()
        for stem, text in (filters or {}).items():
            (folder / "filters" / f"{stem}.yml").write_bytes(text.encode("utf-8", "surrogatepass"))
        client = read(folder, found)
        well_formed(found)
        if client is None:
            return
        made = overlay(pack(Path(name)), client)
        well_formed(list(made.problems))
        wrong = checked(made.content)
        well_formed(wrong)
        if made.problems or wrong:
            return
        content = named(made.content, client.id)
        for target in discover().values():
            queries, *_ = package(content, target, list(compile_target(content, target)))
            assert all((query.outcome == "refused") != bool(query.path) for query in queries)


@tried(150, costs=2)
@given(st.text(alphabet=st.sampled_from("ai=[]{}\"'#.,\n \t\0\\5-")) | st.text())
def test_any_text_is_settings_or_a_problem(text: str) -> None:
    built(text)
    built(SETTINGS + text)


@tried(100, costs=10)
@given(CONTENTS)
def test_any_settings_of_a_client_raise_nothing(settings: dict[str, Any]) -> None:
    whole = {"id": "acme", "name": "Acme", **settings}
    built("".join(f"{json.dumps(key)} = {toml(value)}\n" for key, value in whole.items()))


@tried(40, costs=50)
@given(spoiled(FILTER))
def test_a_spoiled_filter_raises_nothing(text: str) -> None:
    built(SETTINGS, {"f": text})
