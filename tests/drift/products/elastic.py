"""Kibana. https://www.elastic.co/docs/api/doc/kibana/operation/operation-exportrules: what is
added are fields those of its responses; the last line counts what was exported."""

from __future__ import annotations

import json
from pathlib import Path

from tests.drift.deployments import GOLDEN, Deployment, Thing, switch_enabled

ADDED = {
    "id": "9d1b4a0c-0000-4000-8000-000000000001",
    "created_at": "2026-12-01T08:00:00.000Z",
    "created_by": "elastic",
    "updated_at": "2026-12-02T08:00:00.000Z",
    "updated_by": "elastic",
    "revision": 3,
    "immutable": False,
    "rule_source": {"type": "internal"},
    "execution_summary": {"last_execution": {"status": "succeeded", "message": "ok"}},
    "output_index": "",
    "meta": {"kibana_siem_app_url": "https://kibana.example/app/security"},
    "to": "now",
    "risk_score_mapping": [],
    "severity_mapping": [],
    "filters": [],
    "actions": [{"group": "default", "id": "c1", "params": {}, "action_type_id": ".email"}],
}
SUMMARY = {
    "exported_count": 5,
    "exported_rules_count": 5,
    "missing_rules": [],
    "missing_rules_count": 0,
    "exported_exception_list_count": 0,
    "exported_exception_list_item_count": 0,
    "exported_action_connector_count": 1,
}
CONNECTOR = {"id": "c1", "type": "action", "attributes": {"actionTypeId": ".email", "name": "SOC"}}


def things() -> list[Thing]:
    text = (GOLDEN / "elastic" / "rules.ndjson").read_text("utf-8")
    things = [{**json.loads(line), **ADDED} for line in text.splitlines()]
    for thing in things:
        thing["version"] = thing["version"] + 1 if "version" in thing else 1
        thing["required_fields"] = [
            {**one, "ecs": one["name"].startswith("dns")}
            for one in thing.get("required_fields", [])
        ]
    return things


def write(things: list[Thing], folder: Path) -> Path:
    path = folder / "rules_export.ndjson"
    lines = [json.dumps(one) for one in (*things, CONNECTOR, SUMMARY)]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def edit(thing: Thing) -> None:
    thing["query"] += " and false"


def cloned(thing: Thing) -> Thing:
    return {**thing, "rule_id": "5e1b4a0c-0000-4000-8000-000000000002", "name": "Cloned"}


def retime(thing: Thing) -> None:
    thing["interval"] = "12h"


DEPLOYMENT = Deployment(
    "elastic", things, write, edit, "query", cloned, switch_enabled, retime, "interval"
)
