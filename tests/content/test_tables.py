"""The pack's tables: each stands in rules, and rules of a system hold no files of another."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from sigmapack.content.placeholders import references
from tests.engines.corpus import content

#: Tables that no rule reads, and why.
UNREAD: Mapping[str, str] = {
    "ioc_hashes_memory": "code unpacked in memory: no log has a file with such a hash",
}


def read_by() -> dict[str, set[str]]:
    """Table -> the rules that read it."""
    found: dict[str, set[str]] = {name: set() for name in content().lookups}
    for rule in content().rules:
        for _, name in references(rule):
            found[name.partition(".")[0]].add(rule.name)
    return found


def test_every_table_is_read_by_a_rule_or_is_known_not_to_be() -> None:
    assert {name for name, rules in read_by().items() if not rules} == set(UNREAD)


@pytest.mark.parametrize("system", ["windows", "macos", "linux"])
def test_rules_of_a_system_hold_hashes_of_its_files_only(system: str) -> None:
    for name, rules in read_by().items():
        table = content().lookups[name]
        products = {content().by_name[rule].logsource.product for rule in rules}
        if table.key == "hash" and system in products:
            platforms = {row.values["platform"] for row in table.rows}
            assert platforms <= {system, "unknown"}, (name, rules)
