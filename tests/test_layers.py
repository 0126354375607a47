"""The contracts of pyproject.toml hold, and each of them notices a violation."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

#: Contract, the module that breaks it, and the import that does.
VIOLATIONS = [
    ("Layers", "content/kinds.py", "from sigmapack.compiling import conversion"),
    ("Layers", "events/records.py", "from sigmapack.compiling import conversion"),
    ("Layers", "checks/outcomes.py", "from sigmapack.targets import discover"),
    ("Layers", "targets/schedules.py", "from sigmapack import report"),
    ("Layers", "collection/table.py", "from sigmapack import exports"),
    ("Layers", "deployed/plain.py", "from sigmapack import compare"),
    ("Layers", "drift/findings.py", "from sigmapack.compare import versions"),
    ("No circle", "checks/registry.py", "from sigmapack.checks import rules"),
    ("No circle", "content/model.py", "from sigmapack.content import load"),
    ("No circle", "collection/naming.py", "from sigmapack.collection import index"),
    ("A product", "targets/defender/rules.py", "from sigmapack.targets.sentinel import rules"),
    ("A product", "targets/ecs/lucene.py", "from sigmapack.targets.elastic import eql"),
    ("A product", "targets/sqlite/urls.py", "from sigmapack.targets import sigma"),
    ("A reader", "deployed/products/loki.py", "from sigmapack.deployed.products import splunk"),
    ("A format", "exports/hosts.py", "from sigmapack.exports import rpz"),
]


def broken(root: Path) -> list[str]:
    """The names of the contracts that the package in a folder breaks."""
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert "Contracts:" in done.stdout, done.stdout + done.stderr
    found = [line for line in done.stdout.splitlines() if " BROKEN" in line]
    assert bool(found) == bool(done.returncode)
    return found


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """The package and its contracts, to be broken."""
    shutil.copytree(
        ROOT / "sigmapack", tmp_path / "sigmapack", ignore=shutil.ignore_patterns("__pycache__")
    )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_the_contracts_hold() -> None:
    assert broken(ROOT) == []


@pytest.mark.parametrize(("contract", "module", "line"), VIOLATIONS)
def test_a_violation_breaks_its_contract(
    copied: Path, contract: str, module: str, line: str
) -> None:
    path = copied / "sigmapack" / module
    path.write_text(f"{path.read_text('utf-8')}\n\n{line}\n", "utf-8")
    assert any(name.startswith(contract) for name in broken(copied))


def test_a_new_part_needs_a_layer(copied: Path) -> None:
    (copied / "sigmapack" / "helpers.py").write_text('"""A part of no layer."""\n', "utf-8")
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    done = subprocess.run(command, cwd=copied, capture_output=True, text=True, check=False)
    assert done.returncode and "helpers" in done.stdout
