"""Sigma filters: each is written into the rules that it is for, and no other."""

from __future__ import annotations

from pathlib import Path

import pytest
from sigma.backends.splunk.splunk import SplunkBackend
from sigma.collection import SigmaCollection

from sigmapack.content.model import Rule
from sigmapack.overlay import Overlaid
from sigmapack.overlay.filters import apply, renamed
from tests.cli.command import CORRELATION
from tests.conftest import RULE, MakeContent
from tests.overlay.folder import FILTER, client, overlaid, shortened, wrong

OTHER = RULE.replace("7a01", "7a03").replace("name: sample", "name: other")
PROCESS = OTHER.replace("dns_query", "process_creation").replace(
    "QueryName|expand: '%ioc_domains%'", "Image: a"
)
TWICE = CORRELATION.replace("7a03", "7a04")


def filtered(make_content: MakeContent, where: Path, text: str, **rules: str) -> Overlaid:
    content = make_content(**(rules or {"a": RULE, "b": OTHER}))
    return overlaid(content, where, filters={"f": text})


def rule(made: Overlaid, name: str) -> Rule:
    return made.content.by_name[name]


def test_a_filter_is_a_part_of_the_rules_condition(
    make_content: MakeContent, tmp_path: Path
) -> None:
    made = filtered(make_content, tmp_path / "acme", FILTER)
    detection = rule(made, "sample").document["detection"]
    assert detection["condition"] == "(selection) and (not _filter_1_team)"
    assert detection["_filter_1_team"] == {"Computer|startswith": "SOC-"}
    assert list(made.filtered) == ["sample"]


def test_a_rule_that_it_does_not_name_stays_as_it_is(
    make_content: MakeContent, tmp_path: Path
) -> None:
    made = filtered(make_content, tmp_path / "acme", FILTER)
    assert "_filter_1_team" not in rule(made, "other").document["detection"]


@pytest.mark.parametrize("named", ["6f1c7a3e-54a2-4f0e-9a38-0d5c1f2b7a01", "sample"])
def test_a_rule_is_named_by_id_or_name(
    make_content: MakeContent, tmp_path: Path, named: str
) -> None:
    made = filtered(make_content, tmp_path / "acme", FILTER.replace("- sample", f"- {named}"))
    assert list(made.filtered) == ["sample"]


def test_any_means_all_rules_of_the_log_source(make_content: MakeContent, tmp_path: Path) -> None:
    text = FILTER.replace("rules:\n        - sample", "rules: any")
    made = filtered(make_content, tmp_path / "acme", text, a=RULE, b=PROCESS)
    assert list(made.filtered) == ["sample"]
    wide = text.replace("    category: dns_query\n", "")
    made = filtered(make_content, tmp_path / "wide", wide, a=RULE, b=PROCESS, c=TWICE)
    assert sorted(made.filtered) == ["other", "sample"]


def test_two_filters_of_a_rule_have_selections_of_their_own(
    make_content: MakeContent, tmp_path: Path
) -> None:
    second = FILTER.replace("SOC-", "LAB-").replace("1d11", "1d12")
    content = make_content(a=RULE)
    made = overlaid(content, tmp_path / "acme", filters={"f": FILTER, "g": second})
    detection = rule(made, "sample").document["detection"]
    assert detection["condition"] == (
        "((selection) and (not _filter_1_team)) and (not _filter_2_team)"
    )


def test_a_list_of_conditions_has_it_in_each(make_content: MakeContent, tmp_path: Path) -> None:
    text = RULE.replace("condition: selection", "condition: [selection, 1 of them]")
    made = filtered(make_content, tmp_path / "acme", FILTER, a=text)
    assert rule(made, "sample").document["detection"]["condition"] == [
        "(selection) and (not _filter_1_team)",
        "(1 of them) and (not _filter_1_team)",
    ]


@pytest.mark.parametrize(
    ("condition", "own"),
    [
        ("not a", "not p_a"),
        ("not (a or b_1) and all of c*", "not (p_a or p_b_1) and all of p_c*"),
        ("not 1 of them", "not 1 of p_*"),
        ("NOT a AND 1 OF b_*", "NOT p_a AND 1 OF p_b_*"),
    ],
)
def test_only_names_of_selections_are_renamed(condition: str, own: str) -> None:
    assert renamed(condition, "p_") == own


@pytest.mark.parametrize(
    "condition",
    ["not team", "not 1 of them", "not (team and lab)", "not 1 of t*", "not all of them"],
)
def test_the_rule_says_what_pysigma_says_of_rule_and_filter(condition: str, tmp_path: Path) -> None:
    plain = RULE.replace("|expand: '%ioc_domains%'", ": [a.example, b.example]")
    text = FILTER.replace("condition: not team", f"condition: {condition}").replace(
        "    team:", "    lab:\n        User: x\n    team:"
    )
    own = client(tmp_path / "acme", filters={"f": text})
    (sigma,) = SigmaCollection.from_yaml(plain).rules
    made = apply(own.filters[0], Rule("a.yml", _document(plain)), 1)
    ours = SplunkBackend().convert(SigmaCollection.from_dicts([made.copy()]))
    theirs = SplunkBackend().convert(SigmaCollection.from_yaml(f"{plain}---\n{text}"))
    assert str(sigma.id) and ours == theirs != SplunkBackend().convert(
        SigmaCollection.from_yaml(plain)
    )


def _document(text: str) -> dict[str, object]:
    import yaml

    found: dict[str, object] = yaml.safe_load(text)
    return found


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("- sample", "- nowhere", 7, "no rule has the name or id 'nowhere', or it is switched off"),
        ("- sample", "- twice", 7, "twice is a correlation: name the rules that it is about"),
        ("- sample", "- proc", 7, "proc is on windows/process_creation, not on windows/dns_query"),
        ("rules:\n        - sample", "rules: any", 3, "no rule has the log source zeek/dns"),
    ],
)  # fmt: skip
def test_a_filter_for_no_rule_is_a_problem(
    make_content: MakeContent, tmp_path: Path, old: str, new: str, line: int, said: str
) -> None:
    text = FILTER.replace(old, new)
    if "zeek" in said:
        text = text.replace("windows", "zeek").replace("category: dns_query", "service: dns")
    proc = PROCESS.replace("name: other", "name: proc")
    made = filtered(make_content, tmp_path / "acme", text, a=RULE, b=proc, c=TWICE)
    assert [shortened(problem) for problem in made.problems] == [f"f.yml:{line}: filter: {said}"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("filter:\n", "filters:\n", "a filter has a mapping `filter`"),
        ("    condition: not team", "", "a filter has one condition, as a text"),
        ("rules:\n        - sample", "rules: []", "rules is to be a list of ids or names of rules"),
        ("logsource:", "source:", "a filter has a logsource"),
        ("not team", "((((((((((((((((((((((a", "more than 20 parentheses and negations"),
        ("SOC-", "*" * 60, "a value with more than 50 wildcards"),
    ],
)  # fmt: skip
def test_a_filter_that_is_none_is_a_problem_of_its_file(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    assert old in FILTER
    found = wrong(tmp_path / "acme", filters={"f": FILTER.replace(old, new)})
    assert [text for text in found if text.startswith("f.yml:") and said in text] != []
