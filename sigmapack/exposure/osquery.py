"""A pack of osquery: builds by version, files by hash, and what stages left.

Tables and columns as https://osquery.io/schema has them; packs as osquery's documentation of
configuration has them. In a path `%` is any name and `%%` at the end all that is below.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from sigmapack.compiling.sql import literal
from sigmapack.content.words import Words
from sigmapack.exposure.looked_for import (
    BUNDLE,
    LARGEST,
    PLACES,
    PLATFORMS,
    PRODUCT,
    Searched,
    expanded,
    of_platform,
)

#: Seconds between two runs: a day, because files are hashed.
INTERVAL = 86_400
#: The first version in which the `file` table has the version of a program.
FIRST = "4.6.0"


def pack(search: Searched, words: Words) -> str:
    """The pack as JSON: each query is a snapshot, whose rows are all finds of that day."""
    queries = {name: query for name, query in _queries(search, words)}
    return json.dumps({"queries": queries}, indent=2, ensure_ascii=False) + "\n"


def _queries(search: Searched, words: Words) -> Iterator[tuple[str, dict[str, Any]]]:
    bad = words("Bad build of the 3CX client")
    if search.windows:
        where = f"name LIKE '{PRODUCT}%' AND {_version('version', search.windows)}"
        programs = f"SELECT name, version, install_location FROM programs WHERE {where};"
        yield "threecx_windows_programs", _query("windows", programs, bad)
        tests = " OR ".join(
            _version(column, search.windows) for column in ("product_version", "file_version")
        )
        (place,) = _paths("windows", PLACES["windows"][:1], "/%%")
        where = f"path LIKE {place} AND lower(filename) = '3cxdesktopapp.exe' AND ({tests})"
        files = f"SELECT path, product_version, file_version FROM file WHERE {where};"
        yield "threecx_windows_clients", _query("windows", files, bad)
    if search.macos:
        where = (
            f"bundle_identifier = '{BUNDLE}' AND {_version('bundle_short_version', search.macos)}"
        )
        apps = f"SELECT path, bundle_short_version FROM apps WHERE {where};"
        yield "threecx_macos_apps", _query("macos", apps, bad)
    packages = _packages(search)
    if packages:
        said = words("Package of a bad build, which the telephone system hands out")
        yield "threecx_linux_packages", _query("linux", packages, said)
    for platform in PLATFORMS:
        yield from _hashed(platform, search, words)
    for (platform, finds), traces in groupby(search.traces, lambda one: (one.platform, one.finds)):
        paths = [path for trace in traces for path in trace.paths]
        name = f"threecx_{platform}_trace_{_number(search, platform, finds)}"
        yield name, _query(platform, _existing(platform, paths), words(finds))


def _number(search: Searched, platform: str, finds: str) -> int:
    own = [trace.finds for trace in search.traces if trace.platform == platform]
    return own.index(finds) + 1


def _query(platform: str, query: str, said: str) -> dict[str, Any]:
    return {
        "query": query,
        "interval": INTERVAL,
        "platform": PLATFORMS[platform],
        "version": FIRST,
        "snapshot": True,
        "description": said,
    }


def _version(column: str, builds: Sequence[str]) -> str:
    """A test of a version: a build, with any further parts, and no longer number."""
    tests = [f"{column} = {literal(b)} OR {column} LIKE {literal(b + '.%')}" for b in builds]
    return f"({' OR '.join(tests)})"


def _packages(search: Searched) -> str:
    tests = [
        f"(path LIKE '%/electron/{folder}/%' AND lower(filename) GLOB {literal(pattern)})"
        for folder, builds, endings in (
            ("windows", search.windows, ("msi", "nupkg")),
            ("osx", search.macos, ("dmg", "zip")),
        )
        for build in builds
        for ending in endings
        for pattern in (f"*-{build}.{ending}", f"*-{build}[._-]*.{ending}")
    ]
    if not tests:
        return ""
    place = "path LIKE '/var/lib/3cxpbx/%/Data/Http/electron/%%'"
    return f"SELECT path, size, mtime FROM file WHERE {place} AND ({' OR '.join(tests)});"


def _hashed(platform: str, search: Searched, words: Words) -> Iterator[tuple[str, dict[str, Any]]]:
    """The files of a folder by hash, one query a folder: osquery reads each by itself."""
    own = sorted({(one.type, one.value) for one in of_platform(search, platform)})
    if not own:
        return
    tests = " OR ".join(
        f"h.{kind} IN ({', '.join(literal(value) for _, value in values)})"
        for kind, values in groupby(own, lambda each: each[0])
    )
    said = words("File of the campaign, by its hash")
    for number, path in enumerate(_paths(platform, PLACES[platform], "/%%"), 1):
        where = f"f.path LIKE {path} AND f.type = 'regular' AND f.size < {LARGEST} AND ({tests})"
        query = (
            "SELECT f.path, f.size, f.mtime, h.md5, h.sha1, h.sha256 FROM file f "
            f"JOIN hash h ON h.path = f.path WHERE {where};"
        )
        yield f"threecx_{platform}_hashes_{number}", _query(platform, query, said)


def _existing(platform: str, paths: Sequence[str]) -> str:
    tests = " OR ".join(f"path LIKE {path}" for path in _paths(platform, paths))
    return f"SELECT path, size, mtime FROM file WHERE {tests};"


def _paths(platform: str, paths: Sequence[str], below: str = "") -> list[str]:
    """Patterns of paths as osquery has them, quoted."""
    found = []
    for path in paths:
        for each in expanded(path, platform):
            whole = each.replace("*", "%") + below
            if platform == "windows":
                whole = "C:" + whole.replace("/", "\\")
            found.append(literal(whole))
    return found
