"""Releases that are killed: a handful at random; `tests/release/kills.py` does any number."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from sigmapack.release import release
from tests.release.kills import KEY, bundles, kill_once, whole
from tests.write.kills import LONGEST
from tests.write.layer import Died, Layer, install, scraps, tree


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("way", ["exchanged", "renamed"])
def test_a_killed_release_leaves_whole_bundles(tmp_path: Path, way: str, seed: int) -> None:
    kill_once(way, tmp_path / "out", random.Random(seed).uniform(0, LONGEST))


@pytest.mark.parametrize("number", [None, 28])
def test_a_release_that_ends_at_any_call_leaves_whole_bundles(
    tmp_path: Path, number: int | None
) -> None:
    """It dies there, or (28) the disk is full; every third call, to keep the time short."""
    may_be = whole()
    for at in range(1, 10_000, 3):
        out = tmp_path / str(at)
        list(release(bundles("even"), out, KEY))
        layer = Layer(at, number)
        with pytest.MonkeyPatch.context() as patch:
            install(patch, layer)
            try:
                list(release(bundles("odd"), out, KEY))
            except (Died, Exception) as error:
                assert layer.failed, error
        for name, states in may_be.items():
            assert tree(out / name) in states, at
        list(release(bundles("odd")[:1], out, KEY))
        assert scraps(out) == [] and len(list(out.iterdir())) == 2, at
        if not layer.failed:
            return
    pytest.fail("a release has more calls than expected")
