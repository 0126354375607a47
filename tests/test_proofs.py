"""A query is proved by what the tests ran of it, and by nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from sigmapack import proofs
from tests.conftest import ROOT


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    path = tmp_path / "proofs.json"
    monkeypatch.setattr(proofs, "FILE", path)
    proofs._known.cache_clear()
    yield path
    proofs._known.cache_clear()


def test_a_query_has_the_proof_of_its_hash(written: Path) -> None:
    written.write_text(json.dumps({"executed": {"A 1; B 2": ["x"]}, "parsed": {"C 3": ["y"]}}))
    assert proofs.of("x") == ("executed", ("A 1", "B 2"))
    assert proofs.of("y") == ("parsed", ("C 3",))
    assert proofs.of("z") == ("not replayed", ())


@pytest.mark.parametrize("text", ["", "[]", '{"executed": 5}', '{"executed": {"A": 5}}'])
def test_a_file_that_is_none_proves_nothing(written: Path, text: str) -> None:
    written.write_text(text)
    assert proofs.of("x") == ("not replayed", ())


def test_the_pack_ships_proofs_of_most_of_its_queries() -> None:
    data = json.loads((ROOT / "sigmapack" / "proofs.json").read_text("utf-8"))
    assert sum(map(len, data["executed"].values())) > 1000
