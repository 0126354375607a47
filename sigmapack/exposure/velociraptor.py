"""An artifact of Velociraptor: builds by version, files by hash, and what stages left.

Form of artifacts: https://docs.velociraptor.app/docs/artifacts/. Functions and plugins:
https://docs.velociraptor.app/vql_reference/.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from sigmapack.content.words import Words
from sigmapack.exposure.looked_for import (
    BUNDLE,
    LARGEST,
    PLACES,
    PLATFORMS,
    PRODUCT,
    Searched,
    about,
    expanded,
)
from sigmapack.targets import csv_text
from sigmapack.targets.yaml_text import dump

AUTHOR = "3CX Detection Pack Maintainers"
NAME = "Custom.ThreeCX.Exposure"
TITLES = {"windows": "Windows", "macos": "MacOS", "linux": "Linux"}


def artifact(search: Searched, words: Words) -> str:
    """The artifact as YAML.

    Args:
        search: what is looked for.
        words: of the language of its descriptions.
    """
    known = [(one.value, one.confidence, about(one)) for one in search.hashes]
    rows = [
        (trace.platform, path, trace.sure, words(trace.finds))
        for trace in search.traces
        for one in trace.paths
        for path in _globs(trace.platform, [one])
    ]
    document: dict[str, Any] = {
        "name": NAME,
        "description": words("Finds bad builds of the 3CX client, and what its stages left."),
        "author": AUTHOR,
        "type": "CLIENT",
        "parameters": [
            _table("Known", ("Hash", "Confidence", "Finds"), sorted(known)),
            _table("Traces", ("Platform", "Glob", "Confidence", "Finds"), rows),
            {"name": "Largest", "type": "int", "default": str(LARGEST)},
        ],
        "sources": list(_sources(search)),
    }
    return dump(document)


def _table(name: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> dict[str, str]:
    data = csv_text.dump(columns, (dict(zip(columns, row, strict=True)) for row in rows))
    return {"name": name, "type": "csv", "default": data.decode()}


def _sources(search: Searched) -> Iterable[dict[str, str]]:
    if search.windows:
        yield _source("windows", "Programs", _programs(search.windows))
        yield _source("windows", "Clients", _clients(search.windows))
    if search.macos:
        yield _source("macos", "Bundles", _bundles(search.macos))
    for platform in PLATFORMS:
        yield _source(platform, "Hashes", _hashes(platform))
        yield _source(platform, "Traces", _traces(platform))


def _source(platform: str, name: str, query: str) -> dict[str, str]:
    return {
        "name": f"{TITLES[platform]}{name}",
        "precondition": f"SELECT OS FROM info() WHERE OS = '{PLATFORMS[platform]}'",
        "query": query,
    }


def _expression(builds: Sequence[str]) -> str:
    """A regular expression of versions: a build, with any further parts."""
    return "'''^(" + "|".join(b.replace(".", r"\.") for b in builds) + r")(\.|$)'''"


def _programs(builds: Sequence[str]) -> str:
    return (
        "SELECT DisplayName, DisplayVersion, InstallLocation, KeyName, KeyLastWriteTimestamp\n"
        "FROM Artifact.Windows.Sys.Programs()\n"
        f"WHERE DisplayName =~ '^{PRODUCT}' AND DisplayVersion =~ {_expression(builds)}\n"
    )


def _clients(builds: Sequence[str]) -> str:
    globs = _globs("windows", PLACES["windows"][:1], "/**/3CXDesktopApp.exe")
    return (
        "LET clients = SELECT OSPath, Mtime, parse_pe(file=OSPath).VersionInformation AS Version\n"
        f"FROM glob(globs={json.dumps(globs)})\n"
        "\n"
        "SELECT OSPath, Mtime, Version.ProductVersion AS ProductVersion\n"
        "FROM clients\n"
        f"WHERE ProductVersion =~ {_expression(builds)}\n"
    )


def _bundles(builds: Sequence[str]) -> str:
    paths = [path for path in PLACES["macos"] if path.endswith(".app")]
    globs = _globs("macos", paths, "/Contents/Info.plist")
    return (
        "LET bundles = SELECT OSPath, plist(file=OSPath) AS List\n"
        f"FROM glob(globs={json.dumps(globs)})\n"
        "\n"
        "SELECT OSPath, List.CFBundleShortVersionString AS Version\n"
        "FROM bundles\n"
        f"WHERE List.CFBundleIdentifier = '{BUNDLE}' AND Version =~ {_expression(builds)}\n"
    )


def _hashes(platform: str) -> str:
    globs = _globs(platform, PLACES[platform], "/**")
    return (
        "LET hashed = SELECT OSPath, Size, Mtime, hash(path=OSPath) AS Sums\n"
        f"FROM glob(globs={json.dumps(globs)})\n"
        "WHERE NOT IsDir AND Size < Largest\n"
        "\n"
        "SELECT * FROM foreach(row=hashed, query={\n"
        "  SELECT OSPath, Size, Mtime, Sums, Confidence, Finds FROM Known\n"
        "  WHERE Hash IN (Sums.SHA256, Sums.SHA1, Sums.MD5)\n"
        "})\n"
    )


def _traces(platform: str) -> str:
    return (
        "SELECT * FROM foreach(row={\n"
        f"  SELECT Glob, Confidence, Finds FROM Traces WHERE Platform = '{platform}'\n"
        "}, query={\n"
        "  SELECT OSPath, Size, Mtime, Confidence, Finds FROM glob(globs=Glob) WHERE NOT IsDir\n"
        "})\n"
    )


def _globs(platform: str, paths: Sequence[str], below: str = "") -> list[str]:
    """Patterns of paths as Velociraptor has them: `/` separates on every platform."""
    drive = "C:" if platform == "windows" else ""
    return [drive + each + below for path in paths for each in expanded(path, platform)]
