"""Every plugin of pySigma among the dependencies is one that we build on.

deptry sees only `sigma`, the namespace that pySigma shares with all of its plugins.
"""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import files

import pytest

from tests.conftest import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
NAMES = [re.split(r"[<>=!~\[ ]", line)[0] for line in PROJECT["dependencies"]]
PLUGINS = [name for name in NAMES if name.startswith("pysigma-")]
#: pySigma finds them itself: nothing imports them.
FOUND = {"pysigma-validators-sigmahq": "InstalledSigmaPlugins.autodiscover"}


def modules(plugin: str) -> set[str]:
    """The packages that a plugin installs below `sigma.backends` and the like."""
    parts = [path.parts for path in files(plugin) or () if path.parts[0] == "sigma"]
    return {".".join(found[:3]) for found in parts if len(found) > 3}


@pytest.mark.parametrize("plugin", PLUGINS)
def test_a_plugin_is_used(plugin: str) -> None:
    code = "\n".join(path.read_text("utf-8") for path in (ROOT / "sigmapack").rglob("*.py"))
    if plugin in FOUND:
        assert FOUND[plugin] in code
        return
    assert modules(plugin)
    assert any(f"from {module}" in code for module in modules(plugin))


def named(line: str) -> str:
    """The name of a dependency."""
    return re.split(r"[<>=!~\[ ]", line)[0]


def test_dependencies_are_capped_and_stand_once() -> None:
    parts = [PROJECT["dependencies"], *PROJECT["optional-dependencies"].values()]
    assert [part for part in parts if len({named(line) for line in part}) != len(part)] == []
    lines = {line for part in parts for line in part}  # the tests need what the other extras need
    assert len({named(line) for line in lines}) == len(lines)
    assert [line for line in lines if "<" not in line and "==" not in line] == []


def test_the_tests_have_every_optional_part_as_it_stands_there() -> None:
    extras = dict(PROJECT["optional-dependencies"])
    tests = extras.pop("test")
    assert {line for lines in extras.values() for line in lines} <= set(tests)


def test_ci_installs_every_dependency_by_its_hash() -> None:
    text = (ROOT / ".ci" / "requirements.txt").read_text("utf-8")
    locked = re.findall(
        r"^([a-z0-9.-]+)==\S+(?: ; [^\n\\]+)? \\\n((?:    --hash=sha256:[0-9a-f]{64}.*\n)+)",
        text,
        re.M,
    )
    entries = re.findall(r"^[a-z0-9][^\n=]*==", text, re.M)
    assert len(locked) == len(entries) > 50
    extras = PROJECT["optional-dependencies"]["test"]
    named = {
        re.split(r"[<>=!~\[ ]", line)[0].lower() for line in [*PROJECT["dependencies"], *extras]
    }
    assert named <= {name for name, _ in locked}
    assert "://" not in text and "find-links" not in text
