"""The script that updates custom detections is PowerShell, by a grammar of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.engines.grammar import faults
from tests.engines.registry import prepared
from tests.targets.defender.shipped import files
from tests.targets.defender.test_update import SCRIPT

pytestmark = pytest.mark.engines("powershell")
GRAMMAR = "tree_sitter_powershell"


@pytest.fixture(scope="module")
def grammar() -> Path:
    """A folder with the grammar and its parser."""
    return prepared("powershell")


def test_the_script_is_powershell(grammar: Path) -> None:
    """Defender (c)."""
    text = files()[SCRIPT]
    assert faults(grammar, GRAMMAR, text) == []
    assert faults(grammar, GRAMMAR, text.replace(b"foreach (", b"foreach ", 1))
    assert faults(grammar, GRAMMAR, text.rstrip()[:-1])
