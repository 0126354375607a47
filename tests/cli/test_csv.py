"""`replay --csv`: a line a match, as RFC 4180 has it, without formulas."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from tests.cli.command import CORRELATION, lookups, process, run
from tests.conftest import RULE, RulesFolder


def test_it_holds_what_json_does(rules_folder: RulesFolder, tmp_path: Path) -> None:
    events = lookups(tmp_path / "e.jsonl", "bad.example.com", 'a"b,c.worse.example.net')
    given = ("replay", events, "--rules", rules_folder(sample=RULE, twice=CORRELATION))
    wanted = [json.loads(line) for line in run(*given, "--json").stdout.splitlines()]
    done = process(*given, "--csv")
    assert done.returncode == 0 and done.stdout.count(b"\r\n") == done.stdout.count(b"\n") == 4
    rows = list(csv.DictReader(io.StringIO(done.stdout.decode(), newline=""), strict=True))
    assert set(rows[0]) == set().union(*wanted)
    for row, match in zip(rows, wanted, strict=True):
        assert json.loads(row.pop("fields")) == match.pop("fields")
        assert json.loads(row.pop("records") or "null") == match.pop("records", None)
        assert row == {name: "" if value is None else str(value) for name, value in match.items()}


def test_no_match_is_a_header(rules_folder: RulesFolder, tmp_path: Path) -> None:
    events = lookups(tmp_path / "e.jsonl", "good.example.com")
    done = process("replay", events, "--rules", rules_folder(sample=RULE), "--csv")
    assert done.stdout == (
        b"rule_id,rule,title,level,file,record,timestamp,host,fields,records\r\n"
    )


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "\n", "\uff1d"])
def test_a_formula_is_a_text(rules_folder: RulesFolder, tmp_path: Path, sign: str) -> None:
    """A host is called as its owner likes."""
    events = lookups(tmp_path / "e.jsonl", "bad.example.com")
    host = f"{sign}HYPERLINK(1)"
    text = events.read_text("utf-8").replace('"WS-1"', json.dumps(host))
    events.write_text(text, "utf-8")
    done = process("replay", events, "--rules", rules_folder(sample=RULE), "--csv")
    (row,) = csv.DictReader(io.StringIO(done.stdout.decode(), newline=""), strict=True)
    assert row["host"] == f"'{host}"


def test_two_forms_at_once_are_wrong_use(rules_folder: RulesFolder, tmp_path: Path) -> None:
    events = lookups(tmp_path / "e.jsonl", "bad.example.com")
    result = run("replay", events, "--json", "--csv")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "--json and --csv" in result.stderr


def test_a_year_gives_times_to_logs_that_have_none(
    rules_folder: RulesFolder, tmp_path: Path
) -> None:
    log = tmp_path / "dns.log"
    log.write_text(
        "Mar 29 10:00:00 gw dnsmasq[7]: query[A] bad.example.com from 192.0.2.7\n", "utf-8"
    )
    rule = RULE.replace("product: windows\n    category: dns_query", "category: dns").replace(
        "QueryName", "query"
    )
    given = ("replay", log, "--rules", rules_folder(sample=rule), "--json")
    for options, wanted in (((), None), (("--year", "2023"), "2023-03-29T10:00:00.000Z")):
        result = run(*given, *options)
        assert json.loads(result.stdout)["timestamp"] == wanted
    assert run(*given, "--year", "23").exit_code == 2
