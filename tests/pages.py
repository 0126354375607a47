"""Commands of a page, and what they print: run as they stand, and compared."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from markdown_it import MarkdownIt

from tests.conftest import ROOT

#: What differs from one key and state of the content to another.
VARYING = [
    (re.compile(r"SHA256:[A-Za-z0-9+/]{43}"), "SHA256:..."),
    (re.compile(r"\b\d+ files\b"), "N files"),
    (re.compile(r"\b\d+ +[\d.,]+ MB\b"), "N N MB"),
    (re.compile(r" {2,}"), "  "),
]


def fences(page: Path, language: str) -> list[str]:
    """The blocks of code of a page in a language, as it is named or not."""
    tokens = MarkdownIt("commonmark").parse(page.read_text("utf-8"))
    return [token.content for token in tokens if token.type == "fence" and token.info == language]


def steps(page: Path) -> list[tuple[str, str]]:
    """(command, its output) of every block of a page, in order."""
    found = []
    for block in fences(page, "console"):
        for part in ("\n" + block).split("\n$ ")[1:]:
            command, _, output = part.partition("\n")
            found.append((command, output.removesuffix("\n")))
    return found


def ran(commands: list[str], folder: Path) -> list[str]:
    """What each command prints, on both streams, in one shell that starts in a folder."""
    build = f"{sys.executable} {ROOT / 'build.py'}"
    mark = "===== done ====="
    script = f"\necho '{mark}'\n".join(commands).replace("python build.py", build)
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=folder,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
        check=False,
    )
    return [part.strip("\n") for part in done.stdout.split(f"{mark}\n")]


def steady(text: str) -> str:
    """A text without what differs from run to run."""
    for pattern, name in VARYING:
        text = pattern.sub(name, text)
    return text
