"""The house rules for tables of indicators: each fault is found at its line."""

from __future__ import annotations

import pytest

from tests.checks.sample import MakePack, only
from tests.conftest import DOMAINS

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


@pytest.mark.parametrize(
    ("value", "algorithm"), [("ab" * 16, "sha256"), ("AB" * 32, "sha256"), ("zz" * 16, "md5")]
)
def test_hash_of_wrong_length_or_letters_is_found(
    check_pack: MakePack, value: str, algorithm: str
) -> None:
    head = "hash,algorithm,role,platform,confidence,source,first_seen,last_seen,valid_until"
    table = f"{head},advisory\n{value},{algorithm},x,any,high,test,,,,no\n"
    assert only(check_pack(tables={"hashes": table}))[1:3] == (2, "value")
