"""A stranger's text is in no file of a product more than a value, read by the format's parser."""

from __future__ import annotations

import csv
import io
import json
import re
import sqlite3
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from sigmapack.compiling.compile import compile_target
from sigmapack.compiling.product import TooLarge
from sigmapack.content.model import Content
from sigmapack.targets import discover
from tests.targets.strangers.hostile import (
    CORRELATED,
    EACH,
    MARK,
    PLACES,
    SOURCES,
    TEXTS,
    changed,
    content,
    correlation,
    document,
)

TARGETS = discover()
#: What a template of a product may hold: its own fields, never a text.
MUSTACHE = re.compile(r"\{\{\{?[#/^]?[\w.@]+\}?\}\}")
GO = re.compile(r'\{\{ (?:"\{\{"|\$labels\.\w+(?: \| toLower)?|end|\.Labels\.\w+) \}\}')
RANGE = re.compile(r'\{\{ range query "(?:[^"\\\n]|\\.)*" \| sortByLabel "\w+" \}\}')
COLUMN = re.compile(r"\{\{\w+\}\}")
#: Settings of saved searches; the rest begins with one of `action.`, `alert.` and `dispatch.`.
KEYS = re.compile(
    r"search|description|disabled|enableSched|cron_schedule|realtime_schedule|schedule_window"
    r"|allow_skew|counttype|relation|quantity|request\.ui_dispatch_app"
    r"|(?:action|alert|dispatch)\.[a-z_.]+"
)


def files(name: str, of: Content) -> dict[str, bytes]:
    """The files that a product gets, those of its archives, too; none where it takes no such."""
    target = TARGETS[name]
    queries = tuple(compile_target(of, target))
    try:
        made = {artifact.path: artifact.data for artifact in target.package(of, queries)}
    except TooLarge:
        return {}
    for path, data in list(made.items()):
        if path.endswith(".tgz"):
            with tarfile.open(fileobj=io.BytesIO(data)) as tar:
                for member in filter(tarfile.TarInfo.isfile, tar):
                    found = tar.extractfile(member)
                    made[member.name] = found.read() if found else b""
        if path.endswith(".zip"):
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                made |= {each: archive.read(each) for each in archive.namelist()}
    return made


def read(path: str, data: bytes) -> Any:
    """A file by its format's own parser; an archive's files are read by themselves."""
    suffix = PurePosixPath(path).suffix
    if suffix in (".tgz", ".zip"):
        return None
    text = data.decode()
    if suffix == ".json":
        return json.loads(text)
    if suffix == ".ndjson":
        return [json.loads(line) for line in text.split("\n") if line]
    if suffix in (".yml", ".yaml"):
        return yaml.safe_load(text)
    if suffix == ".csv":
        return list(csv.reader(io.StringIO(text), strict=True))
    if suffix == ".sql":
        with sqlite3.connect(":memory:") as db:
            db.executescript(text)
            return db.execute("SELECT * FROM ioc_domains").fetchall()
    if suffix in (".conf", ".meta"):
        return conf(text)
    assert suffix in (".md", ".xml", ".ps1", ".txt"), path
    return text


def conf(text: str) -> dict[str, dict[str, str]]:
    """A .conf file as Splunk reads it: a backslash before a line's end goes on with the next."""
    found: dict[str, dict[str, str]] = {}
    lines = iter(text.split("\n"))
    for line in lines:
        while line.endswith("\\"):
            line = line[:-1] + "\n" + next(lines)
        if line.startswith("["):
            header = re.fullmatch(r"\[([^\[\]\n]*)\]", line)
            assert header, line
            found[header[1]] = {}
        elif line and not line.startswith("#"):
            key, equals, value = line.partition(" = ")
            assert equals, line
            list(found.values())[-1][key] = value
    return found


def texts(node: Any) -> Iterator[str]:
    """Every text of a document that has been read, but for its keys."""
    if isinstance(node, dict):
        for value in node.values():
            yield from texts(value)
    elif isinstance(node, list | tuple):
        for value in node:
            yield from texts(value)
    elif isinstance(node, str):
        yield node


def keys(node: Any) -> Iterator[str]:
    """Every key of such a document."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield str(key)
            yield from keys(value)
    elif isinstance(node, list | tuple):
        for value in node:
            yield from keys(value)


def proved(name: str, of: Content) -> int:
    """See that a text is nowhere more than a value, and say how many files there are."""
    made = files(name, of)
    for path, data in made.items():
        found = read(path, data)
        if path.endswith(".conf"):
            saved(path, found, len(of.rules))
        elif name == "splunk" or isinstance(found, str):
            continue
        elif path.endswith((".json", ".ndjson", ".yml", ".yaml")):
            # Security Analytics gets the rule itself, with its own names; the index of patterns
            # is by name.
            if not path.startswith("security_analytics/") and path != "index_patterns.json":
                assert not [key for key in keys(found) if MARK in key], path
            templates(name, path, found)
    return len(made)


def saved(path: str, found: dict[str, dict[str, str]], rules: int) -> None:
    """No stanza and no key is a text's."""
    if path.endswith("savedsearches.conf"):
        assert len(found) <= rules
        for name, settings in found.items():
            assert name.startswith("3CX pack - ")
            assert settings["disabled"] == "1"
            assert all(KEYS.fullmatch(key) for key in settings), settings.keys()
            for key in ("action.risk.param._risk", "action.notable.param.drilldown_searches"):
                json.loads(settings.get(key, "[]"))
    else:
        assert not any(MARK in name for name in [*found, *(k for s in found.values() for k in s)])


def templates(name: str, path: str, found: Any) -> None:
    """What a product fills in is the pack's own, never a text's."""
    if name == "opensearch" and path.startswith("monitors/"):
        (trigger,) = [each["bucket_level_trigger"] for each in found["triggers"]]
        for text in texts([trigger["actions"], found["inputs"]]):
            assert "{{" not in MUSTACHE.sub("", text), text
            assert not [tag for tag in MUSTACHE.findall(text) if MARK in tag], text
    if name == "loki":
        for rule in (rule for group in found["groups"] for rule in group["rules"]):
            for text in texts([rule["labels"], rule["annotations"]]):
                assert "{{" not in GO.sub("", RANGE.sub("", text)), text
    if name == "sentinel" and path.endswith("azuredeploy.json"):
        for text in texts(found["resources"]):
            live = text.startswith("[") and text.endswith("]") and not text.startswith("[[")
            assert not live or MARK not in text, text
    if name == "sentinel" and path.startswith("analytic_rules/"):
        title = found["alertDetailsOverride"]["alertDisplayNameFormat"]
        assert "{{" not in COLUMN.sub("", title, count=1), title


SAMPLE = document(*SOURCES[0], "x")
OTHER = {**document(*SOURCES[0], "y", "two"), "id": SAMPLE["id"][:-1] + "2", "title": "Other"}
BOTH = correlation("value_count", ["one", "two"])


def test_a_harmless_rule_is_in_the_files_of_every_product() -> None:
    made = {name: proved(name, content(SAMPLE, OTHER, BOTH)) for name in TARGETS}
    assert {name for name, number in made.items() if not number} == {"sigma"}


@pytest.mark.parametrize("name", TARGETS)
@EACH
@given(text=TEXTS, place=st.sampled_from(sorted(PLACES)), source=st.sampled_from(SOURCES))
def test_no_place_of_a_rule_is_live_in_a_product(
    name: str, text: str, place: str, source: tuple[dict[str, str], str]
) -> None:
    proved(name, content(changed(document(*source, "x"), PLACES[place], text)))


@pytest.mark.parametrize("place", ["title", "description", "author"])
@pytest.mark.parametrize("name", TARGETS)
@EACH
@given(text=TEXTS)
def test_no_text_about_a_rule_is_live_in_a_product(name: str, text: str, place: str) -> None:
    proved(name, content(changed(SAMPLE, PLACES[place], text), OTHER, BOTH))


@pytest.mark.parametrize("name", TARGETS)
@EACH
@given(text=TEXTS, source=st.sampled_from(SOURCES), sign=st.sampled_from(("", "*")))
def test_no_value_is_live_in_a_product(
    name: str, text: str, source: tuple[dict[str, str], str], sign: str
) -> None:
    proved(name, content(document(*source, f"{sign}{text}")))


@pytest.mark.parametrize("name", TARGETS)
@EACH
@given(text=TEXTS, place=st.sampled_from(sorted(CORRELATED)))
def test_no_place_of_a_correlation_is_live_in_a_product(name: str, text: str, place: str) -> None:
    proved(name, content(SAMPLE, OTHER, changed(BOTH, CORRELATED[place], text)))


@pytest.mark.parametrize("name", TARGETS)
@EACH
@given(text=TEXTS)
def test_no_value_of_a_lookup_is_live_in_a_product(name: str, text: str) -> None:
    rule = document(SOURCES[1][0], "QueryName|expand", "%ioc_domains%")
    proved(name, content(rule, lookup=text))


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("splunk", "A\n[evil]\nsearch = | delete"),
        ("splunk", "A]\\"),
        ("splunk", "A [b] ```\n| delete ```"),
        ("opensearch", "A {{{ctx.monitor}}} {{{{b}}"),
        ("loki", "A {{{ .Labels.x }}} {{{{"),
        ("sentinel", "[resourceGroup().id, 'zqxmark']"),
        ("sentinel", "A {{Account}} {{{Host}}}"),
        ("logscale", "A\nqueryString: evil"),
    ],
)
def test_what_is_live_in_a_product_is_text_in_a_title(name: str, title: str) -> None:
    assert proved(name, content({**SAMPLE, "title": title, "description": title}, OTHER, BOTH))
