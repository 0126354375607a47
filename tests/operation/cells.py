"""The matrix of scenarios and products: what each cell shows, and what it is known to show.

A cell is green, or the product's file in `known/` says which faults it has and why; a fault that it
does not name fails, and so does one that is no more.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from tests.engines import tools
from tests.operation.clock import operate
from tests.operation.made import OUTLINES, scenarios
from tests.operation.model import Product, Scenario
from tests.operation.verdict import Verdict, judged

KNOWN = Path(__file__).with_name("known")
#: Making scenarios takes seconds, their names do not.
NAMES = [outline.name for outline in OUTLINES]


_found: dict[str, Mapping[str, Verdict]] = {}


def verdicts(product: Product) -> Mapping[str, Verdict]:
    """Scenario -> what the product made of it, found once in a process."""
    if product.name not in _found:
        raised = operate(product, scenarios())
        _found[product.name] = {
            each.name: judged(product, each, raised.get(each.name, [])) for each in scenarios()
        }
    return _found[product.name]


def known(product: str, scenario: str) -> dict[str, str]:
    """The faults that a cell is known to have, each with its reason.

    Raises:
        AssertionError: two entries speak of the same fault.
    """
    found: dict[str, str] = {}
    text = (KNOWN / f"{product}.toml").read_text("utf-8")
    for cell in tomllib.loads(text).get("cell", []):
        if any(fnmatchcase(scenario, pattern) for pattern in cell["scenarios"]):
            for fault in cell["faults"]:
                assert fault not in found, f"{product}, {scenario}: {fault} has two reasons"
                found[fault] = cell["reason"]
    return found


def check(product: Product, scenario: str) -> None:
    """Fail where a cell is not what it is known to be.

    Raises:
        AssertionError: a fault that nobody knows of, or a known one that is mended.
    """
    verdict = verdicts(product)[scenario]
    assert set(verdict.faults) == set(known(product.name, scenario)), verdict


def entry(product: Product, scenario: Scenario) -> dict[str, Any]:
    """A cell as `dist/verification.json` has it."""
    verdict = verdicts(product)[scenario.name]
    return {
        "scenario": scenario.name,
        "expected": verdict.expected,
        "alerts": verdict.alerts,
        "most": verdict.most,
        "missed": len(verdict.missed),
        "wrong": len(verdict.wrong),
        "repeated": len(verdict.repeated),
        "delay": round(verdict.delay),
        "known": known(product.name, scenario.name),
    }


def record(product: Product) -> Path:
    """Note the cells of a product in a file, which goes into `dist/verification.json`."""
    cells = [entry(product, scenario) for scenario in scenarios()]
    noted = {"product": product.name, "engine": product.engine, "cells": cells}
    folder = tools.ROOT / ".verification" / "operation"
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(noted, indent=1, sort_keys=True) + "\n"
    path = folder / f"{product.name}.json"
    path.write_text(text, "utf-8")
    return path
