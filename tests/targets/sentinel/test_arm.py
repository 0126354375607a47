"""Sentinel's templates for Azure: whole, switched off, and within Azure's limits."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from sigmapack.content.load import load
from sigmapack.targets.sentinel import arm
from tests.conftest import ROOT
from tests.targets.sentinel.shipped import documents, files, resources


def plain(value: Any) -> Any:
    """What Azure makes of a text: two brackets at its start are one."""
    return value[1:] if isinstance(value, str) and value.startswith("[[") else value


def test_the_template_has_every_rule_with_the_same_query() -> None:
    texts = {one["id"]: one["query"] for one in documents("analytic_rules").values()}
    texts |= {one["id"]: one["query"] for one in documents("hunting_queries").values()}
    found = {}
    for resource in resources("azuredeploy.json"):
        properties = resource["properties"]
        identifier = re.findall(r"[0-9a-f]{8}-[0-9a-f-]{27}", resource["name"])[-1]
        found[identifier] = plain(properties["query"])
        if resource["type"].endswith("/alertRules"):
            asked = "Device" in json.dumps(properties["query"])
            assert ("condition" in resource) <= asked
        else:
            assert properties["category"] == "Hunting Queries"
    assert found == texts


def test_templates_keep_the_limits_of_azure_and_have_no_stray_expression() -> None:
    for name in ("azuredeploy.json", "watchlists.json"):
        assert len(files()[name]) < 4_000_000
        document = json.loads(files()[name])
        assert len(document["resources"]) <= 800
        used = set(re.findall(r"parameters\('(\w+)'\)", files()[name].decode()))
        assert used == set(document["parameters"])
        for resource in document["resources"]:
            resource["properties"].pop("enabled", None)
            for text in strings(resource["properties"]):
                assert not re.fullmatch(r"\[(?!\[).*\]", text, re.DOTALL), text[:80]


def strings(value: Any) -> list[str]:
    """All texts in a value."""
    if isinstance(value, str):
        return [value]
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for part in parts for text in strings(part)]


def test_a_text_in_brackets_is_no_expression() -> None:
    name = arm.Expression("[a()]")
    found = arm.escaped({"name": name, "properties": {"name": "[a]", "q": "[a] b", "e": name}})
    assert found == {"name": "[a()]", "properties": {"name": "[[a]", "q": "[a] b", "e": "[a()]"}}


def test_templates_are_split_and_refuse_what_azure_does(monkeypatch: pytest.MonkeyPatch) -> None:
    many = [{"name": str(number), "type": "", "properties": {}} for number in range(801)]
    paths = [file.path for file in arm.split("azuredeploy", many)]
    assert paths == ["azuredeploy.json", "azuredeploy_2.json"]
    large = [{"name": "large", "properties": {"query": "x" * 1_000_001}}]
    with pytest.raises(ValueError, match=r"large has 1,000,\d+ bytes, Azure takes 1,000,000"):
        arm.split("azuredeploy", large)


def test_watchlists_carry_their_tables_and_are_keyed_by_a_column() -> None:
    found = resources("watchlists.json")
    assert len(found) == len(load(ROOT).lookups)
    for resource in found:
        properties = resource["properties"]
        text = files()[f"watchlists/{properties['watchlistAlias']}.csv"].decode()
        assert properties["rawContent"] == text
        assert properties["itemsSearchKey"] in text.splitlines()[0].split(",")
        assert properties["contentType"] == "Text/Csv"
