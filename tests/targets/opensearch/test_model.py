"""OpenSearch's own model reads every monitor, as its alerting plugin reads what is posted to it.

The plugin itself is in no package registry; its model (org.opensearch:common-utils) is.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.engines.registry import prepared
from tests.targets.opensearch.shipped import monitors, searched

pytestmark = pytest.mark.engines("opensearch-model")

Monitor = dict[str, Any]


def read(folder: Path, bodies: Mapping[str, Monitor]) -> dict[str, Monitor]:
    """Name -> what the model makes of a monitor, or only `error`."""
    home = prepared("opensearch-model")
    for name, body in bodies.items():
        (folder / f"{name}.json").write_text(json.dumps(body), "utf-8")
    classes = os.pathsep.join((str(home / "classes"), f"{home / 'lib'}/*"))
    command = ["java", "-cp", classes, "Monitors", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    lines = map(json.loads, done.stdout.splitlines())
    return dict(zip(sorted(bodies), lines, strict=True))


def test_opensearch_reads_every_monitor_with_all_that_it_says(tmp_path: Path) -> None:
    found = read(tmp_path, monitors())
    assert {name: body["error"] for name, body in found.items() if "error" in body} == {}
    for name, body in found.items():
        given = monitors()[name]
        for key in ("name", "monitor_type", "enabled", "schedule"):
            assert body[key] == given[key], name
        assert body["inputs"][0]["search"]["indices"] == given["inputs"][0]["search"]["indices"]
        text = searched(body)["query"]["bool"]["filter"][1]["query_string"]["query"]
        assert text == searched(given)["query"]["bool"]["filter"][1]["query_string"]["query"]
        assert triggers(body) == triggers(given)


def triggers(body: Monitor) -> list[Monitor]:
    return [trigger["bucket_level_trigger"] for trigger in body["triggers"]]


def no_name(body: Monitor) -> None:
    del body["name"]


def never(body: Monitor) -> None:
    body["schedule"]["period"]["interval"] = 0


def no_query(body: Monitor) -> None:
    searched(body)["query"]["bool"]["filter"][1] = {"query_sting": {"query": "a:b"}}


def no_unit(body: Monitor) -> None:
    triggers(body)[0]["actions"][0]["throttle"] = {"value": 1, "unit": "DAYS"}


def switched_on(body: Monitor) -> None:
    body["enabled"] = "perhaps"


@pytest.mark.parametrize("fault", [no_name, never, no_query, no_unit, switched_on])
def test_opensearch_refuses_a_faulty_monitor(
    tmp_path: Path, fault: Callable[[Monitor], None]
) -> None:
    body = json.loads(json.dumps(monitors()["correlation_threecx_finding_c2_domain_host"]))
    fault(body)
    assert list(read(tmp_path, {"one": body})["one"]) == ["error"]
