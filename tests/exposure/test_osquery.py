"""The pack of osquery on tables of its schema, in SQLite, which osquery is made of.

osquery itself is in no registry that the tests may use. Its files, hashes, programs and bundles are
rows here; a path is matched as osquery resolves one: `%` is any name, `%%` all that is below.
"""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
from typing import Any

import pytest

from sigmapack.content.words import ENGLISH
from sigmapack.exposure.looked_for import PLATFORMS
from sigmapack.exposure.osquery import pack
from tests.exposure.made import BY_SHA1, FILE, VERSIONS, search

#: https://osquery.io/schema/5.12.1, the columns that are of use.
TABLES = {
    "programs": "name version install_location publisher identifying_number",
    "file": "path directory filename size mtime type product_version file_version",
    "hash": "path directory md5 sha1 sha256",
    "apps": "name path bundle_identifier bundle_short_version bundle_version",
}
CLIENT = r"C:\Users\ana\AppData\Local\Programs\3CXDesktopApp"
DEPOT = "/var/lib/3cxpbx/Instance1/Data/Http/electron"
QUERIES: dict[str, dict[str, Any]] = json.loads(pack(search(), ENGLISH))["queries"]


def like(pattern: str, value: str | None) -> bool:
    """LIKE of SQLite; where a path is asked for, as osquery resolves it."""
    if value is None:
        return False
    anything = r"[^/\\]*" if re.match(r"/|[A-Z]:\\", pattern) else ".*"
    parts = re.split(r"(%%|%|_)", pattern)
    found = "".join(
        {"%%": ".+", "%": anything}.get(part, "." if part == "_" else re.escape(part))
        for part in parts
    )
    return re.fullmatch(found, value, re.DOTALL | re.IGNORECASE) is not None


def rows(platform: str, **tables: list[dict[str, Any]]) -> set[str]:
    """The names of the queries of a platform that find anything."""
    with sqlite3.connect(":memory:") as connection:
        connection.create_function("like", 2, like)
        for name, columns in TABLES.items():
            connection.execute(f"CREATE TABLE {name} ({', '.join(columns.split())})")
            for row in tables.get(name, []):
                places = ", ".join("?" * len(row))
                columns_of = ", ".join(row)
                connection.execute(
                    f"INSERT INTO {name} ({columns_of}) VALUES ({places})", tuple(row.values())
                )
        return {
            name
            for name, query in QUERIES.items()
            if query["platform"] == PLATFORMS[platform]
            if connection.execute(query["query"]).fetchall()
        }


def file(path: str, data: bytes = b"x", **more: str) -> dict[str, list[dict[str, Any]]]:
    """A file's rows."""
    name = re.split(r"[/\\]", path)[-1]
    sums = {kind: hashlib.new(kind, data).hexdigest() for kind in ("md5", "sha1", "sha256")}
    return {
        "file": [{"path": path, "filename": name, "size": len(data), "type": "regular", **more}],
        "hash": [{"path": path, **sums}],
    }


@pytest.mark.parametrize(("version", "found"), VERSIONS.items())
def test_a_program_is_found_by_its_build(version: str, found: bool) -> None:
    listed = {"name": "3CX Desktop App", "version": version, "install_location": CLIENT}
    assert (rows("windows", programs=[listed]) == {"threecx_windows_programs"}) is found
    other = {**listed, "name": "Another App"}
    assert rows("windows", programs=[other]) == set()
    client = file(CLIENT + r"\app\3CXDesktopApp.exe", product_version=version)
    assert (rows("windows", **client) == {"threecx_windows_clients"}) is found


@pytest.mark.parametrize(
    ("version", "found"),
    [("18.11.1213", True), ("18.12.402", True), ("18.12.416", True), ("18.12.422", False)],
)
def test_a_bundle_is_found_by_its_build(version: str, found: bool) -> None:
    app = {"bundle_identifier": "com.electron.3cx-desktop-app", "bundle_short_version": version}
    assert (rows("macos", apps=[app]) == {"threecx_macos_apps"}) is found
    assert rows("macos", apps=[{**app, "bundle_identifier": "com.example.app"}]) == set()


@pytest.mark.parametrize(
    ("platform", "path", "found"),
    [
        ("windows", CLIENT + r"\app\ffmpeg.dll", "threecx_windows_hashes_1"),
        ("windows", r"C:\Users\bo\Downloads\deep\file.bin", "threecx_windows_hashes_2"),
        ("macos", "/Applications/3CX Desktop App.app/Contents/x.dylib", "threecx_macos_hashes_1"),
        ("linux", "/home/ana/.config/deep/x", "threecx_linux_hashes_3"),
        ("linux", f"{DEPOT}/windows/client.msi", "threecx_linux_hashes_5"),
    ],
)
def test_a_file_is_found_by_any_of_its_hashes(platform: str, path: str, found: str) -> None:
    assert rows(platform, **file(path, FILE)) == {found}
    assert rows(platform, **file(path, BY_SHA1)) == {found}
    assert rows(platform, **file(path, FILE + b".")) == set()
    assert rows(platform, **file(path, FILE, type="directory")) == set()


@pytest.mark.parametrize(
    ("platform", "path", "found"),
    [
        ("windows", CLIENT + r"\app-18.12.416\manifest", True),
        ("windows", CLIENT + r"\app\manifest.json", False),
        ("windows", r"C:\Users\ana\AppData\Roaming\3CXDesktopApp\manifest", False),
        ("windows", r"C:\Windows\System32\MsMpEng.exe", True),
        ("windows", r"C:\ProgramData\Microsoft\Windows Defender\MsMpEng.exe", False),
        ("windows", r"C:\Windows\System32\wlbsctrl.dll", True),
        ("macos", "/Users/ana/Library/Application Support/3CX Desktop App/UpdateAgent", True),
        ("macos", "/Library/Graphics/Quartz", True),
        ("macos", "/Library/Graphics/Quartz Composer", False),
        ("linux", "/root/.config/guiconfigd", True),
        ("linux", "/home/ana/work/.config/guiconfigd", False),
    ],
)
def test_a_trace_is_found_by_its_place(platform: str, path: str, found: bool) -> None:
    names = {name for name in rows(platform, **file(path)) if "_trace_" in name}
    assert bool(names) is found


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("windows/3CXDesktopApp-18.12.416.msi", True),
        ("windows/3CXDesktopApp-18.12.407-full.nupkg", True),
        ("osx/3CXDesktopApp-18.11.1213.dmg", True),
        ("windows/3CXDesktopApp-18.11.1213.msi", False),
        ("windows/3CXDesktopApp-18.12.4160.msi", False),
        ("osx/3CXDesktopApp-18.12.425.dmg", False),
    ],
)
def test_a_package_of_the_telephone_system_is_found_by_its_build(path: str, found: bool) -> None:
    assert (rows("linux", **file(f"{DEPOT}/{path}")) == {"threecx_linux_packages"}) is found


def test_the_pack_has_the_form_of_osquerys() -> None:
    keys = {"query", "interval", "platform", "version", "snapshot", "description"}
    for name, query in QUERIES.items():
        assert re.fullmatch(r"[a-z0-9_]+", name)
        assert query.keys() == keys
        assert query["query"].endswith(";")
        assert 60 <= query["interval"] <= 604_800
        assert query["description"]
    assert {query["platform"] for query in QUERIES.values()} == set(PLATFORMS.values())
