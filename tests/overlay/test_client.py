"""A client's folder is read whole, or each thing that is wrong in it is named with its line."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from sigmapack.content.model import Problem
from sigmapack.overlay.client import SCHEMA, line_of, places, read
from tests.conftest import DOMAINS, RULE
from tests.overlay.folder import FILTER, SETTINGS, client, client_folder, wrong


def test_all_parts_of_a_folder_are_read(tmp_path: Path) -> None:
    found = client(
        tmp_path / "acme",
        filters={"soc": FILTER},
        rules={"own": RULE},
        lookups={"own_domains": DOMAINS},
    )
    assert (found.id, found.name) == ("acme", "Acme")
    assert [one.title for one in found.filters] == ["Machines Of The Security Team"]
    assert [rule.name for rule in found.rules] == ["sample"]
    assert list(found.lookups or {}) == ["own_domains"]


def test_two_keys_are_enough(tmp_path: Path) -> None:
    found = client(tmp_path / "acme")
    assert (found.filters, found.rules, found.lookups) == ((), (), {})


def test_a_folder_without_the_file_is_unreadable(tmp_path: Path) -> None:
    problems: list[Problem] = []
    assert read(tmp_path, problems) is None
    assert problems[0].unreadable and "the file is missing" in problems[0].message


@pytest.mark.parametrize(
    ("more", "line", "said"),
    [
        ('color = "red"', 3, "client.toml has no key 'color' (has: id, name, products, "),
        ("products = []", 3, "products: "),
        ('products = "splunk"', 3, "products: 'splunk' is not of type 'array'"),
        ('tlp = "purple"', 3, "tlp: 'purple' is not one of "),
        ('language = "fr"', 3, "language: 'fr' is not one of ['en', 'es']"),
        ("[schedules]\nhigh = 7", 4, "schedules.high: 7 is not one of "),
        ("[schedules]\nurgent = 5", 4, "schedules has no key 'urgent' (has: levels)"),
        ('[levels]\nhigh = "severe"', 4, "levels.high: 'severe' is not one of "),
        ('[rules]\n\noff = ["a"]\nmute = []', 6, "rules has no key 'mute' (has: off, on)"),
        ('[[withdrawn]]\ntable = "t"', 3, "withdrawn.0: 'value' is a required property"),
        ('[[acknowledged]]\nrule = "a"\nreason = "r"\nevents = [0]', 6, "acknowledged.0.events."),
        ('[sources.splunk]\n\nsysmon = 5', 5, "sources.splunk.sysmon is to be a text, or a table"),
        ('[sources.splunk]\nsysmon = "a\\nb"', 4, "sources.splunk.sysmon is to be a text"),
        ('[sources.elastic]\nsysmon = { index = "logs *" }', 4, "sources.elastic.sysmon is to be"),
        ('contact = "a\\u0007b"', 3, "contact: "),
    ],
)  # fmt: skip
def test_what_the_schema_does_not_have_is_a_problem_at_its_line(
    tmp_path: Path, more: str, line: int, said: str
) -> None:
    found = wrong(tmp_path / "acme", SETTINGS + more + "\n")
    assert [text for text in found if text.startswith(f"client.toml:{line}: client: {said}")] != []


@pytest.mark.parametrize("own", ["Acme", "1acme", "a", "ac-me", "a" * 13, "../x", "ac me", ""])
def test_an_id_is_a_short_word(tmp_path: Path, own: str) -> None:
    (text, *_) = wrong(tmp_path / "acme", f'id = "{own}"\nname = "Acme"\n')
    assert text.startswith("client.toml:1: client: id: ")


def test_toml_that_is_none_has_its_line(tmp_path: Path) -> None:
    (text, *_) = wrong(tmp_path / "acme", 'id = "acme"\nname = \n')
    assert text.startswith("client.toml:2: toml: ")


def test_nothing_is_given_of_a_folder_with_a_wrong_rule(tmp_path: Path) -> None:
    problems: list[Problem] = []
    folder = client_folder(tmp_path / "acme", rules={"own": "title: [\n"})
    assert read(folder, problems) is None
    assert [Path(problem.path).name for problem in problems] == ["own.yml"]


def test_the_schema_is_one_that_editors_take() -> None:
    schema = json.loads(SCHEMA.read_text("utf-8"))
    Draft202012Validator.check_schema(schema)
    assert all("description" in found for found in schema["properties"].values())


def test_each_key_has_its_line() -> None:
    text = (
        '# c\nid = "a"\n"x y" = 1\n[sources.splunk]\n"windows/dns_query" = "q" # [no.table]\n'
        "[[withdrawn]]\ntable = 't'\n[[withdrawn]]\n  value = 'v'\n"
    )
    tomllib.loads(text)
    assert places(text) == {
        ("id",): 2,
        ("x y",): 3,
        ("sources", "splunk"): 4,
        ("sources", "splunk", "windows/dns_query"): 5,
        ("withdrawn", 0): 6,
        ("withdrawn", 0, "table"): 7,
        ("withdrawn", 1): 8,
        ("withdrawn", 1, "value"): 9,
    }
    assert line_of(places(text), ("withdrawn", 1, "table")) == 8
    assert line_of(places(text), ("nowhere",)) == 1
