"""Checks: each finds what it is for, at its place, and lets good content pass."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from sigmapack.checks import lookups, problems
from sigmapack.checks.outcomes import outcome_problems
from sigmapack.compiling.product import Query
from sigmapack.content.load import load
from sigmapack.content.model import Problem, Waiver
from tests.conftest import DOMAINS, RULE, MakeContent

OWN_RULE = """\
title: Sample Domain Was Asked For By A Windows Host
id: 6f1c7a3e-54a2-4f0e-9a38-0d5c1f2b7a01
name: dns_query_win_sample
status: experimental
description: |
    Detects a sample, with all that the house rules ask and no more.
license: Apache-2.0
references:
    - https://nvd.nist.gov/vuln/detail/CVE-2023-29059
author: 3CX Detection Pack Maintainers
date: 2026-11-23
tags:
    - attack.command-and-control
    - attack.t1071.004
    - cve.2023-29059
    - tlp.clear
    - detection.emerging-threats
logsource:
    product: windows
    category: dns_query
detection:
    selection:
        QueryName|expand: '%ioc_domains%'
    condition: selection
response: sample
falsepositives:
    - Analysts who resolve the domain
level: high
"""

ATTACK = """\
version = "19.1"
[tactics]
command-and-control = { id = "TA0011", name = "Command and Control" }
[techniques]
"T1071.004" = { name = "DNS", tactics = ["command-and-control"] }
"""

NEVER = """\
vendor_domains = ["vendor.example.org"]
[false_indicators]
"false.example.com" = "made up"
"""

RESPONSE = """
contact = "team@example.org"
[playbook.sample]
title = "Sample"
check = ["Look."]
contain = ["Stop it."]
tell = "Tell {contact}."
"""

COVERAGE = """
[[stage]]
id = "X1"
title = "Sample"
techniques = []
rules = ["dns_query_win_sample"]
"""

MakePack = Callable[..., list[Problem]]


@pytest.fixture
def check_pack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MakePack:
    """Write a small pack of our own, changed as asked, and give its problems."""
    monkeypatch.setattr(lookups, "ADVISORY_DOMAINS", 1)

    def make(
        rule: str = OWN_RULE,
        domains: str = DOMAINS,
        tables: dict[str, str] | None = None,
        events: int = 3,
        waivers: str = "",
    ) -> list[Problem]:
        folder = "windows/dns_query"
        rules, seen = tmp_path / "sigma_rules", tmp_path / "tests/events" / folder
        files = {
            rules / "attack.toml": ATTACK,
            rules / "waivers.toml": waivers,
            rules / "coverage.toml": COVERAGE,
            rules / "response.toml": RESPONSE,
            rules / folder / "dns_query_win_sample.yml": rule,
            tmp_path / "lookups/never.toml": NEVER,
            tmp_path / "lookups/ioc_domains.csv": domains,
        }
        for kind in ("match", "miss"):
            name = seen / f"dns_query_win_sample.{kind}.jsonl"
            files[name] = f"{json.dumps({'EventID': 22})}\n" * events
        for stem, text in (tables or {}).items():
            files[tmp_path / f"lookups/{stem}.csv"] = text
        for path, text in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        return problems(load(tmp_path))

    return make


def only(found: list[Problem]) -> tuple[str, int, str, str]:
    (problem,) = found
    return Path(problem.path).name, problem.line, problem.code, problem.message


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


ROW = "third.example.net,c2,any,high,test,,,,no\n"


@pytest.mark.parametrize(
    ("row", "code", "text"),
    [
        ("bad.example.com,c2,any,high,test,,,,no\n", "duplicate", "stands at"),
        ("aaa.example.net,c2,any,high,test,,,,no\n", "order", "sort the rows"),
        (ROW.replace("third.example.net", "Third.example.net"), "value", "lower case"),
        (ROW.replace("third.example.net", "third.examplenotld"), "value", "Public Suffix"),
        (ROW.replace("third.example.net", "x.co.uk.").replace("x.", "xx."), "value", "domain"),
        (ROW.replace(",high,", ",certain,"), "value", "confidence 'certain'"),
        (ROW.replace(",any,", ",amiga,"), "value", "platform 'amiga'"),
        (ROW.replace(",test,", ",,"), "value", "source ''"),
        (ROW.replace("test,,", "test,2023-13-01,"), "value", "not a date"),
        (ROW.replace("test,,,", "test,2023-03-02,2023-03-01,"), "value", "before first_seen"),
        (ROW.replace("third.example.net", "x.vendor.example.org"), "vendor-domain", "vendor"),
        (ROW.replace("third.example.net", "example.org"), "vendor-domain", "vendor"),
    ],
)
def test_fault_in_a_table_is_found_at_its_line(
    check_pack: MakePack, row: str, code: str, text: str
) -> None:
    found = [problem for problem in check_pack(domains=DOMAINS + row) if problem.code == code]
    assert [problem.line for problem in found] == [4]
    assert text in found[0].message


def test_false_indicator_is_refused_with_its_reason(check_pack: MakePack) -> None:
    domains = DOMAINS.replace("worse.example.net", "false.example.com")
    assert only(check_pack(domains=domains))[2:] == (
        "false-indicator",
        "false.example.com is no indicator: made up",
    )


def test_advisory_must_be_complete(check_pack: MakePack) -> None:
    name, line, code, _ = only(check_pack(domains=DOMAINS.replace(",yes", ",no")))
    assert (name, line, code) == ("ioc_domains.csv", 1, "advisory")


def test_missing_column_is_found(check_pack: MakePack) -> None:
    domains = DOMAINS.replace("confidence", "trust")
    assert only(check_pack(domains=domains))[1:] == (1, "schema", "missing columns: confidence")


def test_low_confidence_never_reaches_a_high_rule(check_pack: MakePack) -> None:
    domains = DOMAINS.replace("any,high,test,,,,no", "any,low,test,,,,no")
    name, line, code, message = only(check_pack(domains=domains))
    assert (name, line, code) == ("dns_query_win_sample.yml", 23, "low-confidence")
    assert "worse.example.net" in message


@pytest.mark.parametrize(
    ("value", "algorithm"), [("ab" * 16, "sha256"), ("AB" * 32, "sha256"), ("zz" * 16, "md5")]
)
def test_hash_of_wrong_length_or_letters_is_found(
    check_pack: MakePack, value: str, algorithm: str
) -> None:
    head = "hash,algorithm,role,platform,confidence,source,first_seen,last_seen,valid_until"
    table = f"{head},advisory\n{value},{algorithm},x,any,high,test,,,,no\n"
    assert only(check_pack(tables={"hashes": table}))[1:3] == (2, "value")


def test_rule_with_too_few_events_is_found(check_pack: MakePack) -> None:
    assert {problem.code for problem in check_pack(events=2)} == {"few-events"}


def test_events_without_a_rule_are_found(check_pack: MakePack, tmp_path: Path) -> None:
    stray = tmp_path / "tests/events/windows/other.match.jsonl"
    stray.parent.mkdir(parents=True)
    stray.write_text("{}\n")
    assert only(check_pack())[2] == "stray-events"


def test_rule_without_events_is_found(check_pack: MakePack, tmp_path: Path) -> None:
    check_pack()
    (tmp_path / "tests/events/windows/dns_query/dns_query_win_sample.miss.jsonl").unlink()
    assert [p.code for p in problems(load(tmp_path))] == ["no-events"]


def test_two_rules_with_one_id_are_found(make_content: MakeContent) -> None:
    content = make_content(a=RULE, b=RULE.replace("name: sample", "name: other"))
    name, line, code, message = only(problems(content))
    assert (name, line, code) == ("b.yml", 2, "duplicate-id")
    assert "a.yml:2" in message


def test_correlation_of_an_unknown_rule_is_found(make_content: MakeContent) -> None:
    correlation = (
        "title: c\nid: 6f1c7a3e-54a2-4f0e-9a38-0d5c1f2b7a02\ncorrelation:\n    type: temporal\n"
        "    rules: [sample, gone]\n    group-by: [Computer]\n    timespan: 1h\n"
    )
    found = problems(make_content(a=RULE, b=correlation))
    assert only(found)[1:3] == (5, "unknown-rule")


def test_foreign_rules_need_not_follow_the_house_rules(make_content: MakeContent) -> None:
    assert problems(make_content(a=RULE)) == []


class TestOutcomes:
    """Refusals must be declared, and declarations must be needed."""

    def queries(self, content: object, outcome: str) -> list[Query]:
        rule = content.rules[0]  # type: ignore[attr-defined]
        return [Query(rule, "loki", "logql", outcome, "because", "", "")]

    def content(self, make_content: MakeContent, *waivers: Waiver) -> object:
        from dataclasses import replace

        return replace(make_content(a=RULE), own=True, waivers=waivers)

    def test_undeclared_refusal_is_a_problem(self, make_content: MakeContent) -> None:
        content = self.content(make_content)
        found = list(outcome_problems(content, self.queries(content, "refused")))  # type: ignore[arg-type]
        assert only(found)[2] == "undeclared-outcome"
        assert "refused on loki/logql: because" in found[0].message

    @pytest.mark.parametrize("scope", ["loki", "loki/logql"])
    def test_declared_refusal_passes(self, make_content: MakeContent, scope: str) -> None:
        content = self.content(make_content, Waiver("sam*", scope, "refused", "why", 1))
        queries = self.queries(content, "refused")
        assert list(outcome_problems(content, queries)) == []  # type: ignore[arg-type]

    def test_waiver_that_is_not_needed_is_a_problem(self, make_content: MakeContent) -> None:
        content = self.content(make_content, Waiver("sample", "loki", "refused", "why", 7))
        found = list(outcome_problems(content, self.queries(content, "ok")))  # type: ignore[arg-type]
        assert only(found)[1:3] == (7, "unneeded-waiver")

    def test_waiver_of_a_target_that_is_not_built_is_left_alone(
        self, make_content: MakeContent
    ) -> None:
        content = self.content(make_content, Waiver("sample", "splunk", "refused", "why", 7))
        assert list(outcome_problems(content, self.queries(content, "ok"))) == []  # type: ignore[arg-type]

    def test_foreign_folder_without_waivers_declares_nothing(
        self, make_content: MakeContent
    ) -> None:
        content = make_content(a=RULE)
        assert list(outcome_problems(content, self.queries(content, "refused"))) == []


@pytest.mark.parametrize(
    "detection",
    [
        "    selection: {QueryName: a}\n    condition: 5",
        "    selection: {QueryName: a}\n    condition: [a, 5]",
        "    7: {QueryName: a}\n    condition: 7",
    ],
)
def test_a_detection_of_wrong_types_is_a_problem_and_no_crash(
    make_content: MakeContent, detection: str
) -> None:
    text = RULE.partition("detection:")[0] + f"detection:\n{detection}\nlevel: high\n"
    found = problems(make_content(bad=text))
    assert [problem.code for problem in found] == ["sigma"]


@pytest.mark.parametrize("rules", ["[]", "[5]", "sample", "{a: b}"])
def test_a_correlation_of_wrong_types_is_a_problem_and_no_crash(
    make_content: MakeContent, rules: str
) -> None:
    text = (
        "title: Bad\nid: 6f1c7a3e-54a2-4f0e-9a38-0d5c1f2b7a09\nname: bad\ncorrelation:\n"
        f"    type: event_count\n    rules: {rules}\n    group-by: [Computer]\n"
        "    timespan: 1h\n    condition: {gte: 2}\nlevel: high\n"
    )
    found = problems(make_content(sample=RULE, bad=text))
    assert all(problem.code in ("sigma", "unknown-rule") for problem in found)
