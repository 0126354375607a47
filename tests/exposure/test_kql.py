"""Queries of inventories: Defender's by Microsoft's parser and on rows, CMPivot's by its subset."""

from __future__ import annotations

import re

import pytest

from sigmapack.content.words import ENGLISH
from sigmapack.exposure.kql import files
from tests.engines.kusto.engine import run
from tests.engines.kusto.parser import parse, schema
from tests.exposure.made import search

QUERIES = dict(files(search(), ENGLISH))
INVENTORY = QUERIES["defender/threecx_installed_builds.kql"]
#: What CMPivot has of KQL: learn.microsoft.com/mem/configmgr/core/servers/manage/cmpivot-overview.
LINE = re.compile(
    r"//.*|InstalledSoftware|File\('[^']+'\)"
    r"|\| project \w+(, \w+)*"
    r"|(\| where|    or) \w+ (==|<|startswith) ('[^']*'|\d+)"
    r"( or \w+ (==|startswith) '[^']*')*|"
)


def device(name: str, version: str, system: str = "Windows10", **more: str) -> dict[str, str]:
    return {
        "DeviceName": name,
        "OSPlatform": system,
        "SoftwareVendor": "3cx",
        "SoftwareName": "3cx_desktop_app",
        "SoftwareVersion": version,
        **more,
    }


@pytest.mark.engines("kusto")
@pytest.mark.parametrize("name", [name for name in QUERIES if name.startswith("defender/")])
def test_microsofts_parser_finds_no_fault(name: str) -> None:
    parsed = parse({name: QUERIES[name]}, schema("defender"))[name]
    assert parsed.diagnostics == []
    assert "DeviceName" in parsed.columns
    wrong = QUERIES[name].replace("SoftwareVersion", "SoftwareVersions")
    assert parse({name: wrong}, schema("defender"))[name].diagnostics


@pytest.mark.engines("duckdb-kql")
def test_bad_builds_are_found_on_their_own_system_and_fixed_ones_on_none() -> None:
    rows = [
        device("bad-1", "18.12.407"),
        device("bad-2", "18.12.416.0"),
        device("bad-3", "18.11.1213", "macOS"),
        device("bad-4", "18.12.402", "macOS", SoftwareVendor="apple", SoftwareName="3CX app"),
        device("clean-1", "18.11.1213"),  # bad on a Mac only
        device("clean-2", "18.12.402"),
        device("clean-3", "18.12.4160"),
        device("clean-4", "18.12.425"),
        device("clean-5", "18.12.422", "macOS"),
        device("clean-6", "18.12.416", "Linux"),
        device("clean-7", "18.12.416", SoftwareVendor="other", SoftwareName="other"),
    ]
    documents = {n: [("DeviceTvmSoftwareInventory", row)] for n, row in enumerate(rows)}
    ((found),) = run("defender", [(documents, {"inventory": INVENTORY})])
    names = {row["DeviceName"] for row in found["inventory"]}
    assert names == {"bad-1", "bad-2", "bad-3", "bad-4"}


@pytest.mark.engines("duckdb-kql")
def test_devices_that_defender_calls_vulnerable_are_found() -> None:
    text = QUERIES["defender/threecx_vulnerability.kql"]
    rows = [
        device("affected", "18.12.416", CveId="CVE-2023-29059"),
        device("other", "1.0", CveId="CVE-2023-29058"),
    ]
    documents = {n: [("DeviceTvmSoftwareVulnerabilities", row)] for n, row in enumerate(rows)}
    (found,) = run("defender", [(documents, {"vulnerable": text})])
    assert {row["DeviceName"] for row in found["vulnerable"]} == {"affected"}


@pytest.mark.parametrize("name", [name for name in QUERIES if name.startswith("configmgr/")])
def test_cmpivot_gets_only_what_it_has(name: str) -> None:
    text = QUERIES[name]
    if name.endswith(".wql"):
        assert re.fullmatch(r"select [\w., ]+ from \w+ inner join [\w. =]+ where [^;\n]+\n", text)
        assert text.count('"') % 2 == 0
        assert '= "18.12.416"' in text
        assert 'like "18.12.416.%"' in text
        return
    for line in text.splitlines():
        assert LINE.fullmatch(line), line


def test_cmpivot_asks_for_a_build_and_its_parts_only() -> None:
    text = QUERIES["configmgr/threecx_installed_builds.kql"]
    assert "ProductVersion == '18.12.416' or ProductVersion startswith '18.12.416.'" in text
    assert "18.12.425" not in text
    assert "18.11.1213" not in text
