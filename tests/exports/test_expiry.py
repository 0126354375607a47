"""Expired indicators: they leave the lists that block, and stay in the hunts."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from sigmapack import exports
from sigmapack.exports.feed import RELEASED
from tests.cli.command import lookups, run
from tests.conftest import RULE, MakeContent, RulesFolder

COLUMNS = "domain,role,platform,confidence,source,first_seen,last_seen,valid_until,advisory\n"
BEFORE, AFTER = RELEASED - timedelta(days=1), RELEASED + timedelta(days=1)
TABLE = (
    f"{COLUMNS}bad.example.com,c2,any,high,test,,,{BEFORE},no\n"
    f"worse.example.net,c2,any,high,test,,,{AFTER},no\n"
)
#: What a resolver, proxy or firewall takes and blocks.
BLOCKING = ("adguard", "edl", "hosts", "rpz")


def test_an_expired_domain_is_in_no_list_that_blocks(make_content: MakeContent) -> None:
    content = make_content({"ioc_domains": TABLE}, sample=RULE)
    lists = [a for a in exports.artifacts(content, None) if a.path.split("/")[1] in BLOCKING]
    assert len(lists) >= len(BLOCKING)
    assert not any(b"bad.example.com" in made.data for made in lists)
    for name in BLOCKING:
        found = [made for made in lists if made.path.split("/")[1] == name]
        assert any(b"worse.example.net" in made.data for made in found)


def test_the_day_of_blocking_tells_what_is_expired(make_content: MakeContent) -> None:
    content = make_content({"ioc_domains": TABLE}, sample=RULE)
    for day, blocked in ((BEFORE, True), (AFTER + timedelta(days=1), False)):
        lists = [a for a in exports.artifacts(content, day) if a.path.split("/")[1] == "hosts"]
        assert any(b"bad.example.com" in made.data for made in lists) is blocked
        assert any(b"worse.example.net" in made.data for made in lists) is blocked


def test_an_expired_domain_is_still_hunted(rules_folder: RulesFolder, tmp_path: Path) -> None:
    folder = rules_folder({"ioc_domains": TABLE}, sample=RULE)
    events = lookups(tmp_path / "events.jsonl", "bad.example.com", "www.example.org")
    result = run("replay", events, "--rules", folder, "--json")
    assert len(result.stdout.splitlines()) == 1
