"""What is deployed to Microsoft Sentinel can be deployed again, and keeps what the SOC chose."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import yaml

from sigmapack.targets.sentinel import TARGET
from tests.targets.sample import MakeContent, compiled, rule
from tests.targets.sentinel.shipped import files, queries

DNS = "{product: windows, category: dns_query}"


@cache
def template(name: str = "azuredeploy.json") -> dict[str, Any]:
    document: dict[str, Any] = json.loads(files()[name])
    return document


@cache
def analytics() -> list[dict[str, Any]]:
    paths = sorted(path for path in files() if path.startswith("analytic_rules/"))
    return [yaml.safe_load(files()[path]) for path in paths]


def test_a_saved_search_may_be_deployed_twice() -> None:
    """Sentinel (a). Without `etag` the second deployment answers 409: azure-docs#49275.

    It stands beside `properties`: https://learn.microsoft.com/azure/templates/
    microsoft.operationalinsights/2020-08-01/workspaces/savedsearches.
    """
    searches = [r for r in template()["resources"] if r["type"].endswith("/savedSearches")]
    assert searches and {search.get("etag") for search in searches} == {"*"}


def test_whether_rules_run_is_asked_by_severity_at_every_deployment() -> None:
    """Sentinel (b). `enabled: false` switched off, at the next deployment, what the SOC runs."""
    rules = [r for r in template()["resources"] if r["type"].endswith("/alertRules")]
    for found in rules:
        properties = found["properties"]
        assert properties["enabled"] == f"[parameters('enable{properties['severity']}')]"
    asked = {name for name in template()["parameters"] if name.startswith("enable")}
    assert asked == {f"enable{found['properties']['severity']}" for found in rules}
    for name in asked:
        # Without a default: nothing is switched on or off by silence.
        assert set(template()["parameters"][name]) == {"type", "metadata"}
        assert template()["parameters"][name]["type"] == "bool"


def test_every_rule_is_written_in_ascii() -> None:
    """Sentinel (j). Azure/Azure-Sentinel, .script/tests/NonAsciiValidationsTests: no byte of a
    rule's file may be above 0x7F; a character that is meant is written as its escape."""
    made = {file.path: file.data for query in queries() for file in query.artifacts()} | files()
    texts = [path for path in made if path.endswith((".yaml", ".kql"))]
    assert len(texts) > 90
    assert [path for path in texts if not made[path].isascii()] == []
    query = made["sentinel/queries/proc_creation_lnx_threecx_simplextea.kql"].decode()
    assert r"HSBC job offer\u2024pdf" in query


def test_a_clients_text_in_another_script_is_escaped_as_well(make_content: MakeContent) -> None:
    """Sentinel (j)."""
    spanish = rule("one", "s: {Image: 'C:\\año\\x.exe'}\ncondition: s").replace(
        "title: one", "title: Versión dañada"
    )
    content = make_content(one=spanish)
    made = TARGET.package(content, (compiled(TARGET, content)["one"],))
    (found,) = [file for file in made if file.path.startswith("analytic_rules/")]
    assert found.data.isascii() and yaml.safe_load(found.data)["name"] == "Versión dañada"
    assert r"\\a\u00f1o\\x.exe" in yaml.safe_load(found.data)["query"]
