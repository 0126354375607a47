"""Whatever stands in rules, lookups and settings: problems with their places, no traceback."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from hypothesis import given
from hypothesis import strategies as st

from sigmapack.checks import problems
from sigmapack.compiling.compile import compile_target
from sigmapack.compiling.package import package
from sigmapack.content import declared
from sigmapack.content.documents import documents
from sigmapack.content.load import load
from sigmapack.content.model import Content, Problem
from sigmapack.content.settings import playbooks, stages, waivers
from sigmapack.targets import discover
from tests.cli.command import CORRELATION, PROBLEM
from tests.conftest import DOMAINS, ROOT, RULE
from tests.examples import tried

SLOW = tried(60, costs=50)
QUICK = tried(200, costs=0.5)
PLAIN = "a * a|5|null null selection not (a %ioc_domains% %x% a|cidr (a+)+$ gte sample .. a/b ` \\"
WORDS = st.sampled_from(["", "1 of them", "{{ x }}", "QueryName|re", "\ud800", *PLAIN.split()])
TEXTS = WORDS | st.text(max_size=12)
SCALARS = TEXTS | st.none() | st.booleans() | st.integers() | st.floats() | st.dates()
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(SCALARS, inner, max_size=3),
    max_leaves=6,
)


def places(node: Any, place: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place of a document."""
    found = [place]
    if isinstance(node, dict):
        for key, value in node.items():
            found += places(value, (*place, key))
    return found


def with_value(node: Mapping[str, Any], place: tuple[Any, ...], value: Any) -> Any:
    if not place:
        return value
    return {**node, place[0]: with_value(node[place[0]], place[1:], value)}


@st.composite
def spoiled(draw: st.DrawFn, text: str) -> str:
    """A rule of which one place, or a new key, holds something else."""
    document = yaml.safe_load(text)
    place = draw(st.sampled_from(places(document)))
    changed = with_value(document, place, draw(VALUES))
    if draw(st.booleans()) and isinstance(changed, dict):
        changed[draw(TEXTS)] = draw(VALUES)
    return yaml.dump(changed, sort_keys=False)


def well_formed(found: list[Problem]) -> None:
    for problem in found:
        assert PROBLEM.fullmatch(str(problem)), str(problem)


def built(content: Content) -> None:
    """Nothing is raised by a check or a build of what has no problems."""
    found = problems(content)
    well_formed(found)
    if found:
        return
    for target in discover().values():
        queries, *_ = package(content, target, list(compile_target(content, target)))
        assert all((query.outcome == "refused") != bool(query.path) for query in queries)
        assert all(query.reason for query in queries if query.outcome == "refused")


def content_of(rules: Mapping[str, str], lookup: str = DOMAINS) -> Content:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "rules"
        (folder / "lookups").mkdir(parents=True)
        (folder / "lookups" / "ioc_domains.csv").write_bytes(lookup.encode("utf-8", "replace"))
        for stem, text in rules.items():
            (folder / f"{stem}.yml").write_bytes(text.encode("utf-8", "surrogatepass"))
        return load(ROOT, folder)


@SLOW
@given(spoiled(RULE))
def test_a_spoiled_rule_raises_nothing(text: str) -> None:
    built(content_of({"sample": text}))


@SLOW
@given(spoiled(CORRELATION))
def test_a_spoiled_correlation_raises_nothing(text: str) -> None:
    built(content_of({"sample": RULE, "twice": text}))


@tried(200, costs=0.1)
@given(st.text(alphabet=st.sampled_from("a:-[]{}&*!|>%@`\"'#,?\n \t\0"), max_size=80) | st.text())
def test_any_text_is_yaml_or_a_problem(text: str) -> None:
    found: list[Problem] = []
    list(documents("any.yml", text, found))
    well_formed(found)


@SLOW
@given(
    st.sampled_from(["domain", "hash", "url", "threat", "answer", "x", "ip", "version", "cookie"]),
    st.lists(st.tuples(TEXTS, TEXTS), max_size=4),
)
def test_any_lookup_raises_nothing(column: str, rows: list[tuple[str, str]]) -> None:
    text = io.StringIO()
    for row in [(column, "role"), *rows]:
        text.write(",".join('"' + value.replace('"', '""') + '"' for value in row) + "\n")
    built(content_of({"sample": RULE}, text.getvalue()))


LINES = """\
[[waiver]]
[[stage]]
[playbook.a]
rules = [1]
id = "a"
title = 5
[tactics]
version = ''
techniques = []
[source.a]
channel = 5
x = [[[[]]]]
= 1
"""
TOML = st.sampled_from(LINES.splitlines())


@QUICK
@given(st.lists(TOML | st.text(max_size=20), max_size=6))
def test_any_settings_raise_nothing(lines: list[str]) -> None:
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "any.toml"
        path.write_bytes("\n".join(lines).encode("utf-8", "replace"))
        found: list[Problem] = []
        for read in (waivers, stages, playbooks):
            list(read(path, found))
        declared.attack(path, found, True)
        declared.never(path, found, True)
        well_formed(found)
