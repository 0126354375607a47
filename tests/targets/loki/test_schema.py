"""Every file of rule groups against a closed schema of what Loki's ruler reads.

Keys: `RuleGroup` and `Rule` in model/rulefmt/rulefmt.go of Prometheus (v0.312.1, which Loki 3.7.8
uses); the ruler's loader refuses others (`KnownFields` in pkg/ruler/grouploader.go). Names of
labels and annotations: `validateRule` in pkg/ruler/compat.go. A query is shorter than 131,072 bytes
(`maxInputSize` in pkg/logql/syntax/parser.go) and reaches no further back than 30 days and one hour
(`max_query_length`, https://grafana.com/docs/loki/latest/configure/#limits_config). Rules of a
group and groups of a tenant have no limit by default (`ruler_max_rules_per_rule_group`,
`ruler_max_rule_groups_per_tenant`, same page).
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import pytest
import yaml

from tests.targets.closed import each, faults, opened, record, text
from tests.targets.loki.shipped import files

#: A duration, which Prometheus writes with one or more units.
DURATION = text(pattern=r"^(\d+(ms|[smhdwy]))+$")
LABEL = r"^[a-zA-Z_][a-zA-Z0-9_]*$"
LONGEST = 131_072
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
LEVELS = ["informational", "low", "medium", "high", "critical"]
ANNOTATIONS = {"summary": text(), "description": text(), "response": text(), "runbook": text()}
ALERT = record(
    {
        "alert": text(),
        "expr": text(LONGEST - 1),
        "for": DURATION,
        # Labels are a site's own; ours are these, and all of them route.
        "labels": record(
            {
                "severity": {"enum": LEVELS},
                "rule_id": text(36, 36),
                "rule_name": text(pattern=r"^[a-z0-9_]+$"),
                "purpose": {"enum": ["detection", "hunting"]},
            },
            {
                "host": text(pattern=r"^\{\{ \$labels\.\w+ \| toLower \}\}$"),
                "techniques": text(pattern=r"^T\d{4}(\.\d{3})?( T\d{4}(\.\d{3})?)*$"),
            },
        ),
        "annotations": record(ANNOTATIONS),
    },
    {"keep_firing_for": DURATION},
)
FILE = record(
    {
        "groups": each(
            record(
                {
                    "name": text(pattern=r"^[a-z0-9_]+$"),
                    "interval": DURATION,
                    "rules": each(ALERT, 1),
                }
            ),
            1,
        )
    }
)


@cache
def read() -> dict[str, Any]:
    return {path: yaml.safe_load(data) for path, data in files().items()}


def test_a_file_has_the_keys_that_the_ruler_has_and_no_other() -> None:
    """Loki: every file that is loaded is judged by a closed schema."""
    assert {path: faults(FILE, document) for path, document in read().items()} == {
        "rules/threecx_detection.yaml": [],
        "rules/threecx_hunting.yaml": [],
        "rules/threecx_single_logs.yaml": [],
    }


def test_a_key_too_many_is_found_anywhere() -> None:
    document = read()["rules/threecx_hunting.yaml"]
    changed = list(opened(document))
    assert len(changed) > 20 and all(faults(FILE, one) for one in changed)


@pytest.mark.parametrize("wrong", ["1 h", "5", "-5m", ""])
def test_a_wrong_duration_is_found(wrong: str) -> None:
    group = read()["rules/threecx_hunting.yaml"]["groups"][0]
    assert faults(FILE, {"groups": [{**group, "interval": wrong}]})


def test_names_are_used_once_and_labels_have_names_that_loki_takes() -> None:
    """A group's name in its file, which is a namespace; an alert's everywhere."""
    alerts = []
    for document in read().values():
        names = [group["name"] for group in document["groups"]]
        assert len(names) == len(set(names))
        alerts += [rule for group in document["groups"] for rule in group["rules"]]
    assert len(alerts) == len({rule["alert"] for rule in alerts})
    for rule in alerts:
        for name in (*rule["labels"], *rule["annotations"]):
            assert re.fullmatch(LABEL, name), f"{rule['alert']}: {name}"


def test_no_query_is_longer_or_looks_further_back_than_loki_allows() -> None:
    for document in read().values():
        for rule in (rule for group in document["groups"] for rule in group["rules"]):
            assert len(rule["expr"].encode()) < LONGEST, rule["alert"]
            ranges = re.findall(r"\[(\d+)([smhd])\]", rule["expr"])
            assert ranges, rule["alert"]
            longest = max(int(number) * UNITS[unit] for number, unit in ranges)
            assert longest <= 30 * 86400 + 3600, rule["alert"]
