"""Ways to spoil a folder of rules, one fault each."""

from __future__ import annotations

from pathlib import Path

from tests.cli.command import SECOND
from tests.conftest import DOMAINS, RULE


def break_yaml(folder: Path) -> None:
    (folder / "bad.yml").write_text("title: x\n  id: [\n", "utf-8")


def break_placeholder(folder: Path) -> None:
    text = SECOND.replace("ioc_domains", "no_such_table").replace("sample", "other")
    (folder / "bad.yml").write_text(text, "utf-8")


def break_id(folder: Path) -> None:
    (folder / "bad.yml").write_text(RULE.replace("name: sample", "name: other"), "utf-8")


def break_column(folder: Path) -> None:
    text = SECOND.replace("%ioc_domains%", "%ioc_domains.port%").replace("sample", "other")
    (folder / "bad.yml").write_text(text, "utf-8")


def break_table(folder: Path) -> None:
    (folder / "lookups/ioc_domains.csv").write_text(DOMAINS + "short.example.com,c2\n", "utf-8")


def break_encoding(folder: Path) -> None:
    (folder / "bad.yml").write_bytes(b"title: caf\xe9\n")


def break_link(folder: Path) -> None:
    (folder / "bad.yml").symlink_to(folder / "nowhere.yml")


def break_lookup_encoding(folder: Path) -> None:
    (folder / "lookups/other.csv").write_bytes(DOMAINS.encode() + b"caf\xe9,c2,any,high,t,,,,no\n")


def break_header(folder: Path) -> None:
    (folder / "lookups/other.csv").write_text("domain,,role\n", "utf-8")


def break_waivers(folder: Path) -> None:
    text = "[[waiver]]\nrules = ['*']\nscopes = 5\noutcome = 'refused'\nreason = 'x'\n"
    (folder / "waivers.toml").write_text(text, "utf-8")


def break_toml(folder: Path) -> None:
    (folder / "waivers.toml").write_text("# heading\nwaiver = \n", "utf-8")


def break_kind(folder: Path) -> None:
    (folder / "waivers.toml").write_text("[waiver]\nrules = ['*']\n", "utf-8")


def break_stages(folder: Path) -> None:
    text = "[[stage]]\nid = 'A'\ntitle = 'x'\ntechniques = 'T1'\nrules = []\n"
    (folder / "coverage.toml").write_text(text, "utf-8")


def break_playbooks(folder: Path) -> None:
    (folder / "response.toml").write_text("playbook = 5\n", "utf-8")


def break_playbook(folder: Path) -> None:
    text = "[playbook.a]\ntitle = 'x'\ncheck = []\ncontain = ['y']\ntell = 5\n"
    (folder / "response.toml").write_text(text, "utf-8")


def empty(folder: Path) -> None:
    (folder / "sample.yml").unlink()
