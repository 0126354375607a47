"""The Splunk app: complete, consistent, disabled, and accepted by Splunk's own inspection."""

from __future__ import annotations

import configparser
import io
import json
import re
import subprocess
import sys
import tarfile
from functools import cache
from pathlib import Path

import pytest

from sigmapack.compiling.compile import compile_target
from sigmapack.compiling.product import Query
from sigmapack.content.load import load
from sigmapack.targets.splunk import TARGET
from sigmapack.targets.splunk.searches import APP
from tests.engines import tools

ROOT = Path(__file__).resolve().parents[3]
APPINSPECT = "4.3.1"


@cache
def queries() -> tuple[Query, ...]:
    return tuple(compile_target(load(ROOT), TARGET))


@cache
def archive() -> bytes:
    (app,) = [a for a in TARGET.package(load(ROOT), queries()) if a.path.endswith(".tgz")]
    return app.data


@cache
def files() -> dict[str, str]:
    with tarfile.open(fileobj=io.BytesIO(archive()), mode="r:gz") as tar:
        members = [member for member in tar.getmembers() if member.isfile()]
        return {m.name: tar.extractfile(m).read().decode() for m in members}  # type: ignore[union-attr]


def read(name: str) -> configparser.RawConfigParser:
    """A .conf file, with a backslash at a line's end joining it to the next."""
    text = files()[f"{APP}/default/{name}"].replace("\\\n", "\x00")
    parser = configparser.RawConfigParser(strict=True, delimiters=("=",), interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(text)
    return parser


def value(section: str, key: str) -> str:
    return read("savedsearches.conf")[section][key].replace("\x00", "\n")


def test_every_search_is_there_disabled_and_the_text_of_its_file() -> None:
    conf = read("savedsearches.conf")
    texts = {q.text.strip() for q in queries() if q.path}
    left_out = {q.text.strip() for q in queries() if q.rule.name.startswith("net_firewall_")}
    found = {value(section, "search").strip() for section in conf.sections()}
    assert found == texts - left_out
    assert {conf[section]["disabled"] for section in conf.sections()} == {"1"}


def test_every_search_looks_back_further_than_its_interval() -> None:
    conf = read("savedsearches.conf")
    for section in conf.sections():
        minute, hour = conf[section]["cron_schedule"].split()[:2]
        every = int(minute.partition("/")[2] or 60) if hour == "*" else 1440
        back = int(re.fullmatch(r"-(\d+)m@m", conf[section]["dispatch.earliest_time"])[1])  # type: ignore[index]
        assert back > every, section


def test_rules_for_hunting_have_no_schedule() -> None:
    conf = read("savedsearches.conf")
    for query in queries():
        section = f"3CX pack - {query.rule.title}"
        if section in conf:
            wanted = "0" if query.rule.is_hunting else "1"
            assert conf[section]["enableSched"] == wanted, section


def test_actions_of_enterprise_security_are_json_with_techniques() -> None:
    section = "3CX pack - Affected 3CX Desktop Client Build Running"
    annotations = json.loads(value(section, "action.correlationsearch.annotations"))
    assert annotations == {"mitre_attack": ["T1195.002"]}
    (risk,) = json.loads(value(section, "action.risk.param._risk"))
    assert risk == {"risk_object_field": "host", "risk_object_type": "system", "risk_score": 70}
    steps = json.loads(value(section, "action.notable.param.next_steps"))
    assert "incidentes@csirt.gob.do" in steps["data"]


def test_every_macro_and_lookup_that_is_used_is_there() -> None:
    text = files()[f"{APP}/default/savedsearches.conf"]
    text += files()[f"{APP}/default/data/ui/views/threecx_overview.xml"]
    macros = set(re.findall(r"`(logsource_\w+)`", text))
    assert macros and macros <= set(read("macros.conf").sections())
    tables = set(re.findall(r"inputlookup (\w+)", text))
    transforms = read("transforms.conf")
    assert tables and tables <= set(transforms.sections())
    for section in transforms.sections():
        assert f"{APP}/lookups/{transforms[section]['filename']}" in files()


def test_the_archive_has_the_modes_and_times_that_splunk_asks_for() -> None:
    with tarfile.open(fileobj=io.BytesIO(archive()), mode="r:gz") as tar:
        for member in tar.getmembers():
            assert member.mode == (0o755 if member.isdir() else 0o644), member.name
            assert (member.mtime, member.uid, member.gid) == (315532800, 0, 0)
            assert not Path(member.name).name.startswith(".")
    assert (
        "access = read : [ * ], write : [ admin, sc_admin ]"
        in files()[f"{APP}/metadata/default.meta"]
    )


@pytest.fixture(scope="module")
def appinspect() -> Path:
    """Splunk's tool in an environment of its own: proprietary, so it is no dependency."""
    folder = tools.cache("appinspect", APPINSPECT)
    program = folder / "bin" / "splunk-appinspect"
    if not program.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        wanted = f"splunk-appinspect=={APPINSPECT}"
        command = [str(folder / "bin" / "pip"), "install", "-q", wanted]
        if subprocess.run(command, check=False, capture_output=True).returncode:
            tools.missing(wanted)
    return program


def test_appinspect_finds_no_failure_and_no_warning(appinspect: Path, tmp_path: Path) -> None:
    path = tmp_path / f"{APP}.tgz"
    path.write_bytes(archive())
    command = [str(appinspect), "inspect", str(path), "--mode", "precert", "--ci"]
    report = tmp_path / "report.json"
    command += ["--output-file", str(report), "--data-format", "json"]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=300)
    summary = json.loads(report.read_text("utf-8"))["summary"]
    assert (summary["failure"], summary["error"], summary["warning"]) == (0, 0, 0), done.stdout
    assert done.returncode == 0, done.stdout
