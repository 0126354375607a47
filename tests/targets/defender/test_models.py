"""The models of Microsoft Graph read every custom detection."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.engines.registry import prepared
from tests.targets.defender.shipped import detections

pytestmark = pytest.mark.engines("graph")

DEPRECATED = {"isEnabled", "detectorId", "lastRunDetails", "period", "nextRunDateTime"}
DEPRECATED |= {"category", "mitreTechniques", "impactedAssets", "responseActions"}
READ = """
import json, sys, types
# The package's own __init__ asks for a whole HTTP client; its models do not.
package = types.ModuleType("msgraph_beta")
package.__path__ = [sys.argv[1] + "/msgraph_beta"]
sys.modules["msgraph_beta"] = package
from kiota_serialization_json.json_parse_node import JsonParseNode
from kiota_serialization_json.json_serialization_writer import JsonSerializationWriter
from msgraph_beta.generated.models.security.detection_rule import DetectionRule
def unknown(value):
    for key, part in value.backing_store.enumerate_():
        if key == "additional_data" and part and type(value).__name__ != "AlertCustomDetails":
            yield type(value).__name__, part
        # A list is stored with its length.
        part = part[0] if isinstance(part, tuple) else part
        for one in part if isinstance(part, list) else [part]:
            if hasattr(one, "backing_store"):
                yield from unknown(one)
def untyped(value):
    if isinstance(value, dict):
        return {key: untyped(part) for key, part in value.items() if key != "@odata.type"}
    return [untyped(part) for part in value] if isinstance(value, list) else value
documents = json.load(sys.stdin)
for name, document in documents.items():
    parsed = JsonParseNode(document).get_object_value(DetectionRule)
    assert not list(unknown(parsed)), (name, list(unknown(parsed)))
    assert parsed.schedule.frequency.total_seconds() >= 3600
    writer = JsonSerializationWriter()
    writer.write_object_value(None, parsed)
    again = untyped(json.loads(writer.get_serialized_content()))
    again["schedule"] = document["schedule"]
    assert again == document, name
print(len(documents))
"""


def test_the_models_of_graph_know_every_property_and_none_is_deprecated() -> None:
    graph = str(prepared("graph"))
    done = subprocess.run(
        [sys.executable, "-c", READ, graph],
        input=json.dumps(detections()),
        env={"PYTHONPATH": graph, "PATH": ""},
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) == len(detections())
    for one in detections().values():
        alert = one["detectionAction"]["alertTemplate"]
        for part in (one, one["schedule"], one["detectionAction"], alert):
            assert not DEPRECATED & set(part)
