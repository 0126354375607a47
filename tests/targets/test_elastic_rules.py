"""Kibana's rules: complete, switched off, honest about ATT&CK, and within the importer's limits."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from sigmapack.compile import compile_target
from sigmapack.coverage import attack
from sigmapack.load import load
from sigmapack.product import Query
from sigmapack.targets.elastic import TARGET

ROOT = Path(__file__).resolve().parents[2]
REQUIRED = {"rule_id", "name", "description", "risk_score", "severity", "type", "query", "language"}


@cache
def queries() -> tuple[Query, ...]:
    return tuple(compile_target(load(ROOT), TARGET))


@cache
def rules() -> tuple[dict[str, Any], ...]:
    (file,) = [a for a in TARGET.package(load(ROOT), queries()) if a.path == "rules.ndjson"]
    assert len(file.data) < 10_000_000
    return tuple(json.loads(line) for line in file.data.decode().splitlines())


def test_every_rule_that_elastic_can_say_is_there_once() -> None:
    named = {query.rule.id for query in queries() if query.path}
    found = [rule["rule_id"] for rule in rules() if rule["type"] != "threat_match"]
    assert sorted(found) == sorted(named)


def test_the_query_of_a_rule_is_the_text_of_its_file() -> None:
    texts = {query.text for query in queries() if query.path}
    for rule in rules():
        assert rule["type"] == "threat_match" or rule["query"] in texts


def test_a_rule_has_what_the_importer_asks_for_and_is_switched_off() -> None:
    for rule in rules():
        assert set(rule) >= REQUIRED, rule["name"]
        assert rule["enabled"] is False
        assert rule["severity"] in ("low", "medium", "high", "critical")
        assert 0 <= rule["risk_score"] <= 100
        assert ("index" in rule) == (rule["type"] != "esql"), rule["name"]
        if rule["type"] == "esql" and "STATS" not in rule["query"]:
            assert "METADATA _id, _version, _index" in rule["query"]


def test_a_rule_looks_back_further_than_its_interval() -> None:
    for rule in rules():
        back = int(rule["from"].removeprefix("now-").removesuffix("m"))
        assert back > int(rule["interval"].removesuffix("m")), rule["name"]


def test_tactics_stand_with_their_own_techniques() -> None:
    known = attack(load(ROOT))
    for rule in rules():
        assert rule["threat"], rule["name"]
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
    assert rule["setup"].startswith("Needs: security 4688, sysmon 1.")


def test_the_indicator_match_rule_reads_the_packs_index() -> None:
    (rule,) = [rule for rule in rules() if rule["type"] == "threat_match"]
    assert rule["threat_index"] == ["logs-ti_threecx*"]
    assert rule["threat_indicator_path"] == "threat.indicator"
    values = {e["value"] for mapping in rule["threat_mapping"] for e in mapping["entries"]}
    assert values == {"threat.indicator.url.domain"}
