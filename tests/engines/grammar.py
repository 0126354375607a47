"""Grammars of tree-sitter: the lines of a text with what its language does not have."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

PARSE = """
import importlib, json, sys
import tree_sitter
language = importlib.import_module(sys.argv[1]).language()
parser = tree_sitter.Parser(tree_sitter.Language(language))
def faults(node):
    if node.type == "ERROR" or node.is_missing:
        yield node.start_point[0] + 1
    for child in node.children:
        yield from faults(child)
print(json.dumps(sorted(set(faults(parser.parse(sys.stdin.buffer.read()).root_node)))))
"""


def faults(home: Path, module: str, text: bytes) -> list[int]:
    """The lines with a fault.

    Args:
        home: the folder of the engine that has the grammar.
        module: the grammar's package, such as `tree_sitter_powershell`.
        text: what is parsed.
    """
    command = [sys.executable, "-c", PARSE, module]
    environment = {"PYTHONPATH": str(home), "PATH": ""}
    done = subprocess.run(command, input=text, env=environment, capture_output=True, check=True)
    found: list[int] = json.loads(done.stdout)
    return found
