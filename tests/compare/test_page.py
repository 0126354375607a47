"""docs/changes.md: what it shows is what the commands print."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from sigmapack.deployed.products.splunk import parsed
from tests.conftest import ROOT

PAGE = ROOT / "docs" / "changes.md"
ROW = "apollo-crypto.org.shilaerc20.com"
COOKIE = Path("zeek/http/zeek_http_threecx_implant_cookie.yml")
#: What the page says was changed: the file, what stood there, and what stands there now.
CHANGES = [
    (COOKIE, "condition: selection", "condition: selection and not 1 of filter_*"),
    (
        COOKIE,
        "    condition",
        "    filter_main_local:\n        id.orig_h: '10.1.2.3'\n    condition",
    ),
    (Path("dns/net_dns_threecx_c2_domain.yml"), "level: medium", "level: high"),
]
OFF = "3CX pack - Affected Build Of The 3CX Client On One Host"
SET = {"3CX pack - 3CX Client Itself At The Campaign's Addresses On One Host": "cron_schedule"}


def blocks() -> Iterator[tuple[str, list[str]]]:
    """The commands of the page, each with what is shown of its output."""
    for token in MarkdownIt().parse(PAGE.read_text("utf-8")):
        if token.type == "fence" and token.info == "console":
            command, *shown = token.content.splitlines()
            yield command.removeprefix("$ "), shown


def build(rules: Path, out: Path) -> Path:
    subprocess.run(
        [sys.executable, "build.py", "--quiet", "--rules", rules, "--out", out],
        cwd=ROOT,
        check=True,
        timeout=300,
    )
    return out


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What the names of the page are here: two builds, and Splunk's app as a site has it."""
    base = tmp_path_factory.mktemp("page")
    shutil.copytree(ROOT / "lookups", base / "lookups")
    shutil.copytree(ROOT / "sigma_rules", base / "sigma_rules")
    old = build(base / "sigma_rules", base / "old")
    for path, before, after in CHANGES:
        file = base / "sigma_rules" / path
        text = file.read_text("utf-8")
        assert before in text
        file.write_text(text.replace(before, after), "utf-8")
    table = base / "lookups" / "ioc_domains_low.csv"
    lines = table.read_text("utf-8").splitlines(keepends=True)
    table.write_text("".join(line for line in lines if not line.startswith(f"{ROW},")), "utf-8")
    new = build(base / "sigma_rules", base / "new")
    return {"old": str(old), "new": str(new), "threecx_detection_pack": str(app(old, base))}


def app(build: Path, folder: Path) -> Path:
    """The app as it is installed, with what a site changed of it."""
    (package,) = (build / "splunk").glob("*.tgz")
    with tarfile.open(package) as archive:
        archive.extractall(folder, filter="data")
    app = folder / "threecx_detection_pack"
    searches = parsed("x", (app / "default" / "savedsearches.conf").read_text("utf-8"))
    runs = [name for name, values in searches.items() if values.get("enableSched") == "1"]
    assert {OFF, *SET} <= set(runs)
    stanzas = [
        f"[{name}]\ndisabled = {int(name == OFF)}\n"
        + (f"{SET[name]} = 0 6 * * *\n" if name in SET else "")
        for name in runs
    ]
    local = app / "local"
    local.mkdir()
    (local / "savedsearches.conf").write_text("\n".join(stanzas), "utf-8")
    macro = "[logsource_proxy]\ndefinition = (index=proxy)\n"
    (local / "macros.conf").write_text(macro, "utf-8")
    return app


def test_the_page_shows_both_verbs() -> None:
    verbs = [command.split()[2] for command, _ in blocks()]
    assert set(verbs) == {"diff", "drift"}


@pytest.mark.parametrize("number", range(len(list(blocks()))))
def test_every_output_of_the_page_is_what_is_printed(number: int, places: dict[str, str]) -> None:
    command, shown = list(blocks())[number]
    _, _, *words = shlex.split(command)
    done = subprocess.run(
        [sys.executable, "build.py", *(places.get(word, word) for word in words)],
        cwd=ROOT,
        env={**os.environ, "COLUMNS": "200"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=300,
    )
    printed = [line.rstrip() for line in done.stdout.splitlines()]
    place = 0
    for part in re.split(r"^\.\.\.$", "\n".join(shown), flags=re.MULTILINE):
        wanted = [line.rstrip() for line in part.strip("\n").splitlines()]
        starts = range(place, len(printed) - len(wanted) + 1)
        found = next((n for n in starts if printed[n : n + len(wanted)] == wanted), None)
        assert found is not None, "\n".join(["not printed:", *wanted, "printed:", *printed])
        place = found + len(wanted)
