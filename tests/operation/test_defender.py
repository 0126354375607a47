"""Defender's rules, operated: who is named, when, how often, and nobody else."""

from __future__ import annotations

import json

import pytest

from tests.operation import cells
from tests.operation.made import scenarios
from tests.operation.products.defender import Defender, stored

pytestmark = pytest.mark.engines("duckdb-kql")
PRODUCT = Defender()


@pytest.mark.parametrize("scenario", cells.NAMES)
def test_every_finding_is_raised_once_and_in_time(scenario: str) -> None:
    cells.check(PRODUCT, scenario)


def test_what_was_found_is_noted() -> None:
    noted = json.loads(cells.record(PRODUCT).read_text("utf-8"))
    assert [cell["scenario"] for cell in noted["cells"]] == cells.NAMES and noted["engine"]


def test_each_row_of_a_device_is_a_report_of_its_own() -> None:
    """Else what is raised once would hide what comes later."""
    rows = [row for each in scenarios() for seen in each.seen for _, row in stored(seen)]
    reports = [(row["DeviceId"], row["ReportId"]) for row in rows]
    assert len(reports) == len(set(reports)) > 50
