"""Defender's indicators, as they are imported."""

from __future__ import annotations

import csv
import io
import re

from sigmapack.content.load import load
from sigmapack.targets.defender import indicators
from tests.conftest import ROOT
from tests.targets.defender.shipped import files
from tests.targets.sample import MakeContent


def rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(files()[f"indicators/{name}.csv"].decode())))


def test_indicators_have_the_columns_and_values_of_the_import() -> None:
    for name in ("indicators_alert", "indicators_block"):
        found = rows(name)
        assert 0 < len(found) <= 500
        assert tuple(found[0]) == indicators.COLUMNS
        assert len({(row["IndicatorType"], row["IndicatorValue"]) for row in found}) == len(found)
        for row in found:
            value, hexadecimal = row["IndicatorValue"], r"[0-9a-f]{%d}"
            pattern = {
                "DomainName": r"[a-z0-9.-]+\.[a-z]+",
                "Url": r"https?://[\w.-]+/\S+",
                "FileSha1": hexadecimal % 40,
                "FileSha256": hexadecimal % 64,
            }[row["IndicatorType"]]
            assert re.fullmatch(pattern, value), value
            assert row["Title"] and row["Description"] and row["RecommendedActions"]
            assert row["ExpirationTime"] == "" and row["GenerateAlert"] == "True"
            assert row["Severity"] in ("Low", "Medium", "High")
            assert row["Category"] in ("CommandAndControl", "Malware")
            assert row["Action"] == ("Audit" if name.endswith("alert") else "Block")


def test_only_what_the_advisory_lists_or_is_certain_is_blocked() -> None:
    known: dict[str, list[tuple[str, str, str]]] = {}
    for lookup in load(ROOT).lookups.values():
        for row in lookup.rows:
            entry = (lookup.name, row.values.get("confidence", ""), row.values.get("advisory", ""))
            known.setdefault(row.values[lookup.key].lower(), []).append(entry)
    for blocked in rows("indicators_block"):
        found = known[blocked["IndicatorValue"].lower()]
        assert any(level == "high" or listed == "yes" for _, level, listed in found)
        assert not any(name.endswith("_low") for name, _, _ in found)
    alerted = {row["IndicatorValue"] for row in rows("indicators_alert")}
    assert {row["IndicatorValue"] for row in rows("indicators_block")} <= alerted
    advisory = [value for value, found in known.items() if any(e[2] == "yes" for e in found)]
    assert set(advisory) <= {row["IndicatorValue"] for row in rows("indicators_block")}
    for told in rows("indicators_alert"):
        assert any(level != "low" for _, level, _ in known[told["IndicatorValue"].lower()])


def test_more_indicators_than_one_import_takes_are_split(make_content: MakeContent) -> None:
    header = "domain,role,platform,confidence,source,first_seen,last_seen,valid_until,advisory\n"
    lines = "".join(f"d{n}.example.com,c2,any,high,test,,,,no\n" for n in range(501))
    content = make_content({"ioc_domains": header + lines})
    found = {file.path: file.data for file in indicators.files(content)}
    assert sorted(found) == [
        "indicators/indicators_alert.csv",
        "indicators/indicators_alert_2.csv",
        "indicators/indicators_block.csv",
        "indicators/indicators_block_2.csv",
    ]
    assert len(found["indicators/indicators_block.csv"].splitlines()) == 501
