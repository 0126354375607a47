"""Loki. https://grafana.com/docs/loki/latest/reference/loki-http-api/#list-rule-groups: namespaces
with their groups; durations as Prometheus writes them, and no `for` of zero."""

from __future__ import annotations

import copy
from pathlib import Path

import yaml

from tests.drift.deployments import GOLDEN, Deployment, Thing


def things() -> list[Thing]:
    data = yaml.safe_load((GOLDEN / "loki" / "rules" / "threecx_detection.yaml").read_text("utf-8"))
    things = []
    for group in data["groups"]:
        for rule in group["rules"]:
            del rule["for"]
            interval = {"1440m": "1d", "60m": "1h"}.get(group["interval"], group["interval"])
            things.append({"name": group["name"], "interval": interval, "rules": [rule]})
    return things


def write(things: list[Thing], folder: Path) -> Path:
    path = folder / "rules.yaml"
    other = {"alert": "Mine", "expr": 'sum(rate({app="foo"}[5m])) > 1', "for": "10m"}
    data = {"mine": [{"name": "mine", "rules": [other]}], "threecx_detection": things}
    path.write_text("---\n" + yaml.safe_dump(data, sort_keys=False), "utf-8")
    return path


def edit(thing: Thing) -> None:
    thing["rules"][0]["expr"] += "unless on() vector(1)\n"


def cloned(thing: Thing) -> Thing:
    made = copy.deepcopy(thing)
    made["rules"][0]["alert"] = "Cloned"
    return made


def retime(thing: Thing) -> None:
    thing["interval"] = "12h"


DEPLOYMENT = Deployment("loki", things, write, edit, "expr", cloned, None, retime, "interval")
