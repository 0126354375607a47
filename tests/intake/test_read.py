"""Reading: three formats give the same values; what is none of them is told with its line."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sigmapack.content.limits import MOST_LOOKUP
from sigmapack.intake import places, read
from sigmapack.intake.offers import Offer, normal
from sigmapack.intake.read import Unreadable
from tests.examples import tried
from tests.intake.samples import GOOD, attribute, indicator, misp, stix, table


def offers(path: Path, kind: str = "domain") -> list[Offer]:
    return read.offers(path, kind, "", "", "")


def test_the_three_formats_give_the_same_values(tmp_path: Path) -> None:
    files = [
        misp(tmp_path / "m.json", *(attribute("domain", name) for name in GOOD)),
        stix(tmp_path / "s.json", *(indicator(f"[domain-name:value = '{name}']") for name in GOOD)),
        table(tmp_path / "t.csv", *(f"{name},c2,high,feed" for name in GOOD)),
    ]
    for path in files:
        assert [offer.value for offer in offers(path)] == list(GOOD)


def test_the_lines_are_those_where_the_values_stand(tmp_path: Path) -> None:
    files = [
        misp(tmp_path / "m.json", *(attribute("domain", name) for name in GOOD)),
        stix(tmp_path / "s.json", *(indicator(f"[domain-name:value = '{name}']") for name in GOOD)),
        table(tmp_path / "t.csv", *(f"{name},c2,high,feed" for name in GOOD)),
    ]
    marks = [[f"uuid of {name}" for name in GOOD], ["indicator--"] * 2, list(GOOD)]
    for path, marked in zip(files, marks, strict=True):
        lines = path.read_text("utf-8").splitlines()
        for offer, mark in zip(offers(path), marked, strict=True):
            assert mark in lines[offer.line - 1]


def test_what_misp_says_of_a_value_is_kept(tmp_path: Path) -> None:
    sure = {"name": 'misp:confidence-level="usually-confident"'}
    path = misp(
        tmp_path / "m.json",
        attribute("domain", GOOD[0], comment="c2\nbeacon", first_seen="2023-03-01T00:00:00+00:00"),
        attribute("domain", GOOD[1], Tag=[{"name": 'misp:confidence-level="unconfident"'}]),
        attribute("domain", "log.example.org", to_ids=False),
        attribute("domain", "gone.example.org", deleted=True),
        tags=[sure],
    )
    one, two, log = offers(path)
    assert (one.confidence, one.role, one.first_seen) == ("high", "c2 beacon", "2023-03-01")
    assert one.source == "MISP event 11a3e020 of CERT of Example"
    assert two.confidence == "low"
    assert log.wrong == "is not meant for detection (to_ids)"


def test_values_in_objects_and_composite_attributes_are_found(tmp_path: Path) -> None:
    digest = "ab" * 32
    inner = {"name": "file", "Attribute": [attribute("sha256", digest, comment="in an object")]}
    path = misp(
        tmp_path / "m.json",
        attribute("filename|sha256", f"evil.dll|{'cd' * 32}"),
        attribute("domain|ip", f"{GOOD[0]}|192.0.2.7"),
        objects=[inner],
    )
    assert [(o.value, o.file_name) for o in offers(path, "hash")] == [
        ("cd" * 32, "evil.dll"),
        (digest, ""),
    ]
    assert [o.value for o in offers(path)] == [GOOD[0]]
    assert [o.value for o in offers(path, "ip")] == ["192.0.2.7"]


def test_what_stix_says_of_a_value_is_kept(tmp_path: Path) -> None:
    pattern = f"[domain-name:value = '{GOOD[0]}' OR domain-name:value LIKE '%.{GOOD[0]}']"
    path = stix(
        tmp_path / "s.json",
        indicator(pattern, valid_until="2026-12-31T00:00:00Z", confidence=50),
        indicator(f"[domain-name:value = '{GOOD[1]}']", revoked=True, confidence=0),
        {"type": "domain-name", "id": "domain-name--1", "value": "seen.example.org"},
    )
    one, two = offers(path)
    assert (one.value, one.confidence, one.valid_until) == (GOOD[0], "medium", "2026-12-31")
    assert one.source.startswith("CERT of Example, indicator--")
    assert two.wrong == "is revoked"


@pytest.mark.parametrize(
    ("pattern", "values", "wrong"),
    [
        ("[domain-name:value = 'a.example.com'] OR [domain-name:value = 'b.example.com']", 2, ""),
        ("[url:value = 'https://a.example.com/x']", 0, ""),
        ("[domain-name:value = 'a.example.com' AND url:value = 'x']", 1, "more than one value"),
        ("[domain-name:value = 'a.example.com'] FOLLOWEDBY [url:value = 'x']", 1, "more than one"),
        ("[domain-name:value LIKE '%evil%']", 1, "wildcards"),
        ("[domain-name:value MATCHES '.*']", 1, "more than one value"),
        ("[domain-name:value = 'a.example.com", 1, "more than one value"),
        ("[" + "domain-name:value = 'x' OR " * 1000 + "]", 1, "more than 10000 characters"),
    ],
)
def test_a_pattern_is_taken_where_one_value_is_enough(
    tmp_path: Path, pattern: str, values: int, wrong: str
) -> None:
    found = offers(stix(tmp_path / "s.json", indicator(pattern)))
    assert len(found) == values
    assert all(wrong in offer.wrong and bool(offer.wrong) == bool(wrong) for offer in found)


@pytest.mark.parametrize(
    ("kind", "written", "value"),
    [
        ("domain", "Evil[.]Example[dot]com.", "evil.example.com"),
        ("url", "hxxp://Evil[.]example.com/A?b=C", "https://evil.example.com/A?b=C"),
        ("hash", "AB" * 16, "ab" * 16),
        ("ip", "192[.]0[.]2[.]7", "192.0.2.7"),
        ("domain", "a\u200b.example.com", "a?.example.com"),
    ],
)
def test_a_value_is_written_as_the_tables_have_it(kind: str, written: str, value: str) -> None:
    assert normal(kind, written) == value


def test_a_value_that_stands_twice_is_one(tmp_path: Path) -> None:
    path = table(tmp_path / "t.csv", f"{GOOD[0]},c2,high,one", f"{GOOD[0].upper()}.,c2,low,two")
    (offer,) = offers(path)
    assert (offer.confidence, offer.source) == ("high", "one")


def test_what_a_file_does_not_say_comes_from_the_options_or_is_asked_for(tmp_path: Path) -> None:
    path = table(tmp_path / "t.csv", GOOD[0], columns="indicator")
    (bare,) = offers(path)
    assert bare.wrong in ("has no source: give one by --source",)
    (given_,) = read.offers(path, "domain", "a mail", "medium", "2027-01-01")
    assert not given_.wrong
    assert (given_.source, given_.confidence, given_.valid_until) == (
        "a mail",
        "medium",
        "2027-01-01",
    )


@pytest.mark.parametrize(
    ("text", "line", "code"),
    [
        ('{"a": 1,\n"b": }', 2, "json"),
        ("[" * 100_000, 1, "json"),
        ("[" * 50 + "]" * 50, 1, "json"),
        ('{"type": "other"}', 1, "format"),
        ("[1]", 1, "format"),
        ("name,colour\nx,red\n", 1, "format"),
        ("", 1, "format"),
        ('domain,role\n"a.example.com,x\n', 2, "csv"),
    ],
)
def test_what_is_none_of_the_formats_is_told_with_its_line(
    tmp_path: Path, text: str, line: int, code: str
) -> None:
    path = tmp_path / "feed"
    path.write_text(text, "utf-8")
    with pytest.raises(Unreadable) as caught:
        offers(path)
    problem = caught.value.problem
    assert (problem.line, problem.code, problem.unreadable) == (line, code, True)


def test_files_that_are_too_large_or_not_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "feed"
    with path.open("wb") as file:
        file.truncate(MOST_LOOKUP + 1)
    for code in ("too-large", "not-utf8"):
        with pytest.raises(Unreadable) as caught:
            offers(path)
        assert caught.value.problem.code == code
        path.write_bytes(b"\xff\xfe")


def test_ids_that_are_nowhere_cost_no_time() -> None:
    found = places.Places("x" * 10_000_000)
    began = time.process_time()
    for number in range(20_000):
        found.line(f"missing {number}")
    assert time.process_time() - began < 2


JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)


@tried(100)
@given(JSON, st.sampled_from(["Tag", "Attribute", "Object", "Orgc", "uuid"]))
def test_any_event_gives_offers_or_one_line(
    tmp_path_factory: pytest.TempPathFactory, data: Any, key: str
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.json"
    event = {"Attribute": [attribute("domain", "a.example.com"), data], key: data}
    path.write_text(json.dumps({"Event": event}), "utf-8")
    offers(path)


@tried(100)
@given(JSON, st.sampled_from(["objects", "pattern", "id", "confidence", "valid_until"]))
def test_any_bundle_gives_offers_or_one_line(
    tmp_path_factory: pytest.TempPathFactory, data: Any, key: str
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.json"
    one = {**indicator("[domain-name:value = 'a.example.com']"), key: data}
    bundle = {"type": "bundle", "objects": data if key == "objects" else [one, data]}
    path.write_text(json.dumps(bundle), "utf-8")
    offers(path)
