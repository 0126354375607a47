"""The list of software: valid, the same each time, and all that is needed to make a bundle."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from sigmapack.release import sbom
from tests.conftest import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


@pytest.fixture(scope="module")
def data() -> dict[str, Any]:
    """The pack's own."""
    found: dict[str, Any] = json.loads(sbom.artifact(ROOT).data)
    return found


def test_it_is_valid_by_the_standards_schema(data: dict[str, Any]) -> None:
    validator = JsonStrictValidator(SchemaVersion.V1_6)
    assert validator.validate_str(json.dumps(data)) is None
    assert validator.validate_str(json.dumps({**data, "specVersion": 1})) is not None


def test_it_lists_every_dependency_that_this_system_has(data: dict[str, Any]) -> None:
    listed = {each["name"]: each["version"] for each in data["components"]}
    for need in map(Requirement, PROJECT["dependencies"]):
        if need.marker is None or need.marker.evaluate():
            assert listed[canonicalize_name(need.name)] == version(need.name)


def test_it_lists_what_dependencies_need_in_turn_and_no_tool_of_the_tests(
    data: dict[str, Any],
) -> None:
    needs = {each["ref"]: each.get("dependsOn", []) for each in data["dependencies"]}
    refs = {each["name"]: each["bom-ref"] for each in data["components"]}
    assert refs["bcrypt"] in needs[refs["cryptography"]]  # of the extra `ssh`
    assert refs["cffi"] in needs[refs["cryptography"]]
    assert set(needs) == {*refs.values(), data["metadata"]["component"]["bom-ref"]}
    assert not {"pytest", "mypy", "ruff"}.intersection(refs)


def test_it_has_no_clock_and_the_same_bytes_in_another_process(data: dict[str, Any]) -> None:
    assert "timestamp" not in data["metadata"]
    code = "import sys; from pathlib import Path; from sigmapack.release import sbom;"
    code += "sys.stdout.buffer.write(sbom.artifact(Path('.')).data)"
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, check=True
        )
        assert done.stdout == sbom.artifact(ROOT).data


def test_it_names_no_place_of_this_machine(data: dict[str, Any]) -> None:
    assert str(Path.home()) not in json.dumps(data)
    assert str(ROOT) not in json.dumps(data)
    assert "file:" not in json.dumps(data)


def test_a_package_that_is_not_installed_is_named(tmp_path: Path) -> None:
    lines = 'name = "x"\nversion = "1"\nlicense = { text = "Apache-2.0" }\n'
    text = f'[project]\n{lines}dependencies = ["no-such-package-of-ours>=1"]\n'
    (tmp_path / "pyproject.toml").write_text(text, "utf-8")
    with pytest.raises(PackageNotFoundError):
        version("no-such-package-of-ours")
    with pytest.raises(sbom.NotInstalled, match="no-such-package-of-ours: x needs it: pip install"):
        sbom.artifact(tmp_path)
