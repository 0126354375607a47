"""What is still to be blocked, by a day and the day on which a site began."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.cli.command import run
from tests.overlay.folder import client_folder

DAY = ("--date", "2026-12-01")


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


def entries(*arguments: str | Path) -> dict[str, dict[str, Any]]:
    result = run("block-status", *DAY, *arguments, "--json")
    assert result.exit_code == 0, result.output
    return {each["value"]: each for each in json.loads(result.stdout)["entries"]}


@pytest.mark.parametrize(
    ("name", "since", "starts"),
    [
        ("akamaicontainer.com", "2023-03-30", "advisory"),
        ("dunamistrd.com", "2023-03-30", "advisory"),
        ("msboxonline.com", "2023-04-11", "source"),
        ("msedgeupdate.net", "2023-03-29", "source"),
        ("https://journalide.org/djour.php", "2023-04-20", "source"),
    ],
)
def test_each_entry_has_the_day_from_which_its_days_run(name: str, since: str, starts: str) -> None:
    found = entries()[name]
    assert (found["since"], found["starts"]) == (since, starts)
    end = date.fromisoformat(since) + timedelta(days=30)
    assert found["until"] == end.isoformat()


def test_every_entry_has_days_and_those_of_the_advisory_have_its_own() -> None:
    for each in entries().values():
        assert each["since"] and each["until"], each
        assert (each["starts"] == "advisory") is each["advisory"]


def test_no_day_runs_before_the_site_blocked_or_the_entry_was_known() -> None:
    early = entries("--since", "2023-04-01")
    assert early["akamaicontainer.com"]["since"] == "2023-04-01"
    assert early["msboxonline.com"]["since"] == "2023-04-11"
    late = entries("--since", "2026-11-20")
    assert {each["since"] for each in late.values()} == {"2026-11-20"}
    assert {each["until"] for each in late.values()} == {"2026-12-20"}


def test_what_became_of_a_name_is_said_with_day_and_source_or_that_nothing_is_known() -> None:
    found = entries()
    (fate,) = found["officeaddons.com"]["fates"]
    assert (fate["date"], fate["source"]) == ("2023-03-30", "3CX")
    assert found["journalide.org"]["fates"] == []
    for lang, known, unknown in (
        ("en", "16 entries, 2023-03-30, by 3CX: ", "Of 26 entries nobody has published"),
        ("es", "16 entradas, 2023-03-30, según 3CX: ", "De 26 entradas nadie ha publicado"),
    ):
        said = run("block-status", *DAY, "--lang", lang).stdout
        assert known in said and unknown in said


def test_a_site_that_says_no_first_day_is_told_that_its_days_count_as_not_over() -> None:
    line = "Your first day of blocking is not known"
    assert line in run("block-status", *DAY).stdout
    assert line not in run("block-status", *DAY, "--since", "2026-11-20").stdout


CLIENT = 'id = "norte"\nname = "Norte"\nlanguage = "es"\nblock_from = "2026-11-20"\n'
TABLE = """\
domain,role,platform,confidence,source,first_seen,last_seen,valid_until,advisory
bad.example.com,of the client alone,any,high,test,,,,no
"""


def test_a_client_has_its_own_day_rows_and_language(tmp_path: Path) -> None:
    folder = client_folder(tmp_path / "norte", CLIENT, lookups={"ioc_domains": TABLE})
    found = entries("--client", folder)
    assert found["akamaicontainer.com"]["until"] == "2026-12-20"
    assert found["bad.example.com"]["state"] == "must"
    assert entries("--client", folder, "--since", "2026-10-01")["sbmsa.wiki"]["state"] == "keep"
    said = run("block-status", *DAY, "--client", folder).stdout
    assert "su primer día de bloqueo" in said and "No antes del" in said


@pytest.mark.parametrize("day", ["2026-13-01", "1999-01-01", "20 Nov"])
def test_a_clients_day_that_is_none_is_a_problem_with_its_line(tmp_path: Path, day: str) -> None:
    folder = client_folder(tmp_path / "norte", CLIENT.replace("2026-11-20", day))
    result = run("block-status", "--client", folder)
    assert result.exit_code == 1
    assert "client.toml:4: client: block_from" in result.stdout + result.stderr
