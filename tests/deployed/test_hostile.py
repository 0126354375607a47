"""Manifests and exports made up at random: compared, or refused by one clear error."""

from __future__ import annotations

import copy
import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sigmapack.compare import compare
from sigmapack.compare.as_json import as_json
from sigmapack.compare.markdown import notes
from sigmapack.deployed import Export, discover, open_bundle
from sigmapack.drift import drift
from sigmapack.events.files import UnreadableInput
from tests.conftest import ROOT
from tests.drift.deployments import GOLDEN, Deployment, deployments
from tests.examples import tried

MANIFEST = json.loads((GOLDEN / "manifest.json").read_text("utf-8"))
TEXT = st.text(max_size=8) | st.sampled_from(["", "../x", "\ud800", "1.2.3", "sqlite", "\x1b[31m"])
SCALAR = st.none() | st.booleans() | st.integers() | st.floats() | TEXT
VALUE = st.recursive(
    SCALAR, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3)
)


def places(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where each value of some data stands."""
    pairs = enumerate(node) if isinstance(node, list) else node.items()
    found = []
    for key, value in pairs:
        found.append((*path, key))
        if isinstance(value, list | dict):
            found += places(value, (*path, key))
    return found


def changed(data: Any, draw: st.DataObject, strategy: st.SearchStrategy[Any]) -> Any:
    """Data of which one value is another, or is gone."""
    data = copy.deepcopy(data)
    *path, key = draw.draw(st.sampled_from(places(data)))
    node = data
    for part in path:
        node = node[part]
    if draw.draw(st.booleans()):
        node[key] = draw.draw(strategy)
    else:
        del node[key]
    return data


@tried(60, costs=10)
@given(draw=st.data())
def test_any_manifest_is_compared_or_refused(draw: st.DataObject) -> None:
    data = changed(MANIFEST, draw, VALUE)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "dist"
        shutil.copytree(GOLDEN, place)
        (place / "manifest.json").write_text(json.dumps(data), "utf-8")
        try:
            old, new = open_bundle(GOLDEN), open_bundle(place)
            found = compare(old, new, ROOT / "tests" / "events")
        except (UnreadableInput, ValueError) as error:
            assert str(error)
            return
        assert notes(found, None)
        assert json.dumps(as_json(found, None))


@pytest.mark.parametrize("product", deployments(), ids=lambda one: one.product)
@tried(15, costs=5)
@given(draw=st.data())
def test_any_export_is_compared_or_refused(product: Deployment, draw: st.DataObject) -> None:
    things = product.things()
    strategy = st.text(max_size=8) if product.product == "splunk" else VALUE
    things = changed(things, draw, strategy)
    with tempfile.TemporaryDirectory() as folder:
        try:
            path = product.write(things, Path(folder))
        except (TypeError, ValueError, KeyError, AttributeError, StopIteration):
            return  # the test itself cannot write it
        try:
            found = drift(open_bundle(GOLDEN), [path])
        except UnreadableInput as error:
            assert str(error)
            return
        assert all(edit.lines() for one in found.findings for edit in one.edits)


@tried(100)
@given(data=st.binary(max_size=60) | VALUE.map(lambda v: json.dumps(v).encode()))
def test_no_reader_stumbles_over_any_file(data: bytes) -> None:
    export = Export("x/savedsearches.conf", data)
    for product in discover().values():
        try:
            if product.claims(export):
                product.exported([export])
        except UnreadableInput as error:
            assert str(error)
