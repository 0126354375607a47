"""`sources.toml`: every log source of a rule has an entry, and so have those that rules may use."""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace

import pytest

from sigmapack import collection
from sigmapack.collection.fitting import fed, unfed
from sigmapack.collection.table import TABLE, read
from sigmapack.collection.terms import asked
from sigmapack.content.load import load
from sigmapack.content.model import Content, Rule
from tests.collection.shipped import content, files
from tests.conftest import ROOT, MakeContent

#: Log source -> a selection, and the file that brings its events.
OTHERS = {
    "windows/create_stream_hash": ("Hash|contains: 'MD5=0'", "windows/sysmon.xml"),
    "windows/registry_set": ("TargetObject|endswith: '\\DisplayVersion'", "windows/sysmon.xml"),
    "windows/file_delete": ("TargetFilename|endswith: '\\a.exe'", "windows/sysmon.xml"),
    "windows/applocker": ("EventID: 8002", "windows/Enable-EventLogs.ps1"),
    "windows/ps_script": ("ScriptBlockText|contains: '3CX'", "windows/Enable-EventLogs.ps1"),
    "windows/security": ("EventID: 4663", "windows/Set-HistoryAuditing.ps1"),
    "windows/taskscheduler": ("EventID: 106", "windows/Enable-EventLogs.ps1"),
    "windows/system": ("EventID: 7045", ""),
    "zeek/files": ("md5: '0'", "zeek/local.zeek"),
    "any/webserver": ("cs-user-agent: 'x'", ""),
}
RULE = """\
title: Sample
id: 6f1c7a3e-54a2-4f0e-9a38-0d5c1f2b7a01
name: {name}
logsource: {{{logsource}}}
detection: {{selection: {{{selection}}}, condition: selection}}
level: high
"""
SERVICES = ("applocker", "security", "taskscheduler", "system", "files")


def sample(make: MakeContent, key: str, selection: str, name: str = "sample") -> Content:
    product, _, part = key.partition("/")
    kind = "service" if part in SERVICES else "category"
    logsource = f"{kind}: {part}" if product == "any" else f"product: {product}, {kind}: {part}"
    return make(sample=RULE.format(name=name, logsource=logsource, selection=selection))


def made(found: Content) -> dict[str, str]:
    return {a.path: a.data.decode() for a in collection.artifacts(found)}


def test_every_rule_is_fed() -> None:
    assert list(unfed(content(), fed(content(), read(), asked(content())))) == []


def test_a_rule_whose_log_source_has_no_entry_is_a_problem() -> None:
    rule = content().detections[0]
    other = rule.with_document({**rule.document, "logsource": {"product": "x", "category": "y"}})
    with pytest.raises(collection.Unfit) as error:
        collection.artifacts(replace(content(), rules=(other,)))
    (problem,) = error.value.problems
    assert problem.code == "no-collection" and "x/y" in problem.message
    assert problem.path == rule.path


def test_of_others_rules_the_index_names_what_is_not_known(make_content: MakeContent) -> None:
    found = made(sample(make_content, "x/y", "a: 'b'"))
    assert list(found) == ["collection/README.md"]
    assert "- sample, `x/y`" in found["collection/README.md"]


@pytest.mark.parametrize("key", OTHERS)
def test_a_log_source_that_rules_may_use_has_an_entry(key: str, make_content: MakeContent) -> None:
    selection, file = OTHERS[key]
    found = made(sample(make_content, key, selection))
    assert "Not known" not in found["collection/README.md"]
    assert not file or "sample" in found[f"collection/{file}"]


@pytest.mark.parametrize(
    ("number", "guid"),
    [(4663, "0CCE921D"), (5156, "0CCE9226"), (4697, "0CCE9211"), (4698, "0CCE9227")],
)
def test_an_audit_category_is_switched_on_for_its_own_events_only(
    number: int, guid: str, make_content: MakeContent
) -> None:
    found = made(sample(make_content, "windows/security", f"EventID: {number}"))
    text = found["collection/windows/Enable-Auditing.ps1"]
    assert re.findall(r"Set-Audit '\{(\w+)-69AE-11D9-BED3-505054503030}'", text) == [guid]


def test_event_4688_feeds_only_rules_that_can_do_with_its_fields() -> None:
    (one,) = (f for f in fed(content(), read(), asked(content())) if "4688" in f.switch.shows)
    assert "proc_creation_win_threecx_suspicious_child" in one.names
    assert "proc_creation_win_threecx_affected_build_path" in one.names
    assert not {name for name in one.names if "hash" in name or name.endswith("affected_build")}


def test_an_entry_that_no_rule_needs_is_not_written() -> None:
    used = {one.switch.title for one in fed(content(), read(), asked(content()))}
    text = files()["README.md"].decode()
    for switch in read().switches:
        assert (f"\n## {switch.title}\n" in text) == (switch.title in used)


def test_every_file_of_an_entry_is_described_and_has_lines() -> None:
    table = read()
    for switch in table.switches:
        assert switch.sources, switch.title
        assert all(page.startswith(("https://", "http://")) for page in switch.sources)
        assert not switch.sensor or switch.file.endswith("sysmon.xml")
        if switch.file and not switch.sensor:
            assert switch.file in table.files and switch.text, switch.title
    assert {switch.file for switch in table.switches} >= set(table.files)


def test_the_table_has_no_key_that_nothing_reads() -> None:
    data = tomllib.loads(TABLE.read_text("utf-8"))
    assert set(data) == {"switch", "file"}
    titles = [entry["title"] for entry in data["switch"]]
    assert len(titles) == len(set(titles))


def test_a_rules_name_cannot_leave_its_comment(make_content: MakeContent) -> None:
    name = '"x --> <Other>"'
    found = made(sample(make_content, "windows/dns_query", "QueryName: 'a.example'", name))
    assert "<Other>" not in found["collection/windows/sysmon.xml"]
    assert load(ROOT).own and isinstance(content().rules[0], Rule)
