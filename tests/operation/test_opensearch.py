"""OpenSearch's monitors, operated: who is named, when, how often, and nobody else."""

from __future__ import annotations

import json

import pytest

from tests.operation import cells
from tests.operation.products.opensearch import OpenSearch

pytestmark = pytest.mark.engines("opensearch")
PRODUCT = OpenSearch()


@pytest.mark.parametrize("scenario", cells.NAMES)
def test_every_finding_is_raised_once_and_in_time(scenario: str) -> None:
    cells.check(PRODUCT, scenario)


def test_what_was_found_is_noted() -> None:
    noted = json.loads(cells.record(PRODUCT).read_text("utf-8"))
    assert [cell["scenario"] for cell in noted["cells"]] == cells.NAMES and noted["engine"]
