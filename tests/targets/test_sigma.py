"""Portable Sigma: what is written is Sigma that needs no placeholders."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import yaml
from sigma.backends.sqlite.sqlite import sqliteBackend
from sigma.collection import SigmaCollection

from sigmapack.compiling.compile import compile_target
from sigmapack.compiling.product import gathered
from sigmapack.content.model import Content
from sigmapack.targets.sigma import TARGET
from tests.conftest import RULE
from tests.engines import corpus

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


@cache
def shipped(folder: str) -> list[Mapping[str, Any]]:
    """The documents of a folder of the package."""
    start = f"sigma/{folder}/"
    found = [query for query in corpus.compiled("sigma") if query.path.startswith(start)]
    return [yaml.safe_load(query.text) for query in sorted(found, key=lambda query: query.path)]


FOLDERS = ("rules", "findings", "bases", "correlations")


def converted(*folders: str) -> list[Any]:
    """What pySigma makes of folders, read in their order, by a backend with every type."""
    documents = [dict(document) for folder in folders for document in shipped(folder)]
    backend = sqliteBackend()  # type: ignore[no-untyped-call]
    return list(backend.convert(SigmaCollection.from_dicts(documents)))


def test_the_folder_of_rules_is_converted_by_stock_tools() -> None:
    """The correlations stood in it, and `sigma convert` gave nothing on nine targets."""
    assert len(converted("rules")) == len(shipped("rules")) == len(corpus.content().rules)


def test_correlations_refer_to_folders_before_their_own_and_are_converted() -> None:
    """What alerts comes out: findings in place of their rules, and rules that none gathers."""
    assert sum(len(shipped(folder)) for folder in FOLDERS) == len(corpus.pack().rules)
    told = gathered(corpus.pack(), corpus.compiled("sigma"))
    alone = [rule for rule in corpus.content().rules if rule.name not in told]
    others = sum(len(shipped(folder)) for folder in FOLDERS[1:])
    referring = [each for folder in FOLDERS[1:] for each in shipped(folder)]
    members = {name for each in referring for name in each["correlation"]["rules"]}
    apart = len([rule for rule in alone if rule.name not in members])
    assert len(converted(*FOLDERS)) >= others + apart


def test_correlations_say_nothing_that_the_specification_lacks() -> None:
    """Ten had a condition of words, which Sigma 2.1.0 does not have."""
    for folder in FOLDERS[1:]:
        for document in shipped(folder):
            condition = document["correlation"].get("condition", {"gte": 0})
            assert isinstance(condition, dict), document["name"]
            assert set(condition) <= {"gt", "gte", "lt", "lte", "eq", "field"}, document["name"]


def test_a_correlation_says_what_readers_would_guess_otherwise() -> None:
    """rsigma takes any rule of a temporal one for enough, where it has no condition."""
    temporal = 0
    for document in (each for folder in FOLDERS[1:] for each in shipped(folder)):
        correlation = document["correlation"]
        if correlation["type"].startswith("temporal"):
            temporal += 1
            assert correlation["condition"] == {"gte": len(correlation["rules"])}, document["name"]
        assert document.get("generate") == correlation.get("generate"), document["name"]
    assert temporal >= 8


def test_what_is_written_is_read_by_pysigma_again(make_content: MakeContent) -> None:
    text = next(iter(compile_target(make_content(one=RULE), TARGET))).text
    assert text.startswith("# Sample\n# id: 6f1c7a3e")
    assert SigmaCollection.from_yaml(text).errors == []
