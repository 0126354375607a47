"""Characters that are not seen, or end a line, are named with their place."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from sigmapack.checks import problems
from tests.checks.sample import only
from tests.conftest import DOMAINS, RULE, MakeContent

NAMES = {
    "\0": "U+0000",
    "\x1b": "U+001B",
    "\x7f": "U+007F",
    "\x85": "U+0085",
    "\u200b": "U+200B ZERO WIDTH SPACE",
    "\u2028": "U+2028 LINE SEPARATOR",
    "\u202e": "U+202E RIGHT-TO-LEFT OVERRIDE",
    "\u2069": "U+2069 POP DIRECTIONAL ISOLATE",
    "\ufeff": "U+FEFF ZERO WIDTH NO-BREAK SPACE",
}


def changed(**parts: Any) -> str:
    return yaml.safe_dump({**yaml.safe_load(RULE), **parts}, sort_keys=False)


@pytest.mark.parametrize("character", NAMES)
@pytest.mark.parametrize("key", ["title", "description", "author", "falsepositives", "x-note"])
def test_a_character_that_is_not_seen_is_named(
    make_content: MakeContent, key: str, character: str
) -> None:
    text: Any = f"one{character}two"
    text = [text] if key == "falsepositives" else text
    rule = changed(**{key: text})
    line = rule.split("\n").index(next(one for one in rule.split("\n") if one.startswith(key))) + 1
    name, at, code, message = only(problems(make_content(sample=rule)))
    assert (name, code) == ("sample.yml", "control")
    assert at in (line, line + 1)  # an item of a list stands below its key
    assert message == f"{key} has {NAMES[character]}: take it out"


@pytest.mark.parametrize("text", ["a\nb", "a\tb"])
def test_a_title_of_several_lines_is_a_problem_and_a_description_is_none(
    make_content: MakeContent, text: str
) -> None:
    found = only(problems(make_content(sample=changed(title=text, description=text))))
    assert found[1:3] == (1, "control")
    assert "title has U+000" in found[3]


def test_a_field_with_such_a_character_is_a_problem(make_content: MakeContent) -> None:
    detection = {"selection": {"Que\u202ery\nName": "a"}, "condition": "selection"}
    assert only(problems(make_content(sample=changed(detection=detection))))[2] == "control"


def test_a_value_may_have_what_is_not_seen_but_no_control(make_content: MakeContent) -> None:
    seen = {"selection": {"QueryName": ["a\u202eb", "a\u200bb", "a\nb"]}, "condition": "selection"}
    assert problems(make_content(sample=changed(detection=seen))) == []
    not_so = {"selection": {"QueryName": "a\x01b"}, "condition": "selection"}
    assert "U+0001" in only(problems(make_content(sample=changed(detection=not_so))))[3]


def test_a_row_of_a_lookup_with_such_a_character_is_a_problem(make_content: MakeContent) -> None:
    text = DOMAINS + "evil\u2066.example.net,c2,any,high,test,,,,no\n"
    found = only(problems(make_content({"ioc_domains": text}, sample=RULE)))
    assert found[:3] == ("ioc_domains.csv", 4, "control")


def test_a_lookup_with_a_name_that_queries_cannot_hold_is_a_problem(
    make_content: MakeContent,
) -> None:
    tables = {"ioc_domains": DOMAINS, "a'); drop": DOMAINS}
    found = only(problems(make_content(tables, sample=RULE)))
    assert found[:3] == ("a'); drop.csv", 1, "lookup-name")
