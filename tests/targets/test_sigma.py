"""Portable Sigma: what is written is Sigma that needs no placeholders."""

from __future__ import annotations

from collections.abc import Callable

import yaml
from sigma.collection import SigmaCollection

from sigmapack.compiling.compile import compile_target
from sigmapack.content.model import Content
from sigmapack.targets.sigma import TARGET
from tests.conftest import RULE

MakeContent = Callable[..., Content]


def test_placeholders_are_filled_in_and_nothing_else_changes(make_content: MakeContent) -> None:
    content = make_content(one=RULE)
    text = next(iter(compile_target(content, TARGET))).text
    document = yaml.safe_load(text)
    assert document["detection"]["selection"] == {
        "QueryName": [
            form
            for domain in ("bad.example.com", "worse.example.net")
            for form in (domain, f"*.{domain}", f"{domain}.", f"*.{domain}.")
        ]
    }
    original = dict(content.rules[0].document)
    assert {k: v for k, v in document.items() if k != "detection"} == {
        k: v for k, v in original.items() if k != "detection"
    }


def test_what_is_written_is_read_by_pysigma_again(make_content: MakeContent) -> None:
    text = next(iter(compile_target(make_content(one=RULE), TARGET))).text
    assert text.startswith("# Sample\n# id: 6f1c7a3e")
    assert SigmaCollection.from_yaml(text).errors == []
