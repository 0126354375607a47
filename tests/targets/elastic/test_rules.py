"""Kibana's rules: complete, switched off, honest about ATT&CK, and within the importer's limits."""

from __future__ import annotations

from typing import Any

import pytest

from sigmapack.compiling.product import TooLarge
from sigmapack.content.coverage import attack
from sigmapack.content.load import load
from sigmapack.targets.elastic import TARGET
from tests.conftest import ROOT
from tests.schemas import faults
from tests.targets.elastic.kibana import schema
from tests.targets.elastic.shipped import queries, rules

#: What tells of the attack by other rules only, and names nothing of ATT&CK.
CONTEXT = ("Fixed 3CX Desktop Client Build Running",)


def test_every_rule_that_elastic_can_say_is_there_once() -> None:
    named = {query.rule.id for query in queries() if query.path}
    found = [rule["rule_id"] for rule in rules() if rule["type"] != "threat_match"]
    assert sorted(found) == sorted(named)


def test_the_query_of_a_rule_is_the_text_of_its_file() -> None:
    texts = {query.text for query in queries() if query.path}
    for rule in rules():
        assert rule["type"] == "threat_match" or rule["query"] in texts


def test_every_rule_is_what_the_importer_takes_and_is_switched_off() -> None:
    for rule in rules():
        assert (rule["name"], faults(schema(rule["type"]), rule)) == (rule["name"], [])
        if rule["type"] == "esql" and "STATS" not in rule["query"]:
            assert "METADATA _id, _version, _index" in rule["query"]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("severity", "informational"),
        ("alert_suppression", {"group_by": ["host.name"], "duration": {"value": 1, "unit": "d"}}),
        ("risk_scor", 5),
        ("tags", ["Tactic: Defence"]),
        ("note", "## Check first"),
        ("setup", "Needs: sysmon 1."),
    ],
)
def test_the_schema_refuses_what_the_importer_refuses(key: str, value: Any) -> None:
    rule = {**rules()[0], key: value}
    assert faults(schema(rule["type"]), rule)


def test_a_rule_looks_back_further_than_its_interval() -> None:
    for rule in rules():
        back = int(rule["from"].removeprefix("now-").removesuffix("m"))
        assert back > int(rule["interval"].removesuffix("m")), rule["name"]


def test_tactics_stand_with_their_own_techniques() -> None:
    known = attack(load(ROOT))
    for rule in rules():
        assert bool(rule["threat"]) == (rule["name"] not in CONTEXT), rule["name"]
        for entry in rule["threat"]:
            tactics = {tactic["id"]: slug for slug, tactic in known["tactics"].items()}
            slug = tactics[entry["tactic"]["id"]]
            for technique in entry["technique"]:
                ids = [sub["id"] for sub in technique["subtechnique"]] or [technique["id"]]
                for identifier in ids:
                    assert slug in known["techniques"][identifier]["tactics"], identifier
                    assert identifier.startswith(technique["id"])
                assert technique["name"] != technique["id"]


def test_required_fields_are_those_of_the_query() -> None:
    rule = next(r for r in rules() if r["name"] == "Affected 3CX Desktop Client Build Running")
    names = {field["name"]: field for field in rule["required_fields"]}
    assert names["process.pe.file_version"] == {
        "name": "process.pe.file_version",
        "type": "keyword",
        "ecs": True,
    }
    assert names["winlog.channel"]["ecs"] is False
    assert "incidentes@csirt.gob.do" in rule["note"]
    assert rule["setup"].startswith("## Setup\n\nNeeds: security 4688, sysmon 1.")


def test_the_indicator_match_rule_reads_the_packs_index() -> None:
    (rule,) = [rule for rule in rules() if rule["type"] == "threat_match"]
    assert rule["threat_index"] == ["logs-ti_threecx*"]
    assert rule["threat_indicator_path"] == "threat.indicator"
    values = {e["value"] for mapping in rule["threat_mapping"] for e in mapping["entries"]}
    assert values == {"threat.indicator.url.domain"}


def test_more_rules_than_one_import_takes_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sigmapack.targets.elastic.rules.MOST_RULES", 5)
    with pytest.raises(TooLarge, match="Kibana imports 5 in 10,485,760 at once"):
        TARGET.package(load(ROOT), queries())
