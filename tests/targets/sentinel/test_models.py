"""Microsoft's own models of the interface read what the templates hold."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from sigmapack.content.load import load
from tests.conftest import ROOT
from tests.engines.registry import prepared
from tests.targets.sentinel.shipped import documents, files

pytestmark = pytest.mark.engines("azure")

CHECK = """
import json, sys
import isodate
from azure.mgmt.securityinsight import models
from azure.mgmt.securityinsight._serialization import Deserializer, Serializer
classes = {name: one for name, one in vars(models).items() if isinstance(one, type)}
read, write = Deserializer(classes), Serializer(classes)
enums = {
    "severity": models.AlertSeverity, "triggerOperator": models.TriggerOperator,
    "tactics": models.AttackTactic, "entityType": models.EntityMappingType,
    "aggregationKind": models.EventGroupingAggregationKind, "kind": models.AlertRuleKind,
    "matchingMethod": models.MatchingMethod, "groupByEntities": models.EntityMappingType,
}
times = {"queryFrequency", "queryPeriod", "suppressionDuration", "lookbackDuration"}
def normal(value, key=""):
    if isinstance(value, dict):
        return {name: normal(part, name) for name, part in value.items()}
    if isinstance(value, list):
        return [normal(part, key) for part in value]
    if key in enums:
        assert value in [one.value for one in enums[key]], (key, value)
    return str(isodate.parse_duration(value)) if key in times else value
counted = {}
for name in sys.argv[1:]:
    for resource in json.load(open(name))["resources"]:
        kind = resource["type"].rpartition("/")[2]
        model = {"alertRules": "ScheduledAlertRule", "watchlists": "Watchlist"}.get(kind)
        if model is None:
            continue
        body = {key: resource[key] for key in ("kind", "properties") if key in resource}
        # This release of the models is older than the property.
        body["properties"].pop("sourceType", None)
        if "enabled" in body["properties"]:
            assert body["properties"]["enabled"].startswith("[parameters('enable")
            body["properties"]["enabled"] = False
        parsed = read(model, body)
        again = write.body(parsed, model)
        assert normal(again) == normal(body), resource["name"]
        counted[kind] = counted.get(kind, 0) + 1
print(json.dumps(counted))
"""


def test_the_models_of_azure_take_every_rule_and_watchlist(tmp_path: Path) -> None:
    names = ("azuredeploy.json", "watchlists.json")
    for name in names:
        (tmp_path / name).write_bytes(files()[name])
    command = [sys.executable, "-c", CHECK, *(str(tmp_path / name) for name in names)]
    environment = {"PYTHONPATH": str(prepared("azure")), "PATH": ""}
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "alertRules": len(documents("analytic_rules")),
        "watchlists": len(load(ROOT).lookups),
    }
