"""Every file of the folder is on its page, in each language, and a client's rows are in all."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sigmapack.content.model import Row
from sigmapack.content.words import ENGLISH, words
from sigmapack.exposure import artifacts
from sigmapack.exposure.looked_for import about, searched
from sigmapack.exposure.page import FILES, text
from tests.conftest import ROOT
from tests.exposure.made import KNOWN, pack


def files(content: object) -> dict[str, str]:
    return {each.path: each.data.decode() for each in artifacts(content)}  # type: ignore[arg-type]


@pytest.mark.parametrize("lang", ["en", "es"])
def test_the_page_tells_of_every_file_there_is_and_of_no_other(lang: str) -> None:
    made = files(replace(pack(), words=words(ROOT, lang)))
    page = made.pop("exposure/README.md")
    assert {name.removeprefix("exposure/") for name in made} == set(FILES)
    for name in FILES:
        assert f"## `{name}`" in page
    assert "## `threecx.yar`" not in text(ENGLISH, ["find-threecx.sh"])


def test_a_client_has_its_own_builds_and_files_everywhere() -> None:
    content = pack()
    builds = content.lookups["builds_affected_windows"]
    hashes = content.lookups["ioc_hashes_windows_image"]
    build = Row(1, {**builds.rows[0].values, "version": "19.99.1"})
    value = "ab" * 32
    row = Row(1, {**hashes.rows[0].values, "hash": value, "algorithm": "sha256"})
    own = {
        **content.lookups,
        "builds_affected_windows": replace(builds, rows=(*builds.rows, build)),
        "ioc_hashes_windows_image": replace(hashes, rows=(*hashes.rows, row)),
    }
    made = files(replace(content, lookups=own))
    windows = {n for n in made if not n.endswith((".sh", "README.md", "vulnerability.kql"))}
    with_hash = windows - {n for n in windows if "builds" in n or n.endswith(".wql")}
    with_build = windows - {"exposure/threecx.yar", "exposure/configmgr/threecx_files.kql"}
    for name in with_hash:
        assert value in made[name].lower(), name
    for name in with_build:
        assert "19.99.1" in made[name].replace("\\", ""), name


def test_a_version_that_is_none_and_a_row_of_low_confidence_are_left_out() -> None:
    content = pack()
    builds = content.lookups["builds_affected_windows"]
    bad = [
        Row(1, {**builds.rows[0].values, "version": "1'; DROP"}),
        Row(2, {**builds.rows[0].values, "version": "20.1.1", "confidence": "low"}),
    ]
    own = {**content.lookups, "builds_affected_windows": replace(builds, rows=(*bad,))}
    found = searched(replace(content, lookups=own), [KNOWN, replace(KNOWN, confidence="low")])
    assert found.windows == ()
    assert found.hashes == (KNOWN,)


def test_what_is_said_of_a_file_is_one_line() -> None:
    assert about(replace(KNOWN, role="a\nb\t c", file_name="x.dll")) == "a b c (x.dll)"
