"""Rows of a client: added, withdrawn, marked too high; and tables of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from sigmapack.content.model import Content
from tests.conftest import DOMAINS, RULE, MakeContent
from tests.overlay.folder import SETTINGS, overlaid, shortened

HEADER = DOMAINS.partition("\n")[0] + "\n"
OWN = HEADER + "own.example.org,c2,any,high,ours,,,,no\n"
WITHDRAWN = """
[[withdrawn]]
table = "ioc_domains"
value = "BAD.example.com"
reason = "ours"
"""


def domains(content: Content) -> list[str]:
    return list(content.lookups["ioc_domains"].values())


def test_rows_are_added_to_the_packs_table(make_content: MakeContent, tmp_path: Path) -> None:
    content = make_content(a=RULE)
    made = overlaid(content, tmp_path / "acme", lookups={"ioc_domains": OWN})
    assert domains(made.content) == ["bad.example.com", "worse.example.net", "own.example.org"]
    assert domains(content) == ["bad.example.com", "worse.example.net"]
    assert [(row.value, row.change) for row in made.rows] == [("own.example.org", "added")]


def test_a_table_of_its_own_is_one_more(make_content: MakeContent, tmp_path: Path) -> None:
    made = overlaid(make_content(a=RULE), tmp_path / "acme", lookups={"machines": "host\nWS-1\n"})
    assert sorted(made.content.lookups) == ["ioc_domains", "machines"]


def test_a_row_is_withdrawn_with_its_reason(make_content: MakeContent, tmp_path: Path) -> None:
    made = overlaid(make_content(a=RULE), tmp_path / "acme", SETTINGS + WITHDRAWN)
    assert domains(made.content) == ["worse.example.net"]
    assert [row._asdict() for row in made.rows] == [
        {
            "table": "ioc_domains",
            "value": "bad.example.com",
            "change": "withdrawn",
            "reason": "ours",
        }
    ]


@pytest.mark.parametrize(
    ("settings", "lookups", "said"),
    [
        (WITHDRAWN.replace("ioc_d", "d"), {}, "client.toml:5: client: there is no table 'domains'"),
        (WITHDRAWN.replace("BAD", "x"), {}, "client.toml:6: client: 'x.example.com' is no value"),
        ("", {"ioc_domains": "domain\nx.example\n"}, "ioc_domains.csv:1: client: columns are"),
        ("", {"ioc_domains": DOMAINS}, "ioc_domains.csv:2: client: bad.example.com is in"),
        ("", {"ioc_domains": OWN + OWN.partition("\n")[2]}, "ioc_domains.csv:3: client: own.exam"),
    ],
)  # fmt: skip
def test_what_fits_no_table_is_a_problem_at_its_place(
    make_content: MakeContent, tmp_path: Path, settings: str, lookups: dict[str, str], said: str
) -> None:
    content = make_content(a=RULE)
    made = overlaid(content, tmp_path / "acme", SETTINGS + settings, lookups=lookups)
    assert [text for text in map(shortened, made.problems) if text.startswith(said)] != []


def test_a_row_above_the_ceiling_is_left_out(make_content: MakeContent, tmp_path: Path) -> None:
    own = {"machines": "host,tlp\nWS-1,TLP:AMBER\nWS-2,red\nWS-3,\nWS-4,violet\n"}
    made = overlaid(
        make_content(a=RULE), tmp_path / "acme", SETTINGS + 'tlp = "amber"\n', lookups=own
    )
    assert list(made.content.lookups["machines"].values()) == ["WS-1", "WS-3"]
    gone = [(row.value, row.reason) for row in made.rows if row.change == "withdrawn"]
    assert gone == [("WS-2", "above TLP:AMBER"), ("WS-4", "above TLP:AMBER")]
