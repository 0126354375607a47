"""`report --client`: a client's name, contact, language, rules, and what it leaves out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.command import run
from tests.conftest import RULE
from tests.incident.sample import log, lookup
from tests.overlay.folder import FILTER, client_folder

SETTINGS = """\
id = "norte"
name = "Cooperativa del Norte"
contact = "soc@norte.example"
language = "es"
[rules]
off = ["proc_creation_win_threecx_fixed_build"]
"""
OWN = RULE.replace("QueryName|expand: '%ioc_domains%'", "QueryName: bad.example.com")
LABORATORY = FILTER.replace("- sample", "- dns_query_win_threecx_c2_domain").replace(
    "Machines Of The Security Team", "Machines Of The Laboratory"
)


def told(folder: Path, *more: str | Path) -> dict[str, Any]:
    result = run("report", *more, "--client", folder, "--json")
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


@pytest.fixture
def campaign(tmp_path: Path) -> Path:
    """A laboratory and a host that ask for a name of the campaign."""
    lines = (lookup(n, "www.akamaicontainer.com", host) for n, host in enumerate(("SOC-1", "WS-1")))
    return log(tmp_path / "a.jsonl", *lines)


def test_name_contact_and_language_are_the_clients(tmp_path: Path, campaign: Path) -> None:
    folder = client_folder(tmp_path / "norte", SETTINGS)
    found = told(folder, campaign)
    assert found["given"]["organisation"] == "Cooperativa del Norte"
    assert (found["to"], found["language"]) == ("soc@norte.example", "es")
    said = run("report", campaign, "--client", folder).stdout
    assert "| Organización | Cooperativa del Norte |" in said
    other = told(folder, campaign, "--lang", "en", "--organisation", "Sur")
    assert (other["language"], other["given"]["organisation"]) == ("en", "Sur")


def test_what_its_filters_leave_out_is_no_hit_and_is_said(tmp_path: Path, campaign: Path) -> None:
    folder = client_folder(tmp_path / "norte", SETTINGS, filters={"lab": LABORATORY})
    found = told(folder, campaign)
    assert [each["host"] for each in found["hosts"]] == ["WS-1"]
    left = {(each["kind"], each["name"]): each["reason"] for each in found["left_out"]}
    assert left["filter", "Machines Of The Laboratory"] == "dns_query_win_threecx_c2_domain"
    assert "switched off" in left["rule", "proc_creation_win_threecx_fixed_build"]
    said = run("report", campaign, "--client", folder).stdout
    assert "Excluido para este cliente" in said and "Machines Of The Laboratory" in said
    assert (
        told(client_folder(tmp_path / "sur", 'id = "sur"\nname = "Sur"\n'), campaign)["hosts"]
        != found["hosts"]
    )


def test_its_own_rules_run(tmp_path: Path) -> None:
    folder = client_folder(tmp_path / "norte", SETTINGS, rules={"sample": OWN})
    path = log(tmp_path / "b.jsonl", lookup(1, "bad.example.com"))
    found = told(folder, path)
    plain = json.loads(run("report", path, "--json").stdout)
    assert plain["evidence"] == []
    assert [each["rule"] for each in found["evidence"]] == ["sample"]


@pytest.mark.parametrize(
    ("option", "mark"),
    [("", "RED"), ("RED", "RED"), ("AMBER", None), ("amber+strict", None)],
    ids=["none", "red", "amber", "strict"],
)
def test_a_document_is_marked_no_lower_than_the_rules_it_names(
    tmp_path: Path, option: str, mark: str | None
) -> None:
    marked = OWN.replace("level:", "tags:\n    - tlp.red\nlevel:")
    folder = client_folder(tmp_path / "norte", SETTINGS, rules={"sample": marked})
    path = log(tmp_path / "b.jsonl", lookup(1, "bad.example.com"))
    result = run(
        *("report", path, "--client", folder, "--json"), *(("--tlp", option) if option else ())
    )
    if mark is None:
        assert result.exit_code == 2
        assert "it names what is marked TLP:RED" in result.stderr
    else:
        assert json.loads(result.stdout)["given"]["tlp"] == mark


def test_above_its_ceiling_nothing_is_named(tmp_path: Path) -> None:
    marked = OWN.replace("level:", "tags:\n    - tlp.red\nlevel:")
    settings = SETTINGS.replace("[rules]", 'tlp = "green"\n[rules]')
    folder = client_folder(tmp_path / "norte", settings, rules={"sample": marked})
    found = told(folder, log(tmp_path / "b.jsonl", lookup(1, "bad.example.com")))
    assert (found["evidence"], found["given"]["tlp"]) == ([], "AMBER")
    assert any(each["reason"].startswith("marked TLP:RED") for each in found["left_out"])


def test_a_folder_that_is_none_or_rules_beside_it_are_wrong_use(tmp_path: Path) -> None:
    path = log(tmp_path / "a.jsonl", lookup(1, "a.example"))
    assert run("report", path, "--client", tmp_path / "no").exit_code == 2
    result = run("report", path, "--client", tmp_path, "--rules", tmp_path)
    assert (result.exit_code, "--rules is not for clients" in result.stderr) == (2, True)
