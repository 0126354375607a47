"""What is still to be blocked, by a day and the day on which a site began."""

from __future__ import annotations

import json

from tests.cli.command import run


def states(*arguments: str) -> dict[str, str]:
    result = run("block-status", *arguments, "--json")
    assert result.exit_code == 0, result.output
    return {each["value"]: each["state"] for each in json.loads(result.stdout)["entries"]}


def test_thirty_days_are_the_least_and_then_it_is_better_kept() -> None:
    name = "akamaicontainer.com"
    assert states("--date", "2026-12-30", "--since", "2026-11-30")[name] == "must"
    assert states("--date", "2026-12-31", "--since", "2026-11-30")[name] == "keep"
    assert states("--date", "2026-12-31")[name] == "must"


def test_all_of_the_advisory_is_there_and_no_vendors_name() -> None:
    result = run("block-status", "--date", "2026-12-01", "--json")
    entries = json.loads(result.stdout)["entries"]
    listed = [e for e in entries if e["kind"] == "domain" and e["advisory"]]
    assert len(listed) == 21
    assert not any("3cx.com" in entry["value"] or entry["kind"] == "ip" for entry in entries)


def test_the_table_says_why_in_either_language() -> None:
    said = run("block-status", "--date", "2026-12-01", "--since", "2026-01-01").stdout
    assert "keep it: who has the name today is not known" in said
    spanish = run("block-status", "--date", "2026-12-01", "--lang", "es").stdout
    assert "bloquee: no han pasado los días del aviso" in spanish


def test_what_is_no_day_is_wrong_use() -> None:
    result = run("block-status", "--date", "1.12.2026")
    assert result.exit_code == 2
    assert "is no day of the form YYYY-MM-DD" in result.stderr
