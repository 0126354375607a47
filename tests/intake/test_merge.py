"""Merging: only what the checks take goes in, sorted, and what is there stays."""

from __future__ import annotations

from pathlib import Path

import pytest

from sigmapack import intake
from sigmapack.checks import lookups, problems
from sigmapack.content.load import load
from sigmapack.content.model import Content
from sigmapack.intake import Merged, Unfit, merge
from sigmapack.intake.offers import EXCHANGED, Offer
from tests.conftest import ROOT


@pytest.fixture(scope="module")
def content() -> Content:
    """The pack's own."""
    return load(ROOT)


def offer(value: str, kind: str = "domain", **more: str) -> Offer:
    return Offer("feed.csv", 7, kind, value, **{"confidence": "high", "source": "feed", **more})


def merged(content: Content, table: str, *offers: Offer) -> Merged:
    return merge(content, table, offers)


def test_every_table_of_the_pack_is_written_as_it_stands(content: Content) -> None:
    for table in content.lookups.values():
        assert intake.text(table) == Path(ROOT / table.path).read_bytes()
        if table.key in EXCHANGED:
            again = merge(content, table.name, ()).table
            assert intake.text(again) == intake.text(table)


def test_a_new_value_goes_in_where_the_checks_want_it(content: Content) -> None:
    found = merged(content, "ioc_domains", offer("evil-one.example.com", valid_until="2027-01-01"))
    assert [one.value for one in found.added] == ["evil-one.example.com"] and not found.refused
    after = intake.replaced(content, found.table)
    assert [*lookups.order(after), *lookups.values(after), *problems(after)] == []
    (row,) = [r for r in found.table.rows if r.values["domain"] == "evil-one.example.com"]
    assert row.values == {
        "domain": "evil-one.example.com",
        "role": "role not stated",
        "platform": "unknown",
        "confidence": "high",
        "source": "feed",
        "first_seen": "",
        "last_seen": "",
        "valid_until": "2027-01-01",
        "advisory": "no",
    }


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("www.3cx.com", "false-indicator"),
        ("update.3cx.com", "vendor-domain"),
        ("com", "value"),
        ("microsoft.com", "vendor-domain"),
        ("login.microsoft.com", "vendor-domain"),
        ("github.com", "vendor-domain"),
        ("msstorageazure.azureedge.net", "false-indicator"),
        ("not a domain", "value"),
        ("evil?.example.com", "value"),
        ("convieneonline.com", "duplicate"),
    ],
)
def test_what_no_check_takes_is_refused_with_its_place(
    content: Content, value: str, code: str
) -> None:
    found = merged(content, "ioc_domains", offer(value), offer("evil-one.example.com"))
    assert [(p.path, p.line, p.code) for p in found.refused] == [("feed.csv", 7, code)]
    assert found.refused[0].message.startswith(f"{value}: ")
    assert [one.value for one in found.added] == ["evil-one.example.com"]


@pytest.mark.parametrize(
    "more",
    [
        {"confidence": "certain"},
        {"valid_until": "tomorrow"},
        {"first_seen": "2023-05-01", "last_seen": "2023-04-01"},
        {"platform": "vax"},
        {"source": ""},
    ],
)
def test_what_is_said_of_a_value_is_judged_too(content: Content, more: dict[str, str]) -> None:
    (problem,) = merged(content, "ioc_domains", offer("evil-one.example.com", **more)).refused
    assert problem.code == "value"


def test_low_confidence_does_not_reach_a_rule_of_high_severity(content: Content) -> None:
    low = offer("evil-one.example.com", confidence="low")
    (problem,) = merged(content, "ioc_domains", low).refused
    assert problem.code == "low-confidence"
    assert merged(content, "ioc_domains_low", low).refused == []


def test_a_value_that_is_there_stays_as_it_is(content: Content) -> None:
    found = merged(content, "ioc_domains", offer("akamaicontainer.com", role="other"))
    assert (found.added, found.changed, found.known) == ([], [], 1)
    assert found.table.rows == content.lookups["ioc_domains"].rows


def test_its_own_source_brings_a_value_up_to_date(content: Content) -> None:
    once = merged(content, "ioc_domains", offer("evil-one.example.com", role="beacon"))
    later = offer("evil-one.example.com", valid_until="2027-06-30", confidence="medium")
    again = merged(intake.replaced(content, once.table), "ioc_domains", later)
    assert [one.value for one in again.changed] == ["evil-one.example.com"]
    (row,) = [r for r in again.table.rows if r.values["domain"] == "evil-one.example.com"]
    assert (row.values["valid_until"], row.values["role"]) == ("2027-06-30", "beacon")
    same = merged(intake.replaced(content, again.table), "ioc_domains", later)
    assert (same.changed, same.known) == ([], 1)


def test_a_row_of_the_advisory_never_changes(content: Content) -> None:
    table = content.lookups["ioc_domains"]
    row = next(row for row in table.rows if row.values["advisory"] == "yes")
    again = offer(row.values["domain"], source=row.values["source"], valid_until="2020-01-01")
    found = merged(content, "ioc_domains", again)
    assert (found.changed, found.known, found.table.rows) == ([], 1, table.rows)


@pytest.mark.parametrize(
    ("table", "kind", "value"),
    [
        ("ioc_urls", "url", "https://evil-one.example.com/a/b.php"),
        ("ioc_ips_c2", "ip", "192.0.2.77"),
        ("ioc_hashes_windows_file", "hash", "ab" * 32),
        ("ioc_hashes_windows_file", "hash", "ab" * 16),
    ],
)
def test_other_kinds_fill_their_columns(
    content: Content, table: str, kind: str, value: str
) -> None:
    found = merged(content, table, offer(value, kind, file_name="a.dll"))
    assert found.refused == [] and len(found.added) == 1
    assert problems(intake.replaced(content, found.table)) == []


def test_a_table_that_nobody_exchanges_takes_nothing(content: Content) -> None:
    with pytest.raises(Unfit, match="vendor_zones is a table of zone: an import is for domain"):
        merged(content, "vendor_zones", offer("evil-one.example.com"))
    with pytest.raises(Unfit, match="there is no table none: name one of av_names"):
        merged(content, "none", offer("evil-one.example.com"))
