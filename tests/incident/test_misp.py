"""The report as an event of MISP: its library and its galaxies know all that is in it."""

from __future__ import annotations

import json
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from pymisp import MISPEvent
from pymispgalaxies.api import Clusters

from sigmapack.incident.misp import MARK
from tests.cli.command import process, run
from tests.incident.sample import STORY
from tests.incident.test_documents import told


def made(folder: Path, *more: str) -> bytes:
    path = folder / "event.json"
    result = run("report", STORY, "--misp", path, *more)
    assert result.exit_code == 0, result.output
    return path.read_bytes()


@pytest.fixture(scope="module")
def event(tmp_path_factory: pytest.TempPathFactory) -> Any:
    found = MISPEvent()
    found.load(made(tmp_path_factory.mktemp("misp"), "--tlp", "amber+strict").decode())
    return found


@cache
def techniques() -> set[str]:
    """The tags of ATT&CK's techniques, as MISP's own galaxy has them."""
    galaxy: Any = Clusters().get("mitre-attack-pattern")
    return {each.replace('"', "") for each in galaxy.machinetags()}


def test_the_library_reads_it_and_would_write_the_same(event: Any) -> None:
    again = MISPEvent()
    again.load(event.to_json())
    assert again.to_json() == event.to_json()


def test_types_categories_and_templates_are_those_that_misp_knows(event: Any) -> None:
    known = event.describe_types["category_type_mappings"]
    attributes = [*event.attributes, *(a for one in event.objects for a in one.attributes)]
    for attribute in attributes:
        assert attribute.type in known[attribute.category], attribute.value
    for one in event.objects:
        assert one._known_template, one.name
        relations = one._definition["attributes"]
        assert {a.object_relation for a in one.attributes} <= set(relations)
        assert {a.object_relation for a in one.attributes} & set(one._definition["requiredOneOf"])


def test_hosts_are_devices_that_communicate_with_indicators_which_have_sightings(
    event: Any,
) -> None:
    found = told(STORY)
    devices = {
        o.get_attributes_by_relation("name")[0].value: o
        for o in event.get_objects_by_name("device")
    }
    assert set(devices) == {host["host"] for host in found["hosts"]}
    values = {attribute.uuid: attribute.value for attribute in event.attributes}
    assert set(values.values()) == {one["value"] for one in found["indicators"]}
    for host in found["hosts"]:
        links = devices[host["host"]].references
        assert {values[link.referenced_uuid] for link in links} == set(host["indicators"])
    for one in found["indicators"]:
        (attribute,) = (a for a in event.attributes if a.value == one["value"])
        assert sorted(s.source for s in attribute.sightings) == one["hosts"]


def test_a_sighting_has_the_time_of_its_host_alone(event: Any) -> None:
    from datetime import datetime

    for one in told(STORY)["indicators"]:
        (attribute,) = (a for a in event.attributes if a.value == one["value"])
        times = {s.source: int(s.date_sighting) for s in attribute.sightings}
        assert times == {
            each["host"]: int(datetime.fromisoformat(each["first"]).timestamp())
            for each in one["sightings"]
        }


def test_logs_are_evidence_and_no_indicators(event: Any) -> None:
    (source,) = told(STORY)["sources"]
    (file,) = event.get_objects_by_name("file")
    assert file.get_attributes_by_relation("sha256")[0].value == source["sha256"]
    assert not any(a.to_ids for a in file.attributes)


def test_tlp_and_techniques_are_tags_that_misp_knows(event: Any) -> None:
    names = [tag.name for tag in event.tags]
    assert names[0] == "tlp:amber+strict"
    galaxies = {name.replace('"', "") for name in names if name.startswith("misp-galaxy:")}
    assert galaxies and galaxies <= techniques(), galaxies - techniques()


def test_it_is_for_the_own_organisation_and_not_published(event: Any) -> None:
    assert (int(event.distribution), event.published) == (0, False)
    assert event.date.isoformat() == told(STORY)["hosts"][0]["first"][:10]


def test_the_whole_report_goes_with_it(event: Any) -> None:
    (text,) = event.event_reports
    assert "## Hosts with matches" in text.content and "TLP:AMBER+STRICT" in text.content


def test_it_is_the_same_again_and_another_for_another_report(tmp_path: Path) -> None:
    found = []
    for seed in ("1", "2"):
        path = tmp_path / f"{seed}.json"
        done = process("report", str(STORY), "--misp", str(path), PYTHONHASHSEED=seed)
        assert done.returncode == 0, done.stderr
        found.append(path.read_bytes())
    assert found[0] == found[1] and found[0].startswith(MARK)
    other = made(tmp_path, "--case", "7")
    ids = {json.loads(each)["Event"]["uuid"] for each in (found[0], other)}
    assert len(ids) == 2


def test_in_spanish_its_texts_are(tmp_path: Path) -> None:
    said = made(tmp_path, "--lang", "es", "--organisation", "Norte").decode()
    assert "Informe de incidente" in json.loads(said)["Event"]["info"]
    assert "Nivel más grave: crítico" in said and "Gravest" not in said


def test_without_its_library_one_line_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pymisp", None)
    result = run("report", STORY, "--misp", tmp_path / "event.json")
    assert result.exit_code == 2
    assert "pip install 'threecx-detection-pack[misp]'" in result.stderr
    assert result.stderr.count("\n") == 1 and not (tmp_path / "event.json").exists()


def test_a_file_of_somebody_else_is_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "event.json"
    path.write_text('{"Event": {}}', "utf-8")
    assert run("report", STORY, "--misp", path).exit_code == 2
    assert path.read_text("utf-8") == '{"Event": {}}'
