"""The pack, compiled once for the tests of a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from sigmapack import making
from sigmapack.making import clients
from sigmapack.making.clients import Base, Made
from tests.conftest import ROOT
from tests.overlay.folder import client


@pytest.fixture(scope="session")
def shared() -> Base:
    """The pack, compiled for all products."""
    return clients.base(making.checked(ROOT, None), (), quiet=True)


class Maker:
    """Makes builds for clients over the pack; one that was made is kept."""

    def __init__(self, shared: Base, where: Path) -> None:
        self.shared, self.where = shared, where
        self.made: dict[str, Made] = {}

    def __call__(self, own: str = "acme", settings: str = "", **parts: dict[str, str]) -> Made:
        key = repr((own, settings, parts))
        if key not in self.made:
            self.made[key] = self.anew(own, settings, **parts)
        return self.made[key]

    def anew(self, own: str = "acme", settings: str = "", **parts: dict[str, str]) -> Made:
        text = f'id = "{own}"\nname = "{own.title()}"\n{settings}'
        folder = self.where / str(len(list(self.where.iterdir()))) / own
        return clients.make(self.shared, client(folder, text, **parts))


@pytest.fixture(scope="session")
def make(shared: Base, tmp_path_factory: pytest.TempPathFactory) -> Maker:
    return Maker(shared, tmp_path_factory.mktemp("clients"))


@pytest.fixture(scope="session")
def dist(builds: tuple[Path, Path]) -> dict[str, bytes]:
    """A whole build of the pack, by path."""
    folder = builds[0]
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}
