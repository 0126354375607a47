"""What only one product has: layers, lists, groups, names."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import pytest
import yaml

from sigmapack.deployed import open_bundle
from sigmapack.drift import Drift, drift
from sigmapack.events.files import UnreadableInput
from tests.drift.deployments import GOLDEN, Deployment, deployments

KNOWN: dict[str, Deployment] = {one.product: one for one in deployments()}


def against(*paths: Path) -> Drift:
    return drift(open_bundle(GOLDEN), paths)


def states(found: Drift) -> dict[str, tuple[str, ...]]:
    return {one.name: one.states for one in found.findings if one.states != ("same",)}


def fields(found: Drift) -> list[str]:
    return [edit.field for one in found.findings for edit in one.edits]


def put(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def test_splunk_local_alone_is_what_was_changed_and_misses_nothing(tmp_path: Path) -> None:
    text = "[3CX pack - Golden Finding]\ncron_schedule = 0 * * * *\ndisabled = 0\n"
    found = against(put(tmp_path, "local/savedsearches.conf", text))
    assert states(found) == {"3CX pack - Golden Finding": ("edited",)}
    assert fields(found) == ["cron_schedule"]
    (one,) = found.findings
    assert one.enabled is True


def test_splunk_an_attribute_that_a_site_adds_is_its_own_but_a_condition_is_not(
    tmp_path: Path,
) -> None:
    text = "[3CX pack - Golden Finding]\naction.email = 1\nalert_condition = search x=y\n"
    assert fields(against(put(tmp_path, "local/savedsearches.conf", text))) == ["alert_condition"]


def test_splunk_a_macro_that_was_set_is_edited_and_another_is_not_ours(tmp_path: Path) -> None:
    text = "[logsource_proxy]\ndefinition = (index=proxy)\n\n[mine]\ndefinition = x\n"
    found = against(put(tmp_path, "local/macros.conf", text))
    assert states(found) == {"logsource_proxy": ("edited",)}
    (edit,) = found.findings[0].edits
    assert edit.lines() == ["-(index=* tag=web tag=proxy)", "+(index=proxy)"]


def test_splunk_one_search_that_is_left_in_local_is_extra(tmp_path: Path) -> None:
    text = "[3CX pack - Gone]\ndisabled = 0\n\n[Somebody's own]\nsearch = index=x\n"
    assert states(against(put(tmp_path, "local/savedsearches.conf", text))) == {
        "3CX pack - Gone": ("extra",)
    }


def test_splunk_a_line_that_is_none_is_one_error(tmp_path: Path) -> None:
    path = put(tmp_path, "local/savedsearches.conf", "[x]\nsearch = a\\\n  b\nno setting\n")
    with pytest.raises(UnreadableInput, match="line 4 is no setting"):
        against(path)


def test_elastic_an_exception_or_a_filter_is_drift_and_an_action_is_not(tmp_path: Path) -> None:
    product = KNOWN["elastic"]
    things = product.things()
    things[0]["exceptions_list"] = [{"id": "e", "list_id": "e", "type": "detection"}]
    things[1]["filters"] = [{"meta": {"negate": True}, "query": {"match_all": {}}}]
    found = against(product.write(things, tmp_path))
    assert {field.partition(".")[0] for field in fields(found)} == {"exceptions_list", "filters"}
    assert list(states(found).values()) == [("edited",)] * 2


def test_elastic_an_empty_export_misses_all(tmp_path: Path) -> None:
    found = against(KNOWN["elastic"].write([], tmp_path))
    assert found.counts()["missing"] == len(found.findings) == 5


def test_sentinel_a_list_of_the_interface_is_an_export_too(tmp_path: Path) -> None:
    things = [
        {
            **thing,
            "id": f"/subscriptions/s/providers/Microsoft.SecurityInsights/alertRules/{guid}",
            "name": guid,
            "type": "Microsoft.SecurityInsights/alertRules",
            "etag": '"x"',
            "properties": {**thing["properties"], "lastModifiedUtc": "2026-12-01T08:00:00Z"},
        }
        for thing in KNOWN["sentinel"].things()
        for guid in [thing["name"].rpartition("/")[2].removesuffix("')]")]
    ]
    assert states(against(put(tmp_path, "x.json", json.dumps({"value": things})))) == {}


def test_sentinel_another_kind_of_rule_is_an_edit(tmp_path: Path) -> None:
    things = KNOWN["sentinel"].things()
    things[0]["kind"] = "NRT"
    assert fields(against(KNOWN["sentinel"].write(things, tmp_path))) == ["kind"]


def test_sentinel_hunting_queries_are_missed_only_where_some_are_exported(tmp_path: Path) -> None:
    template = json.loads((GOLDEN / "sentinel" / "azuredeploy.json").read_text("utf-8"))
    searches = [r for r in template["resources"] if r["type"].endswith("/savedSearches")]
    assert len(searches) == 2
    things = [*KNOWN["sentinel"].things(), searches[0]]
    found = against(KNOWN["sentinel"].write(things, tmp_path))
    assert states(found) == {searches[1]["properties"]["displayName"]: ("missing",)}


def test_sentinel_rules_on_tables_that_a_workspace_lacks_are_not_missed(tmp_path: Path) -> None:
    dist = tmp_path / "dist"
    shutil.copytree(GOLDEN, dist)
    path = dist / "sentinel" / "azuredeploy.json"
    template = json.loads(path.read_text("utf-8"))
    rules = [r for r in template["resources"] if r["type"].endswith("/alertRules")]
    conditions = ["[parameters('defenderTables')]", None]
    for rule, condition in zip(rules, conditions, strict=True):
        rule.pop("condition", None)
        rule |= {"condition": condition} if condition else {}
    path.write_text(json.dumps(template), "utf-8")
    manifest = json.loads((dist / "manifest.json").read_text("utf-8"))
    manifest["files"]["sentinel/azuredeploy.json"] = hashlib.sha256(path.read_bytes()).hexdigest()
    (dist / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    things = KNOWN["sentinel"].things()
    for gone, missing in ((0, 0), (1, 1)):
        kept = [thing for place, thing in enumerate(things) if place != gone]
        found = drift(open_bundle(dist), [KNOWN["sentinel"].write(kept, tmp_path)])
        assert found.counts()["missing"] == missing


def test_defender_a_detection_that_was_made_in_the_portal_is_known_by_its_query(
    tmp_path: Path,
) -> None:
    things = KNOWN["defender"].things()
    for number, thing in enumerate(things):
        thing["id"] = str(7500 + number)  # which Update-CustomDetections.ps1 updates by name
    assert states(against(KNOWN["defender"].write(things, tmp_path))) == {}
    things[0]["displayName"] = "Renamed"
    assert states(against(KNOWN["defender"].write(things, tmp_path))) == {"Renamed": ("edited",)}


def test_opensearch_a_second_monitor_of_a_name_is_extra(tmp_path: Path) -> None:
    things = KNOWN["opensearch"].things()
    found = against(KNOWN["opensearch"].write([*things, things[0]], tmp_path))
    assert states(found) == {things[0]["name"]: ("extra",)}


def test_opensearch_a_condition_beside_the_query_is_an_edit(tmp_path: Path) -> None:
    things = KNOWN["opensearch"].things()
    query = things[0]["inputs"][0]["search"]["query"]["query"]["bool"]
    query["must_not"] = [{"term": {"host.name": {"value": "SRV-1", "boost": 1.0}}}]
    found = against(KNOWN["opensearch"].write(things, tmp_path))
    assert [field.rpartition("bool.")[2] for field in fields(found)] == [
        "must_not.0.term.host.name.value"
    ]


def test_loki_a_file_that_is_not_loaded_is_not_missed_and_one_alert_of_it_is(
    tmp_path: Path,
) -> None:
    text = (GOLDEN / "loki" / "rules" / "threecx_single_logs.yaml").read_text("utf-8")
    groups = yaml.safe_load(text)["groups"]
    detection = KNOWN["loki"].write(KNOWN["loki"].things(), tmp_path)
    single = put(tmp_path, "single.yaml", yaml.safe_dump({"groups": groups[:1]}))
    assert states(against(detection)) == {}
    (name,) = (rule["alert"] for rule in groups[1]["rules"])
    assert states(against(detection, single)) == {name: ("missing",)}


def test_loki_a_group_of_its_own_is_an_export(tmp_path: Path) -> None:
    group = KNOWN["loki"].things()[0]
    found = against(put(tmp_path, "group.yaml", yaml.safe_dump(group)))
    assert found.counts() == {"same": 1, "edited": 0, "missing": 1, "extra": 0, "off": 0}


def test_logscale_single_files_are_an_export_of_their_kind(tmp_path: Path) -> None:
    thing = next(t for t in KNOWN["logscale"].things() if "schedule" in t)
    thing.pop("path")
    found = against(put(tmp_path, "one.yaml", yaml.safe_dump(thing)))
    assert {one.kind for one in found.findings} == {"scheduled search"}
    assert found.counts()["missing"] == 1


def test_logscale_a_throttle_is_an_edit_and_what_a_later_schema_adds_is_none(
    tmp_path: Path,
) -> None:
    things = KNOWN["logscale"].things()
    things[0] |= {"timestampType": "EventTimestamp", "throttleTimeSeconds": 86_400}
    assert fields(against(KNOWN["logscale"].write(things, tmp_path))) == ["throttleTimeSeconds"]


def test_what_no_product_exported_is_refused_and_in_a_folder_skipped(tmp_path: Path) -> None:
    notes = put(tmp_path, "notes.txt", "hello")
    with pytest.raises(UnreadableInput, match=r"notes\.txt: is no export of "):
        against(notes)
    with pytest.raises(UnreadableInput, match="has no export in it"):
        against(tmp_path)
    KNOWN["elastic"].write(KNOWN["elastic"].things(), tmp_path)
    assert against(tmp_path).skipped == [str(notes)]


def test_an_export_of_a_product_that_the_build_lacks_says_how_to_build_it(tmp_path: Path) -> None:
    manifest = json.loads((GOLDEN / "manifest.json").read_text("utf-8"))
    manifest["files"] = {}
    put(tmp_path, "dist/manifest.json", json.dumps(manifest))
    export = KNOWN["elastic"].write(KNOWN["elastic"].things(), tmp_path)
    with pytest.raises(UnreadableInput, match="has nothing of Elastic Security: build it with"):
        drift(open_bundle(tmp_path / "dist"), [export])


@pytest.mark.parametrize("product", KNOWN.values(), ids=lambda one: one.product)
def test_values_of_another_type_end_in_one_error_or_none(
    product: Deployment, tmp_path: Path
) -> None:
    """Whatever stands in an export, it is compared, refused or passed over."""
    strange: list[object] = [None, 1, "x", [], ["x"], {}, {"x": 1}, [[1]], [{"x": None}]]
    for number, value in enumerate(strange):
        folder = tmp_path / str(number)
        folder.mkdir()
        things = product.things()
        for thing in things:
            for key in list(thing):
                if key not in ("name", "values", "local", "macros", "path", "rule_id", "type"):
                    thing[key] = value
        try:
            path = product.write(things, folder)
            found = against(path)
        except UnreadableInput:
            continue
        assert sum(found.counts().values()) >= len(found.findings)
