"""Lists of single formats: numbers, limits, names and expressions."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from sigmapack.exports import edl, rpz, secops, suricata
from sigmapack.exports.feed import Feed, Indicator
from tests.exports.sample import feed, hits, lookalikes, own

DAY = date(2026, 12, 1)


def test_serials_of_zones_grow_with_the_day_and_over_those_without() -> None:
    serials = [rpz.serial(feed()), rpz.serial(feed(DAY)), rpz.serial(feed(date(2099, 12, 31)))]
    assert serials == sorted(set(serials)) and serials[-1] < 2**32


def test_sids_are_local_distinct_and_stay_when_rows_come_and_go() -> None:
    found = feed().of("domain", "cookie", "token")
    whole = suricata.sids(found)
    assert len(set(whole.values())) == len(found)
    assert all(suricata.FIRST_SID <= sid <= suricata.LAST_SID - 9 for sid in whole.values())
    for left_out in found:
        fewer = suricata.sids([one for one in found if one is not left_out])
        assert fewer == {value: sid for value, sid in whole.items() if value != left_out.value}


def many(number: int, value: str = "d{}.example.com") -> Feed:
    one = feed().of("domain")[0]
    found = tuple(replace(one, value=value.format(n)) for n in range(number))
    return Feed(found, (), None)


def test_values_with_one_hash_take_different_sids() -> None:
    found = list(many(2000).indicators)
    assert len(set(suricata.sids(found).values())) == 2000


def test_lists_of_expressions_are_split_at_the_limit() -> None:
    made = {name: lines for name, syntax, lines in secops.lists(many(250)) if syntax == "REGEX"}
    assert {name: len(lines) for name, lines in made.items()} == {
        "threecx_domains_regex_high": 100,
        "threecx_domains_regex_high_2": 100,
        "threecx_domains_regex_high_3": 50,
    }


def test_an_entry_that_is_too_long_is_refused_with_the_limit() -> None:
    url = "https://bad.example.com/" + "a" * 600
    one: Indicator = replace(feed().of("url")[0], value=url, confidence="high")
    with pytest.raises(ValueError, match=r"an entry of edl/urls\.txt takes 255"):
        edl.files(Feed((one,), (), None))
    with pytest.raises(ValueError, match="threecx_urls_high takes 512"):
        secops.files(Feed((one,), (), None))


def test_sets_of_qradar_are_created_before_they_are_filled() -> None:
    sets = json.loads(own()["qradar/sets.json"])
    assert {f"qradar/{one['name']}.json" for one in sets} | {"qradar/sets.json"} == {
        path for path in own() if path.startswith("qradar/")
    }
    assert {one["element_type"] for one in sets} <= {"ALN", "ALNIC", "IP"}
    for one in sets:
        values = json.loads(own()[f"qradar/{one['name']}.json"])
        assert values and len(values) == len(set(values))
        assert all(isinstance(value, str) for value in values)
    low = json.loads(own()["qradar/threecx_domains_low.json"])
    assert low == ["convieneonline.com", "www.convieneonline.com"]


def test_lists_of_secops_have_names_types_and_expressions_that_hit_no_lookalike() -> None:
    for path, data in own().items():
        if path.startswith("secops/"):
            body = json.loads(data)
            assert set(body) == {"description", "entries", "syntaxType"}
            assert re.fullmatch(r"[a-zA-Z][a-zA-Z0-9_]{0,255}", Path(path).stem)
            lines = [entry["value"] for entry in body["entries"]]
            assert not [line for line in lines if "//" in line], "a comment would begin"
    body = json.loads(own()["secops/threecx_domains_regex_high.json"])
    found = [re.compile(entry["value"], re.IGNORECASE) for entry in body["entries"]]
    for domain in json.loads(own()["qradar/threecx_domains_high.json"])[::2]:
        for name in [*hits(domain), f"{domain}."]:
            assert any(one.search(name) for one in found), name
        for name in lookalikes(domain):
            assert not any(one.search(name) for one in found), name


def test_expressions_for_urls_match_the_whole_path_on_its_own_host() -> None:
    for found in feed().of("url"):
        (text,) = secops.regex(found)
        plain = found.value.removeprefix("https://")
        host, _, path = plain.partition("/")
        hit = (found.value, plain, f"{found.value}?a=1", f"http://{host}:443/{path}")
        miss = (f"{found.value}x", f"https://x{plain}", f"https://example.org/{plain}", host)
        assert all(re.search(text, value) for value in hit), found.value
        assert not any(re.search(text, value) for value in miss), found.value


def test_intelligence_for_zeek_has_its_columns_and_notices_only_of_what_is_sure() -> None:
    head, *lines = own()["zeek/threecx.intel"].decode().splitlines()
    columns = head.split("\t")
    assert columns[:2] == ["#fields", "indicator"]
    rows = [dict(zip(columns[1:], line.split("\t"), strict=True)) for line in lines]
    assert {row["indicator_type"] for row in rows} == {
        "Intel::DOMAIN",
        "Intel::URL",
        "Intel::FILE_HASH",
        "Intel::ADDR",
    }
    assert not [row for row in rows if row["indicator"].startswith("http")]
    noticed = {row["indicator"] for row in rows if row["meta.do_notice"] == "T"}
    assert {"akamaicontainer.com", "dunamistrd.com"} <= noticed
    assert not noticed & {"convieneonline.com", "23.254.211.230", "162.0.229.159"}
    assert len({row["indicator"] for row in rows}) == len(rows)
