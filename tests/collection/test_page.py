"""docs/collection.md names files that a build has."""

from __future__ import annotations

import re

from sigmapack.collection.table import read
from tests.collection.shipped import files
from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "collection.md").read_text("utf-8")
NAMED = re.compile(r"`((?:dns|linux|proxy|windows|zeek)/[^`]+)`")


def test_the_page_names_files_of_a_build() -> None:
    named = set(NAMED.findall(PAGE))
    assert len(named) > 5
    assert named <= set(files())


def test_the_page_names_no_script_that_there_is_not() -> None:
    scripts = {path.rpartition("/")[2] for path in read().files if path.endswith(".ps1")}
    assert set(re.findall(r"[A-Z][\w-]+\.ps1", PAGE)) <= scripts
    for script in scripts:
        assert script.removesuffix(".ps1") in PAGE


def test_the_page_shows_the_schema_of_the_configuration() -> None:
    schema = re.search(rb'schemaversion="([\d.]+)"', files()["windows/sysmon.xml"])
    assert schema and f"Schema {schema[1].decode()} needs" in PAGE
