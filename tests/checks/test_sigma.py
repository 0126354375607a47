"""What any folder of Sigma rules must pass."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sigmapack.checks import problems
from sigmapack.content.load import load
from tests.checks.sample import only
from tests.conftest import ROOT, RULE, MakeContent, RulesFolder


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


def test_a_correlation_of_no_rules_is_a_problem_and_no_crash() -> None:
    """The house rules read correlations, and ended in a traceback at one that is no Sigma."""
    content = load(ROOT)
    broken = content.by_name["correlation_threecx_beacon_host"]
    document = {**broken.document, "correlation": {**broken.document["correlation"], "rules": None}}
    rules = tuple(
        rule.with_document(document) if rule is broken else rule for rule in content.rules
    )
    found = problems(replace(content, rules=rules))
    assert [(problem.path, problem.code) for problem in found] == [(broken.path, "sigma")]


def test_two_files_of_one_name_are_a_problem(rules_folder: RulesFolder) -> None:
    """What is built of them has one path, which ended the build in a traceback."""
    folder = rules_folder(sample=RULE)
    (folder / "below").mkdir()
    other = RULE.replace("7a01", "7a02").replace("name: sample", "name: other")
    (folder / "below" / "Sample.yml").write_text(other, "utf-8")
    assert [problem.code for problem in problems(load(ROOT, folder))] == ["duplicate-file"]


def test_two_documents_of_a_file_need_names(make_content: MakeContent) -> None:
    """The second was built with the query of the first."""
    one = RULE.replace("name: sample\n", "")
    content = make_content(sample=f"{one}---\n{one.replace('7a01', '7a02')}")
    assert [problem.code for problem in problems(content)] == ["duplicate-name"]


def test_what_pysigma_did_not_foresee_is_a_problem(
    make_content: MakeContent, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RecursionError

    monkeypatch.setattr("sigmapack.checks.sigma.SigmaRule.from_dict", fail)
    (problem,) = problems(make_content(sample=RULE))
    assert (problem.code, problem.message) == ("sigma", "not a Sigma rule: RecursionError")


def test_placeholders_that_multiply_are_counted_before_they_do(make_content: MakeContent) -> None:
    table = "domain,role\n" + "".join(f"d{n}.example.com,r{n}\n" for n in range(100))
    text = RULE.replace("%ioc_domains%", "%ioc_domains%%ioc_domains.role%")
    (problem,) = problems(make_content(lookups={"ioc_domains": table}, sample=text))
    assert (problem.line, problem.code) == (9, "too-large")
    assert "stands for 10,000 values, 5,000 are the most" in problem.message


def test_a_table_without_rows_is_a_problem_where_a_rule_needs_it(make_content: MakeContent) -> None:
    (problem,) = problems(make_content(lookups={"ioc_domains": "domain\n"}, sample=RULE))
    assert (problem.line, problem.code) == (9, "empty-lookup")


def test_hashes_without_their_algorithms_are_a_problem_of_the_table(
    make_content: MakeContent,
) -> None:
    text = RULE.replace("QueryName|expand: '%ioc_domains%'", "Hashes|expand: '%ioc_hashes%'")
    table = f"hash,role\n{'a' * 64},c2\n"
    (problem,) = problems(make_content(lookups={"ioc_hashes": table}, sample=text))
    assert (problem.line, problem.code) == (1, "schema")
    assert problem.message == "the first column, 'hash', needs the column algorithm"
