"""Folders of clients, as text."""

from __future__ import annotations

from pathlib import Path

from sigmapack.content.model import Content, Problem
from sigmapack.overlay import Client, Overlaid, overlay, read

SETTINGS = 'id = "acme"\nname = "Acme"\n'
FILTER = """\
title: Machines Of The Security Team
id: 0b9a3a52-6c1f-4c55-9a4e-3a6b0c3f1d11
logsource:
    product: windows
    category: dns_query
filter:
    rules:
        - sample
    team:
        Computer|startswith: 'SOC-'
    condition: not team
"""


def client_folder(
    where: Path,
    settings: str = SETTINGS,
    filters: dict[str, str] | None = None,
    rules: dict[str, str] | None = None,
    lookups: dict[str, str] | None = None,
) -> Path:
    """Write a client's folder: files by their stem."""
    where.mkdir(parents=True, exist_ok=True)
    (where / "client.toml").write_text(settings, "utf-8")
    for name, suffix, files in (
        ("filters", ".yml", filters),
        ("sigma_rules", ".yml", rules),
        ("lookups", ".csv", lookups),
    ):
        for stem, text in (files or {}).items():
            (where / name).mkdir(exist_ok=True)
            (where / name / f"{stem}{suffix}").write_text(text, "utf-8")
    return where


def client(where: Path, settings: str = SETTINGS, **parts: dict[str, str]) -> Client:
    """A client in which nothing is wrong."""
    problems: list[Problem] = []
    found = read(client_folder(where, settings, **parts), problems)
    assert problems == []
    assert found is not None
    return found


def overlaid(
    content: Content, where: Path, settings: str = SETTINGS, **parts: dict[str, str]
) -> Overlaid:
    """The content with such a client over it."""
    return overlay(content, client(where, settings, **parts))


def wrong(where: Path, settings: str = SETTINGS, **parts: dict[str, str]) -> list[str]:
    """What is wrong with a folder, as `file:line: code: message`."""
    problems: list[Problem] = []
    read(client_folder(where, settings, **parts), problems)
    return [shortened(problem) for problem in problems]


def shortened(problem: Problem) -> str:
    """A problem with its file's name only."""
    return f"{Path(problem.path).name}:{problem.line}: {problem.code}: {problem.message}"
