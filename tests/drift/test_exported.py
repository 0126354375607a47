"""An export of every product against the build that was imported: nothing where nobody touched it,
and each kind of change.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from sigmapack.deployed import discover, open_bundle
from sigmapack.drift import Drift, drift
from tests.drift.deployments import GOLDEN, Deployment, Thing, deployments

DEPLOYMENTS = deployments()
every = pytest.mark.parametrize("product", DEPLOYMENTS, ids=lambda one: one.product)
switched = pytest.mark.parametrize(
    "product", [one for one in DEPLOYMENTS if one.switch], ids=lambda one: one.product
)


def drifted(product: Deployment, things: list[Thing], folder: Path) -> Drift:
    return drift(open_bundle(GOLDEN), [product.write(things, folder)])


def states(found: Drift) -> dict[str, tuple[str, ...]]:
    """What is not as shipped, by name."""
    return {one.name: one.states for one in found.findings if one.states != ("same",)}


def named(product: Deployment, place: int) -> str:
    """The name of a thing of an untouched export."""
    thing = product.things()[place]
    own = thing["rules"][0] if "rules" in thing else thing.get("properties", thing)
    return str(next(own[k] for k in ("displayName", "name", "alert") if k in own))


def test_every_product_that_has_something_to_import_is_there() -> None:
    assert {one.product for one in DEPLOYMENTS} == set(discover())


@every
def test_an_untouched_import_is_no_drift(product: Deployment, tmp_path: Path) -> None:
    found = drifted(product, product.things(), tmp_path)
    assert states(found) == {}
    assert found.counts()["same"] == len(found.findings) > 1
    assert not found.drifted()


@every
def test_what_is_shipped_is_itself_an_export_without_drift(product: Deployment) -> None:
    found = drift(open_bundle(GOLDEN), [GOLDEN / product.product])
    assert states(found) == {}


@every
def test_an_edited_query_is_found_and_shown(product: Deployment, tmp_path: Path) -> None:
    things = product.things()
    product.edit(things[0])
    found = drifted(product, things, tmp_path)
    assert states(found) == {named(product, 0): ("edited",)}
    (edit,) = next(one.edits for one in found.findings if one.edits)
    assert edit.field == product.edited
    assert edit.deployed.startswith(edit.shipped[:200])
    assert any(line.startswith("+") for line in edit.lines())
    assert found.drifted()


@every
def test_an_edited_schedule_is_found(product: Deployment, tmp_path: Path) -> None:
    things = product.things()
    product.retime(things[0])
    found = drifted(product, things, tmp_path)
    assert states(found) == {named(product, 0): ("edited",)}
    assert [one.field for f in found.findings for one in f.edits] == [product.retimed]


@every
def test_one_that_is_gone_is_missing(product: Deployment, tmp_path: Path) -> None:
    found = drifted(product, product.things()[1:], tmp_path)
    assert states(found) == {named(product, 0): ("missing",)}


@every
def test_a_copy_under_another_name_is_extra(product: Deployment, tmp_path: Path) -> None:
    things = product.things()
    found = drifted(product, [product.copy(things[0]), *things], tmp_path)
    ((name, state),) = states(found).items()
    assert state == ("extra",)
    assert "Clone" in name


@switched
def test_one_that_is_off_where_others_run_is_switched_off(
    product: Deployment, tmp_path: Path
) -> None:
    things = product.things()
    assert product.switch
    for thing in things:
        if "macros" not in thing:
            product.switch(thing, True)
    on = tmp_path / "on"
    on.mkdir()
    assert states(drifted(product, things, on)) == {}
    place = next(n for n, one in enumerate(things) if runs(product, one))
    product.switch(things[place], False)
    found = drifted(product, things, tmp_path)
    assert states(found) == {named(product, place): ("off",)}
    assert found.drifted()
    assert not found.drifted(["off"])


def runs(product: Deployment, thing: Thing) -> bool:
    """Whether a thing is to run by itself: the finding, or the correlation."""
    text = str(thing)
    return "Golden Finding" in text or "Golden Repeated Lookup" in text


@switched
def test_one_that_is_for_hunting_may_be_off(product: Deployment, tmp_path: Path) -> None:
    things = product.things()
    assert product.switch
    for thing in things:
        if "macros" not in thing:
            product.switch(thing, runs(product, thing))
    assert states(drifted(product, things, tmp_path)) == {}


@every
def test_both_edited_and_off_are_said(product: Deployment, tmp_path: Path) -> None:
    things = product.things()
    if not product.switch:
        pytest.skip("the product has no switch")
    for thing in things:
        if "macros" not in thing:
            product.switch(thing, True)
    place = next(n for n, one in enumerate(things) if runs(product, one))
    product.switch(things[place], False)
    product.edit(things[place])
    found = drifted(product, things, tmp_path)
    assert states(found) == {named(product, place): ("edited", "off")}
