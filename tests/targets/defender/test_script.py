"""The script that updates custom detections is PowerShell, by a grammar of it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.engines.registry import prepared
from tests.targets.defender.shipped import files
from tests.targets.defender.test_update import SCRIPT

pytestmark = pytest.mark.engines("powershell")

PARSE = """
import sys
import tree_sitter, tree_sitter_powershell
parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_powershell.language()))
def faults(node):
    if node.type == "ERROR" or node.is_missing:
        yield node.start_point[0] + 1
    for child in node.children:
        yield from faults(child)
print(sorted(set(faults(parser.parse(sys.stdin.buffer.read()).root_node))))
"""


@pytest.fixture(scope="module")
def grammar() -> Path:
    """A folder with the grammar and its parser."""
    return prepared("powershell")


def parsed(grammar: Path, text: bytes) -> str:
    command = [sys.executable, "-c", PARSE]
    environment = {"PYTHONPATH": str(grammar), "PATH": ""}
    done = subprocess.run(command, input=text, env=environment, capture_output=True, check=True)
    return done.stdout.decode().strip()


def test_the_script_is_powershell(grammar: Path) -> None:
    """Defender (c)."""
    text = files()[SCRIPT]
    assert parsed(grammar, text) == "[]"
    assert parsed(grammar, text.replace(b"foreach (", b"foreach ", 1)) != "[]"
    assert parsed(grammar, text.rstrip()[:-1]) != "[]"
