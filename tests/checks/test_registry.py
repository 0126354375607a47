"""A check is found by its mark alone, wherever it stands; nothing else registers it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from sigmapack import checks
from sigmapack.checks.registry import MARK, marked

SOURCE = """
from sigmapack.checks.registry import check, own_check
from sigmapack.checks.sigma import unique

@own_check
def house(content):
    return iter(())

@check
def common(content):
    return iter(())

def plain(content):
    return iter(())
"""


def made() -> ModuleType:
    """A module with a check of each kind, a function without a mark, and an imported check."""
    module = ModuleType("made")
    exec(SOURCE, vars(module))
    return module


def known(own: bool) -> list[str]:
    """The checks that are found, as module.function."""
    found = checks.discover(own)
    return [f"{function.__module__.rpartition('.')[2]}.{function.__name__}" for function in found]


def decorated(mark: str) -> Iterator[str]:
    """The functions below a mark in the text of the package, as module.function."""
    for path in sorted(Path(checks.__file__).parent.glob("*.py")):
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.FunctionDef):
                marks = [one.id for one in node.decorator_list if isinstance(one, ast.Name)]
                if mark in marks:
                    yield f"{path.stem}.{node.name}"


@pytest.mark.parametrize(("own", "name"), [(False, "common"), (True, "house")])
def test_a_check_is_found_by_its_mark_alone(own: bool, name: str) -> None:
    assert [function.__name__ for function in marked(made(), own)] == [name]


def test_a_mark_registers_nothing_elsewhere() -> None:
    before = known(own=False), known(own=True)
    module = made()
    assert (known(own=False), known(own=True)) == before
    assert vars(module.common) == {MARK: False}


@pytest.mark.parametrize(("own", "mark"), [(False, "check"), (True, "own_check")])
def test_every_marked_function_is_discovered_once(own: bool, mark: str) -> None:
    wanted = sorted(decorated(mark))
    assert wanted and sorted(known(own)) == wanted
