"""Tags, guides and integrations of Kibana's rules, as elastic/detection-rules wants them.

What an index pattern asks for restates its tests (tests/test_all_rules.py, TestRuleTags,
TestInvestigationGuide, at commit 14cf530).
"""

from __future__ import annotations

from typing import Any

import pytest

from sigmapack.targets.elastic.columns import sources
from tests.targets.elastic.shipped import rules

ASKED = {
    "logs-endpoint.events.": ["Domain: Endpoint", "Data Source: Elastic Defend"],
    "logs-endpoint.alerts-": ["Data Source: Elastic Defend"],
    "logs-windows.sysmon_operational-": ["Data Source: Sysmon"],
    "logs-windows.powershell": ["Data Source: PowerShell Logs"],
    "logs-system.security": ["Data Source: Windows Security Event Logs"],
    "logs-system.system": ["Data Source: Windows System Event Logs"],
}


def read(rule: dict[str, Any]) -> list[str]:
    return rule["index"] if "index" in rule else sources(rule["query"])


def named(name: str) -> dict[str, Any]:
    (found,) = [rule for rule in rules() if rule["name"] == name]
    return found


@pytest.mark.parametrize("start", ASKED)
def test_an_index_brings_the_tags_that_detection_rules_asks_for(start: str) -> None:
    of = [rule for rule in rules() if any(one.startswith(start) for one in read(rule))]
    assert of
    for rule in of:
        assert set(ASKED[start]) <= set(rule["tags"]), rule["name"]


def test_the_tags_name_exactly_the_tactics_of_the_rule() -> None:
    for rule in rules():
        told = [tag for tag in rule["tags"] if tag.startswith("Tactic: ")]
        assert told == [f"Tactic: {entry['tactic']['name']}" for entry in rule["threat"]]


def test_building_blocks_and_no_others_are_tagged_so() -> None:
    blocks = {rule["name"] for rule in rules() if "building_block_type" in rule}
    assert blocks == {rule["name"] for rule in rules() if "Rule Type: BBR" in rule["tags"]}
    hunting = {rule["name"] for rule in rules() if "Use Case: Threat Hunting" in rule["tags"]}
    assert hunting and hunting <= blocks


def test_every_rule_says_where_its_logs_are_from() -> None:
    for rule in rules():
        assert any(tag.startswith("Domain: ") for tag in rule["tags"]), rule["name"]


def test_the_guide_investigates_the_rule_by_its_own_name() -> None:
    for rule in rules():
        assert f"\n\n### Investigating {rule['name']}\n\n" in rule["note"]
        known = "### False positive analysis" in rule["note"]
        assert known == bool(rule["false_positives"]), rule["name"]


def test_the_rule_of_the_indicator_index_is_of_no_system() -> None:
    (rule,) = [rule for rule in rules() if rule["type"] == "threat_match"]
    assert "Domain: Network" in rule["tags"] and "Rule Type: Indicator Match" in rule["tags"]
    assert not [tag for tag in rule["tags"] if tag.startswith("OS: ")]


def test_packages_read_by_a_data_set_are_related_too() -> None:
    for rule in rules():
        if rule["type"] == "threat_match":
            continue
        packages = {entry["package"] for entry in rule["related_integrations"]}
        for name in ("squid.log", "panw.panos", "network_traffic.dns", "zscaler_zia.web"):
            if f'"{name}"' in rule["query"]:
                assert name.partition(".")[0] in packages, rule["name"]
        assert packages, rule["name"]
