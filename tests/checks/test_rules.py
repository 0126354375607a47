"""The house rules for rules: each fault is found at its line, and a good pack passes."""

from __future__ import annotations

import pytest

from sigmapack.checks import problems
from tests.checks.sample import OWN_RULE, MakePack, only
from tests.conftest import DOMAINS, RULE, MakeContent


def test_good_pack_has_no_problems(check_pack: MakePack) -> None:
    assert check_pack() == []


@pytest.mark.parametrize(
    ("old", "new", "line", "code", "text"),
    [
        ("author: 3CX", "modified: 2026-11-24\n#", 1, "metadata", "no author"),
        ("name: dns_query_win_sample", "name: other", 3, "name", "'other'"),
        ("6f1c7a3e-54a2-4f0e", "6f1c7a3e-54a2-1f0e", 2, "id", "version 4"),
        ("license: Apache-2.0\n", "", 1, "metadata", "no license"),
        ("license: Apache-2.0", "license: MIT", 7, "license", "Apache-2.0"),
        ("    Detects a sample", "    A sample", 5, "description", "begins with"),
        ("    - tlp.clear\n", "", 12, "tags", "tlp.clear is missing"),
        ("attack.t1071.004", "attack.t1999", 12, "attack", "attack.t1999 is not in"),
        ("    - attack.command-and-control\n", "", 12, "attack", "needs its tactic"),
        ("'%ioc_domains%'", "bad.example.com", 21, "repeated-indicator", "ioc_domains.csv"),
        ("QueryName|expand", "QueryName|contains|expand", 23, "lookalike", "lookalikes"),
        ("%ioc_domains%", "%ioc_domain%", 23, "unknown-placeholder", "ioc_domain.csv"),
        ("condition: selection", "condition: selektion", 24, "sigma", "selektion"),
    ],
)
def test_fault_in_a_rule_is_found_at_its_line(
    check_pack: MakePack, old: str, new: str, line: int, code: str, text: str
) -> None:
    found = check_pack(rule=OWN_RULE.replace(old, new, 1))
    fitting = [problem for problem in found if problem.code == code]
    assert [problem.line for problem in fitting] == [line]
    assert text in fitting[0].message


def test_an_antivirus_name_is_compared_as_its_table_says(check_pack: MakePack) -> None:
    head = "threat,whole,vendor,role,platform,confidence,source,first_seen,last_seen,valid_until"
    table = f"{head},advisory\nFamily,no,x,x,any,high,test,,,,no\n"
    place = "QueryName|expand: '%ioc_domains%'"
    for new, code in {
        "QueryName|contains|expand: '%av%'": "lookalike",
        "QueryName|contains: family": "repeated-indicator",
    }.items():
        rule = OWN_RULE.replace(place, new)
        assert code in {each.code for each in check_pack(rule=rule, tables={"av": table})}


OTHER = "bd03a0dc-5d93-49eb-b2e8-2dfd268600f8"
SIMILAR = f"    - id: {OTHER}\n      type: similar\n"


@pytest.mark.parametrize(
    ("entries", "line", "code", "text"),
    [
        (SIMILAR.replace(OTHER, "no-uuid"), 4, "sigma", "must be an UUID"),
        (SIMILAR.replace("similar", "alike"), 4, "sigma", "alike"),
        ("    - type: similar\n", 4, "sigma", "must have an id"),
        (SIMILAR.replace("similar", "correlation"), 5, "related", "is none of: derived"),
        (SIMILAR.replace(OTHER, "6F1C7A3E-54a2-4f0e-9a38-0d5c1f2b7a01"), 5, "related", "others"),
        (SIMILAR + SIMILAR, 7, "related", "twice"),
    ],
)
def test_fault_in_a_related_rule_is_found_at_its_line(
    check_pack: MakePack, entries: str, line: int, code: str, text: str
) -> None:
    rule = OWN_RULE.replace("status:", f"related:\n{entries}status:", 1)
    found = [problem for problem in check_pack(rule=rule) if problem.code == code]
    assert [problem.line for problem in found] == [line]
    assert text in found[0].message


def test_related_rules_of_others_are_good(check_pack: MakePack) -> None:
    assert check_pack(rule=OWN_RULE.replace("status:", f"related:\n{SIMILAR}status:", 1)) == []


def test_sigmahq_validators_are_applied(check_pack: MakePack) -> None:
    name, _, code, message = only(check_pack(rule=OWN_RULE.replace("Analysts", "analysts")))
    assert (name, code) == ("dns_query_win_sample.yml", "validator")
    assert message.startswith("SigmahqFalsepositivesCapital: ")


def test_validator_is_excluded_by_a_waiver_with_a_reason(check_pack: MakePack) -> None:
    rule = OWN_RULE.replace("Analysts", "analysts")
    waiver = (
        '[[waiver]]\nrules = ["dns_query_*"]\nscopes = ["SigmahqFalsepositivesCapital"]\n'
        'outcome = "excluded"\nreason = "a test"\n'
    )
    assert check_pack(rule=rule, waivers=waiver) == []
    assert only(check_pack(waivers=waiver))[2] == "unneeded-waiver"


def test_low_confidence_never_reaches_a_high_rule(check_pack: MakePack) -> None:
    domains = DOMAINS.replace("any,high,test,,,,no", "any,low,test,,,,no")
    name, line, code, message = only(check_pack(domains=domains))
    assert (name, line, code) == ("dns_query_win_sample.yml", 23, "low-confidence")
    assert "worse.example.net" in message


def test_foreign_rules_need_not_follow_the_house_rules(make_content: MakeContent) -> None:
    assert problems(make_content(a=RULE)) == []
