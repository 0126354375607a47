"""YAML of strangers: bounded, of a shape, and every fault with its line."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
import yaml

from sigmapack.content import documents, limits
from sigmapack.content.documents import Excess, bound
from sigmapack.content.model import Problem, Rule
from tests.cli.command import CORRELATION
from tests.conftest import RULE

VALUE = "        QueryName|expand: '%ioc_domains%'"
LAUGHS = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 9)
)


def read(text: str) -> tuple[list[Rule], list[Problem]]:
    problems: list[Problem] = []
    return list(documents.documents("bad.yml", text, problems)), problems


def changed(old: str, new: str, text: str = RULE) -> str:
    assert old in text
    return text.replace(old, new)


@pytest.mark.parametrize(
    ("text", "line", "code", "message"),
    [
        (RULE + LAUGHS, 16, "too-large", "more than 50,000 values, with what aliases stand for"),
        (changed(VALUE, "        QueryName: &a [*a]"), 9, "too-large", "*a stands in what it"),
        (
            changed(VALUE, f"        a: {'[' * 500}{']' * 500}"),
            9,
            "too-large",
            "more than 30 lists",
        ),
        (changed(VALUE, f"        a: {'[' * 50_000}"), 9, "yaml", "exceeded maximum nesting depth"),
        (changed(VALUE, f"        a: {'x' * 300_000}"), 9, "too-large", "a value of 300,000 char"),
        (changed(VALUE, f"        a: {'9' * 5_000}"), 1, "yaml", "Exceeds the limit"),
        (
            changed(VALUE, "        a: !!python/object:os.system x"),
            9,
            "yaml",
            "could not determine",
        ),
        (changed(VALUE, "        null: x"), 9, "sigma", "the key 'null' is no text"),
        (changed(VALUE, "        5: x"), 9, "sigma", "the key '5' is no text"),
        (changed(VALUE, "        a: {b: {c: d}}"), 9, "sigma", "a: a value is to be a text"),
        (changed(VALUE, "        a: [[b]]"), 9, "sigma", "a: a value is to be a text"),
        (changed(VALUE, "        a: !!binary aGVsbG8="), 9, "sigma", "a: a value is to be a text"),
        (changed(VALUE, "        a: .nan"), 9, "sigma", "a: a value is to be a text"),
        (changed(VALUE, f"        a: '{'*a' * 51}'"), 9, "sigma", "more than 50 wildcards"),
        (changed(VALUE, ""), 8, "sigma", "selection selects nothing"),
        (
            changed("selection\nl", "selection\n    timeframe: 5m\nl"),
            11,
            "sigma",
            "timeframe is of",
        ),
        (changed("condition: selection", "condition: 5"), 10, "sigma", "the condition is to be"),
        (changed("condition: selection", "x: y"), 7, "sigma", "the condition is to be"),
        (
            changed("condition: selection", f"condition: {'(' * 21}selection{')' * 21}"),
            10,
            "sigma",
            "more than 20 parentheses and negations",
        ),
        (
            changed("condition: selection", f"condition: {'not ' * 500}selection"),
            10,
            "sigma",
            "more than 20 parentheses and negations",
        ),
        (
            changed("condition: selection", f"condition: {'selection or ' * 2_000}selection"),
            10,
            "sigma",
            "a condition of 26,009 characters, 10,000 are the most",
        ),
        (changed("level: high", "level: null"), 11, "sigma", "level is to be a text"),
        (changed("name: sample", "name: [a]"), 3, "sigma", "name is to be a text"),
        (changed("name: sample", "name: ../../x"), 3, "sigma", "name is to have 100 characters"),
        (changed("name: sample", f"name: {'x' * 101}"), 3, "sigma", "name is to have 100 char"),
        (changed("product: windows", "product: [a]"), 5, "sigma", "product is to be a text"),
        (RULE + "tags: 5\n", 12, "sigma", "tags is to be a list of texts"),
        (RULE + "date: 5\n", 12, "sigma", "date is to be a date"),
        (RULE + "related: [x]\n", 12, "sigma", "related is to be a list of mappings"),
        (RULE + "correlation: {}\n", 12, "sigma", "a correlation's type is to be a text"),
        (RULE.partition("detection")[0], 1, "sigma", "a rule needs a detection"),
        (changed("logsource:\n", "x:\n") + "logsource: [a]\n", 12, "sigma", "logsource is to be a"),
        (changed("[sample]", "{a: b}", CORRELATION), 6, "sigma", "rules is to be a list of texts"),
        (changed("[Computer]", "[[a]]", CORRELATION), 7, "sigma", "group-by is to be a list of"),
        (changed("1h", "5", CORRELATION), 8, "sigma", "a correlation's timespan is to be a text"),
        (changed("{gte: 2}", "5", CORRELATION), 9, "sigma", "the condition is to be a text, or a"),
        (changed("{gte: 2}", "{gte: [2]}", CORRELATION), 9, "sigma", "the condition is to be a te"),
        (
            changed("    cond", "    aliases: 5\n    cond", CORRELATION),
            9,
            "sigma",
            "aliases are to",
        ),
        (
            changed("    cond", "    aliases: {a: {b: [c]}}\n    cond", CORRELATION),
            9,
            "sigma",
            "aliases are to be mappings",
        ),
        (RULE.partition("correlation")[0] + "correlation: [a]\n", 12, "sigma", "correlation is to"),
    ],
)
def test_what_is_no_rule_is_one_problem_at_its_line(
    text: str, line: int, code: str, message: str
) -> None:
    started = time.monotonic()
    _, problems = read(text)
    found = problems[0]
    assert (found.path, found.line, found.code) == ("bad.yml", line, code)
    assert message in found.message
    assert time.monotonic() - started < 2


def test_a_rule_that_is_none_reaches_nobody() -> None:
    rules, problems = read(RULE + "tags: 5\n")
    assert rules == [] and len(problems) == 1


def test_aliases_of_ordinary_size_are_read() -> None:
    (rule,), problems = read(changed(VALUE, "        a: &names [b, c]\n        d: *names"))
    assert problems == []
    assert rule.document["detection"]["selection"]["d"] == ["b", "c"]


def test_what_an_alias_stands_for_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_VALUES", 12)
    bound("a: &a [b, c, d]\ne: *a\n")
    with pytest.raises(Excess):
        bound("a: &a [b, c, d]\ne: [*a, *a]\n")


def test_without_libyaml_the_same_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    with_it = read(RULE)
    monkeypatch.setattr(documents, "LOADER", yaml.SafeLoader)
    assert read(RULE) == with_it
    _, (problem,) = read(RULE + LAUGHS)
    assert problem.code == "too-large"


def test_the_module_loads_without_libyaml(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(yaml, "CSafeLoader")
    source = Path(documents.__file__).read_text("utf-8")
    names: dict[str, object] = {"__name__": "again"}
    exec(compile(source, documents.__file__, "exec"), names)
    assert names["LOADER"] is yaml.SafeLoader
