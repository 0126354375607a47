"""Ids, titles and tables are a client's own, and those of two clients never the same."""

from __future__ import annotations

import uuid
from pathlib import Path

from sigmapack.compiling.compile import compile_target
from sigmapack.content.correlation import read_correlation
from sigmapack.overlay import named
from sigmapack.targets import sqlite
from tests.conftest import RULE, MakeContent
from tests.overlay.folder import overlaid
from tests.overlay.test_switches import BOTH, OTHER

ID = "6f1c7a3e-54a2-4f0e-9a38-0d5c1f2b7a01"


def test_a_rule_has_an_id_of_the_clients_and_keeps_its_name(
    make_content: MakeContent, tmp_path: Path
) -> None:
    content = overlaid(make_content(a=RULE), tmp_path / "acme").content
    one, other = (named(content, client).by_name["sample"] for client in ("acme", "emca"))
    assert len({one.id, other.id, ID}) == 3
    assert uuid.UUID(one.id).version == 5
    assert named(content, "acme").by_name["sample"].id == one.id
    assert (one.origin, one.title) == (ID, "acme - Sample")
    assert {"id": ID, "type": "derived"} in one.document["related"]


def test_relations_within_the_pack_are_those_within_the_clients(
    make_content: MakeContent, tmp_path: Path
) -> None:
    more = (
        f"related:\n    - {{id: {ID}, type: similar}}\n    - {{id: {uuid.UUID(int=7)}, type: x}}\n"
    )
    content = overlaid(make_content(a=RULE, b=OTHER + more), tmp_path / "acme").content
    made = named(content, "acme")
    similar, unknown, _ = made.by_name["other"].document["related"]
    assert similar["id"] == made.by_name["sample"].id
    assert unknown["id"] == str(uuid.UUID(int=7))


def test_a_correlation_refers_to_the_clients_rules(
    make_content: MakeContent, tmp_path: Path
) -> None:
    content = overlaid(make_content(a=RULE, b=OTHER, c=BOTH), tmp_path / "acme").content
    made = named(content, "acme")
    members = read_correlation(made.by_name["both"]).members
    assert [made.by_name[name].name for name in members] == ["sample", "other"]


def test_placeholders_name_the_clients_tables(make_content: MakeContent, tmp_path: Path) -> None:
    rule = RULE.replace(
        "QueryName|expand: '%ioc_domains%'",
        "QueryName|expand: ['%ioc_domains.role%', '%unknown%', '%ioc_domains%']\n"
        "        User: '%ioc_domains%'",
    )
    content = overlaid(make_content(a=rule), tmp_path / "acme").content
    made = named(content, "acme")
    assert list(made.lookups) == ["acme_ioc_domains"]
    assert made.lookups["acme_ioc_domains"].name == "acme_ioc_domains"
    assert made.rules[0].document["detection"]["selection"] == {
        "QueryName|expand": ["%acme_ioc_domains.role%", "%unknown%", "%acme_ioc_domains%"],
        "User": "%ioc_domains%",
    }


def test_the_query_is_the_same_but_for_the_names(make_content: MakeContent, tmp_path: Path) -> None:
    content = overlaid(make_content(a=RULE), tmp_path / "acme").content
    (plain,) = compile_target(content, sqlite.TARGET)
    (own,) = compile_target(named(content, "acme"), sqlite.TARGET)
    assert own.bare == plain.bare
    assert own.native_text.count("`acme_ioc_domains`") == plain.native_text.count("`ioc_domains`")
