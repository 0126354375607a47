"""Indicators and value lists: what an import takes, with stable identifiers."""

from __future__ import annotations

import json
import re

from sigmapack.content.load import load
from sigmapack.targets.elastic import TARGET
from tests.conftest import ROOT
from tests.targets.elastic.shipped import files
from tests.targets.sample import MakeContent, rule


def test_indicators_are_a_bulk_body_with_stable_identifiers(make_content: MakeContent) -> None:
    content = make_content(one=rule("one", "s: {Image: a}\ncondition: s"))
    made = {a.path: a.data for a in TARGET.package(content, ())}
    again = {a.path: a.data for a in TARGET.package(content, ())}
    assert made == again
    lines = [json.loads(line) for line in made["indicators/ioc_domains.ndjson"].splitlines()]
    assert [list(line) for line in lines[::2]] == [["index"]] * 2
    assert lines[0]["index"]["_index"] == "logs-ti_threecx"
    assert lines[0]["index"]["_id"] != lines[2]["index"]["_id"]
    assert lines[1]["threat.indicator.url.domain"] == "bad.example.com"
    assert lines[1]["threat.indicator.type"] == "domain-name"


def test_builds_and_zones_are_no_indicators() -> None:
    made = {path for path in files() if path.startswith("indicators/")}
    assert "indicators/ioc_domains.ndjson" in made
    assert not [path for path in made if re.search("builds|vendor|answers", path)]


def test_a_value_list_holds_the_values_of_its_table_once_each() -> None:
    content = load(ROOT)
    lists = {path: data for path, data in files().items() if path.startswith("value_lists/")}
    assert "value_lists/ioc_domains.keyword.txt" in lists
    assert "value_lists/ioc_ips_historic.ip.txt" in lists
    assert not any(re.search("builds|vendor|answers", path) for path in lists)
    for path, data in lists.items():
        table = content.lookups[path.partition("/")[2].partition(".")[0]]
        assert sorted(data.decode().splitlines()) == sorted({v.lower() for v in table.values()})


def test_the_index_template_has_a_type_for_every_field_of_an_indicator() -> None:
    template = json.loads(files()["indicator_index_template.json"])
    assert template["index_patterns"] == ["logs-ti_threecx*"]
    for path, data in files().items():
        if not path.startswith("indicators/"):
            continue
        for line in data.decode().splitlines()[1::2]:
            for field in json.loads(line):
                place = template["template"]["mappings"]
                for part in field.split("."):
                    place = place["properties"][part]
                assert place["type"], field
