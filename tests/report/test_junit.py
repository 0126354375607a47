"""JUnit's XML: valid, one test a problem or a file that is well, and counts that add up."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from xmlschema import XMLSchema
from xmlschema.exceptions import XMLSchemaException

from sigmapack.content.model import Problem
from sigmapack.report import junit
from tests.examples import tried
from tests.report.problems import ANY, SAMPLE

SCHEMA = XMLSchema(Path(__file__).with_name("junit.xsd"))


def read(problems: list[Problem], *files: str) -> ElementTree.Element:
    data = junit.document(problems, files)
    assert data.startswith(junit.MARK)
    SCHEMA.validate(data.decode())
    return ElementTree.fromstring(data)


def test_a_problem_is_a_failed_test_with_its_file_and_line() -> None:
    root = read(SAMPLE, "sigma_rules/a.yml", "sigma_rules/good.yml")
    suites = {suite.get("file"): suite for suite in root}
    names = [case.get("name") for case in suites["sigma_rules/a.yml"]]
    assert names == ["sigma_rules/a.yml:3: schema", "sigma_rules/a.yml:3: schema (2)"]
    failure = suites["sigma_rules/a.yml"][0][0]
    assert (failure.tag, failure.get("type")) == ("failure", "schema")
    assert failure.get("message") == "level: is missing: give one"
    assert failure.text == str(SAMPLE[0])


def test_a_file_that_is_well_is_a_passed_test() -> None:
    root = read(SAMPLE, "sigma_rules/a.yml", "sigma_rules/good.yml")
    (good,) = [suite for suite in root if suite.get("file") == "sigma_rules/good.yml"]
    assert [(case.get("name"), len(case)) for case in good] == [("sigma_rules/good.yml", 0)]
    assert (good.get("tests"), good.get("failures")) == ("1", "0")


def test_what_cannot_be_read_is_an_error_and_the_counts_add_up() -> None:
    root = read(SAMPLE, "sigma_rules/good.yml")
    assert [root.get(key) for key in ("tests", "failures", "errors")] == ["5", "3", "1"]
    assert len(root.findall(".//failure")) == 3 and len(root.findall(".//error")) == 1


def test_what_no_xml_can_hold_is_shown_as_an_escape() -> None:
    root = read(SAMPLE)
    (text,) = [e.text for e in root.iter("failure") if e.get("type") == "value"]
    assert text == "/else/where.csv:12: value: <b>&\"'\\x1b[31m\\u202e?]]>"


@tried(50, 2)
@given(ANY)
def test_any_problems_give_a_valid_file(problems: list[Problem]) -> None:
    root = read(problems)
    assert int(root.get("tests", "")) == len(problems)


def test_the_schema_refuses_what_no_pipeline_reads() -> None:
    data = junit.document(SAMPLE, ()).decode()
    for wrong in (data.replace("failure", "fault"), data.replace(' tests="', ' test="')):
        with pytest.raises(XMLSchemaException):
            SCHEMA.validate(wrong)
