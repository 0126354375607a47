"""SigmaHQ's conventions for the files of rules, and what tools that read Sigma stumble over.

From github.com/SigmaHQ/sigma (commit 8eaafff, August 2026). Its `.yamllint` is here in our words;
its CI takes warnings for errors. The 11 checks of its `tests/test_rules.py` passed on the 83 files
of `sigma/rules` when this was written; of the 3 of `tests/test_logsource.py`, two found what
`sigma_rules/waivers.toml` has, with reasons: Zeek's ssl log (`SigmahqLogsourceUnknown`), and
`Hashes` in two rules of file events (`SigmahqInvalidFieldname`). Both read rules of single events
only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from yamllint.config import YamlLintConfig
from yamllint.linter import run

from sigmapack.compiling.compile import compile_target
from sigmapack.targets.sigma import TARGET
from tests.conftest import ROOT, MakeContent
from tests.targets.sigma.shipped import documents, files

#: Four columns a level, in lists as one likes; long lines; no `---`; two blank lines at most.
LAYOUT = YamlLintConfig(
    """
    extends: default
    rules:
        indentation: {spaces: 4, indent-sequences: whatever}
        line-length: disable
        document-start: {present: false}
        comments: {require-starting-space: true, min-spaces-from-content: 1}
        comments-indentation: disable
        empty-lines: {max: 2, max-start: 2, max-end: 2}
    """
)
RULES = {
    path.relative_to(ROOT).as_posix(): path.read_text("utf-8")
    for path in sorted((ROOT / "sigma_rules").rglob("*.yml"))
}
SAMPLE = r"""
title: Sample
id: 6f1c7a3e-54a2-4f0e-9a38-0d5c1f2b7a01
name: sample
logsource: {{category: proxy}}
detection:
    selection: {selection}
    condition: selection
"""


def faults(text: str) -> list[str]:
    return [f"{found.line}:{found.column}: {found.desc}" for found in run(text, LAYOUT)]


def test_the_layout_is_that_of_sigmahq() -> None:
    """That of our own rules, too, which people read beside SigmaHQ's."""
    wrong = {
        path: found for path, text in (RULES | dict(files())).items() if (found := faults(text))
    }
    assert len(RULES) == len(files())
    assert wrong == {}


@pytest.mark.parametrize(
    "text",
    [
        "a:\n  b: 1\n",  # two columns
        "a:\n    -   b: 1\n",  # more than one blank after the hyphen
        "a:\n    - b:\n        - 1\n",  # a list not below its key
        "---\na: 1\n",
        "a: 1 \n",
        "a: 1",
        "#a\nb: 1\n",
        "a: 1\na: 2\n",
    ],
)
def test_another_layout_shows(text: str) -> None:
    assert faults(text)


def values(node: Any) -> Iterator[str]:
    """Every text of a detection."""
    if isinstance(node, dict):
        for inner in node.values():
            yield from values(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from values(inner)
    elif isinstance(node, str):
        yield node


def test_no_wildcard_stands_right_behind_an_escaped_question_mark() -> None:
    """Chainsaw 2.16.4 panics at it."""
    found = [text for each in documents().values() for text in values(each.get("detection"))]
    assert [text for text in found if re.search(r"\\\?\*", text)] == []
    # Paths of Zeek and of proxies are there, as beginnings; whole addresses are expressions.
    assert sum(text.endswith(r"\?") for text in found) >= 40


@pytest.mark.parametrize(
    ("selection", "written"),
    [
        (r"{a: ['x', 'x\?*'], b: 1}", [{"a": "x", "b": 1}, {"a|startswith": r"x\?", "b": 1}]),
        (r"{a: 'x\?*'}", {"a|startswith": r"x\?"}),
        (
            r"[{a: ['x\?*', 'y\?*']}, {b: 'z\?z*'}]",
            [{"a|startswith": [r"x\?", r"y\?"]}, {"b": r"z\?z*"}],
        ),
        (
            r"{a: ['x', 'x\?*'], b: ['y\?*', 'y', 'z']}",
            [
                {"a": "x", "b": ["y", "z"]},
                {"a": "x", "b|startswith": r"y\?"},
                {"a|startswith": r"x\?", "b": ["y", "z"]},
                {"a|startswith": r"x\?", "b|startswith": r"y\?"},
            ],
        ),
        ("['one', 'two']", ["one", "two"]),
    ],
)
def test_such_a_value_is_written_as_a_beginning(
    make_content: MakeContent, selection: str, written: Any
) -> None:
    content = make_content(one=SAMPLE.format(selection=selection))
    text = next(iter(compile_target(content, TARGET))).text
    assert yaml.safe_load(text)["detection"]["selection"] == written
