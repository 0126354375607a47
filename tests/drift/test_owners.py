"""Whose an item is, where the pack and its clients share a tenant."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sigmapack.drift.exported import owner as owned
from tests.drift.deployments import GOLDEN
from tests.drift.test_products import against, put


@pytest.mark.parametrize(
    ("name", "owner"),
    [
        ("acme - Golden Rule", "acme"),
        ("3CX pack - acme - Golden Rule", "acme"),
        ("3CX pack - Golden Rule", ""),
        ("3CX Campaign Domain - Again", ""),
        ("Golden - Rule", ""),
    ],
)
def test_a_name_says_whose_it_is(name: str, owner: str) -> None:
    assert owned(name) == owner


@pytest.mark.parametrize(("before", "wanted"), [("acme - ", 0), ("", 1)])
def test_what_a_client_has_in_the_same_tenant_is_not_extra(
    tmp_path: Path, before: str, wanted: int
) -> None:
    text = (GOLDEN / "elastic" / "rules.ndjson").read_text("utf-8")
    rule = json.loads(text.splitlines()[0])
    rule |= {"rule_id": "0d4b1f9a-1111-4222-8333-444455556666", "name": f"{before}Made Anew"}
    rule["query"] = "host.name: x"
    export = put(tmp_path, "export.ndjson", f"{text}{json.dumps(rule)}\n")
    assert against(export).counts()["extra"] == wanted
