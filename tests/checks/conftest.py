"""What the tests of checks share."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sigmapack.checks import lookups, problems
from sigmapack.content.load import load
from sigmapack.content.model import Problem
from tests.checks.sample import ATTACK, COVERAGE, NEVER, OWN_RULE, RESPONSE, MakePack
from tests.conftest import DOMAINS


@pytest.fixture
def check_pack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MakePack:
    """Write a small pack of our own, changed as asked, and give its problems."""
    monkeypatch.setattr(lookups, "ADVISORY_DOMAINS", 1)

    def make(
        rule: str = OWN_RULE,
        domains: str = DOMAINS,
        tables: dict[str, str] | None = None,
        events: int = 3,
        waivers: str = "",
    ) -> list[Problem]:
        folder = "windows/dns_query"
        rules, seen = tmp_path / "sigma_rules", tmp_path / "tests/events" / folder
        files = {
            rules / "attack.toml": ATTACK,
            rules / "waivers.toml": waivers,
            rules / "coverage.toml": COVERAGE,
            rules / "response.toml": RESPONSE,
            rules / folder / "dns_query_win_sample.yml": rule,
            tmp_path / "lookups/never.toml": NEVER,
            tmp_path / "lookups/ioc_domains.csv": domains,
        }
        for kind in ("match", "miss"):
            name = seen / f"dns_query_win_sample.{kind}.jsonl"
            files[name] = f"{json.dumps({'EventID': 22})}\n" * events
        for stem, text in (tables or {}).items():
            files[tmp_path / f"lookups/{stem}.csv"] = text
        for path, text in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        return problems(load(tmp_path))

    return make
