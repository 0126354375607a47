"""Builds that are killed at random: a handful; `tests/write/kills.py` does any number of them."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.write.kills import LONGEST, WAYS, kill_once


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("way", WAYS)
def test_a_killed_build_leaves_a_whole_one(tmp_path: Path, way: str, seed: int) -> None:
    kill_once(way, tmp_path, random.Random(seed).uniform(0, LONGEST))
