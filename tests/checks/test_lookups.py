"""The house rules for tables of indicators: each fault is found at its line."""

from __future__ import annotations

import pytest

from sigmapack import making
from sigmapack.checks import problems
from sigmapack.content.load import load
from tests.checks.sample import MakePack, only
from tests.conftest import DOMAINS, ROOT, RULE, RulesFolder

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


ZONES = (
    "zone,role,platform,confidence,source,first_seen,last_seen,valid_until,advisory\n"
    "zone.example.org,telephone systems,any,high,test,,,,no\n"
)


@pytest.mark.parametrize("name", ["pbx.zone.example.org", "zone.example.org", "example.org"])
def test_indicator_in_a_zone_of_the_vendor_is_found(check_pack: MakePack, name: str) -> None:
    domains = DOMAINS + ROW.replace("third.example.net", name)
    found = check_pack(domains=domains, tables={"zones": ZONES})
    mine = [problem for problem in found if "(zone.example.org)" in problem.message]
    assert only(mine)[:3] == ("ioc_domains.csv", 4, "vendor-domain")


ADDRESSES = (
    "url,host,path,role,platform,confidence,source,first_seen,last_seen,valid_until,advisory\n"
    "https://files.vendor.example.org{path},files.vendor.example.org,{path},download,any,high,test"
    ",,,,no\n"
)


def test_file_on_a_vendors_host_is_an_indicator_and_the_host_alone_is_none(
    check_pack: MakePack,
) -> None:
    """An address on a file host is looked for whole."""
    file = {"ioc_urls": ADDRESSES.format(path="/d/1a2b3c/file")}
    assert [p for p in check_pack(tables=file) if p.code == "vendor-domain"] == []
    host = {"ioc_urls": ADDRESSES.format(path="/")}
    assert only([p for p in check_pack(tables=host) if p.code == "vendor-domain"])[:3] == (
        *("ioc_urls.csv", 2),
        "vendor-domain",
    )


def test_zone_is_held_to_be_a_domain(check_pack: MakePack) -> None:
    assert check_pack(tables={"zones": ZONES}) == []
    wrong = ZONES.replace("zone.example.org", "zone.examplenotld")
    assert only(check_pack(tables={"zones": wrong}))[:3] == ("zones.csv", 2, "value")


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


THREATS = "threat,whole,vendor,role,platform,confidence,source,first_seen,last_seen,valid_until"


def threats(name: str, whole: str) -> dict[str, str]:
    return {"av": f"{THREATS},advisory\n{name},{whole},x,x,any,high,test,,,,no\n"}


@pytest.mark.parametrize(
    ("name", "whole"),
    [
        ("False.example.com", "yes"),
        ("Linux/False.Example.COM.E", "yes"),
        ("Linux/False.Example.COM.E", "no"),
        ("Example", "no"),
    ],
)
def test_generic_antivirus_name_is_refused_also_as_a_part(
    check_pack: MakePack, name: str, whole: str
) -> None:
    assert only(check_pack(tables=threats(name, whole)))[1:3] == (2, "false-indicator")


def test_antivirus_name_is_whole_or_not(check_pack: MakePack) -> None:
    assert not check_pack(tables=threats("Family", "yes"))
    assert only(check_pack(tables=threats("Family", "often")))[1:3] == (2, "value")
    without = {"av": threats("Family", "no")["av"].replace("whole,", "part,")}
    assert only(check_pack(tables=without))[1:3] == (1, "schema")


def test_a_table_that_is_too_long_for_products_stops_a_build_and_no_replay(
    rules_folder: RulesFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sigmapack.content.limits.MOST_BUILT", 1)
    folder = rules_folder(a=RULE)
    (problem,) = problems(load(ROOT, folder))
    assert (problem.code, problem.line) == ("long-table", 1)
    assert problem.message.startswith("2 rows, 1 are the most of a table that goes into products")
    with pytest.raises(making.Stopped):
        making.checked(ROOT, folder)
    assert [step.rule.name for step in making.replayable(ROOT, folder).steps] == ["sample"]
