"""What changed between two builds, and the version that follows from it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sigmapack.compare import compare, told
from sigmapack.compare.as_json import as_json
from sigmapack.deployed import open_bundle
from tests.compare.builds import DATED, PLAIN, SECOND, build, compared, events
from tests.conftest import DOMAINS

LATER = ("modified: 2026-01-02", "modified: 2026-01-03")
HIT = ("a.example.com", "b.example.com")


def parts(found: object) -> set[tuple[str, str]]:
    return {(r.part, r.text) for r in found.reasons}  # type: ignore[attr-defined]


def test_the_same_builds_have_no_difference(tmp_path: Path) -> None:
    found = compared(tmp_path, {"sample": DATED}, {"sample": DATED})
    assert (found.part, found.next, found.reasons) == ("none", found.old, [])
    assert all(product.nothing for product in found.products)


def test_a_removed_rule_is_major_and_deleted_by_its_name_there(tmp_path: Path) -> None:
    found = compared(tmp_path, {"sample": DATED, "second": SECOND}, {"sample": DATED})
    assert [rule.name for rule in found.rules.removed] == ["second"]
    assert (found.part, str(found.next)) == ("major", "1.0.0")
    (splunk,) = (one for one in found.products if one.name == "splunk")
    assert splunk.deleted == ("3CX pack - Second",)
    assert splunk.does["delete"]


def test_an_added_rule_is_minor_and_imported(tmp_path: Path) -> None:
    found = compared(tmp_path, {"sample": DATED}, {"sample": DATED, "second": SECOND})
    assert [rule.name for rule in found.rules.added] == ["second"]
    assert (found.part, str(found.next)) == ("minor", "0.2.0")
    (splunk,) = (one for one in found.products if one.name == "splunk")
    assert splunk.imported == ("3CX pack - Second",)


def test_words_are_a_patch_and_no_change_of_logic(tmp_path: Path) -> None:
    worded = DATED.replace("title: Sample", "title: Sampled") + "falsepositives: [Tests]\n"
    found = compared(tmp_path, {"sample": DATED}, {"sample": worded})
    (change,) = found.rules.changed
    assert (change.logic, change.words) == (False, ("falsepositives", "title"))
    assert (found.part, str(found.next), found.problems) == ("patch", "0.1.1", [])
    assert found.otherwise == []


def test_logic_that_loses_an_event_of_the_pack_is_major_and_names_it(tmp_path: Path) -> None:
    narrow = PLAIN.replace("'.example.com'", "'a.example.com'").replace(*LATER)
    known = events(tmp_path, sample=HIT)
    found = compared(tmp_path, {"sample": PLAIN}, {"sample": narrow}, known=known)
    assert found.rules.changed[0].logic
    (line,) = found.lost["sample"] or ()
    assert line.endswith("sample.match.jsonl:2")
    assert found.part == "major"
    assert found.problems == []


def test_logic_that_finds_nothing_any_more_is_narrowed_not_unknown(tmp_path: Path) -> None:
    narrow = PLAIN.replace("'.example.com'", "'.example.org'").replace(*LATER)
    known = events(tmp_path, sample=HIT)
    found = compared(tmp_path, {"sample": PLAIN}, {"sample": narrow}, known=known)
    assert len(found.lost["sample"] or ()) == 2


def test_logic_that_keeps_all_events_of_the_pack_is_minor(tmp_path: Path) -> None:
    wide = PLAIN.replace("'.example.com'", "'example.com'").replace(*LATER)
    known = events(tmp_path, sample=HIT)
    found = compared(tmp_path, {"sample": PLAIN}, {"sample": wide}, known=known)
    assert (found.lost["sample"], found.part) == ((), "minor")


def test_logic_of_which_no_event_tells_is_major(tmp_path: Path) -> None:
    wide = PLAIN.replace("'.example.com'", "'example.com'").replace(*LATER)
    found = compared(tmp_path, {"sample": PLAIN}, {"sample": wide})
    assert (found.lost["sample"], found.part) == (None, "major")


@pytest.mark.parametrize("date", ["2026-01-02", "2026-01-01"])
def test_logic_without_a_later_date_is_a_problem_with_its_place(tmp_path: Path, date: str) -> None:
    wide = PLAIN.replace("'.example.com'", "'example.com'").replace("2026-01-02", date)
    (problem,) = compared(tmp_path, {"sample": PLAIN}, {"sample": wide}).problems
    assert (problem.path, problem.code) == ("rules/sample.yml", "not-modified")
    lines = wide.splitlines()
    assert lines[problem.line - 1] == f"modified: {date}"


def test_a_level_is_minor_and_one_that_alerts_no_more_major(tmp_path: Path) -> None:
    low = DATED.replace("level: high", "level: low")
    found = compared(tmp_path / "1", {"sample": DATED}, {"sample": low})
    assert found.part == "minor"
    (splunk,) = (one for one in found.products if one.name == "splunk")
    assert [(one.field, one.old, one.new) for one in splunk.severities] == [
        ("alert.severity", "4", "2")
    ]
    assert "cron_schedule" in {one.field for one in splunk.schedules}
    none = DATED.replace("level: high", "level: informational")
    found = compared(tmp_path / "2", {"sample": DATED}, {"sample": none})
    assert ("major", "rule sample alerts no more") in parts(found)


def test_rows_of_a_lookup_are_named_and_the_rules_that_read_it(tmp_path: Path) -> None:
    rows = DOMAINS.replace("worse.example.net", "new.example.org").replace(
        "bad.example.com,c2", "bad.example.com,later"
    )
    known = events(tmp_path, sample=("bad.example.com", "worse.example.net"))
    found = compared(
        tmp_path, {"sample": DATED}, {"sample": DATED}, rows=(DOMAINS, rows), known=known
    )
    (table,) = found.tables
    assert (table.added, table.removed) == (("new.example.org",), ("worse.example.net",))
    assert table.changed == (("bad.example.com", ("role",)),)
    (change,) = found.rules.changed
    assert (change.logic, change.tables) == (False, ("ioc_domains",))
    assert len(found.lost["sample"] or ()) == 1
    assert found.part == "major"
    assert found.problems == []


def test_rows_that_are_only_added_are_minor_without_events_too(tmp_path: Path) -> None:
    rows = DOMAINS + "new.example.org,c2,any,high,test,,,,no\n"
    found = compared(tmp_path, {"sample": DATED}, {"sample": DATED}, rows=(DOMAINS, rows))
    assert found.part == "minor"


def test_what_is_known_of_a_value_is_a_patch(tmp_path: Path) -> None:
    rows = DOMAINS.replace("high,test", "medium,other")
    found = compared(tmp_path, {"sample": DATED}, {"sample": DATED}, rows=(DOMAINS, rows))
    assert (found.part, found.rules.changed) == ("patch", [])


def test_a_product_that_is_lost_is_major_and_one_that_comes_minor(tmp_path: Path) -> None:
    more = open_bundle(build(tmp_path / "more", {"sample": DATED}))
    less = open_bundle(build(tmp_path / "less", {"sample": DATED}, targets=("sigma", "sqlite")))
    lost, come = compare(more, less), compare(less, more)
    assert ("major", "product splunk lost") in parts(lost)
    assert (come.part, ("minor", "product splunk added") in parts(come)) == ("minor", True)
    (splunk,) = (one for one in come.products if one.name == "splunk")
    assert "3CX pack - Sample" in splunk.imported


def test_a_rule_that_a_product_refuses_from_now_on_is_major(tmp_path: Path) -> None:
    # Splunk's names have 99 characters at most.
    long = DATED.replace("title: Sample", f"title: {'Sample ' * 14}")
    found = compared(tmp_path, {"sample": DATED}, {"sample": long})
    (outcome,) = found.outcomes
    assert (outcome.target, outcome.old, outcome.new) == ("splunk", "ok", "refused")
    assert "shorten the title" in outcome.reason
    assert found.part == "major"


BASE = """\
title: Base
id: 6f1c7a3e-54a2-4f0e-9a38-0d5c1f2b7a04
name: base
date: 2026-01-01
modified: 2026-01-02
correlation:
    type: event_count
    rules: [sample, second]
    group-by: [Computer]
    timespan: 1h
    condition: {gte: 1}
level: informational
"""
REPEATED = """\
title: Repeated
id: 6f1c7a3e-54a2-4f0e-9a38-0d5c1f2b7a05
name: repeated
date: 2026-01-01
correlation:
    type: event_count
    rules: [base]
    group-by: [Computer]
    timespan: 1d
    condition: {gte: 2}
level: high
"""


def test_a_base_is_judged_by_the_correlations_that_refer_to_it(tmp_path: Path) -> None:
    """It has no query of its own, nor events: what is lost, they lose."""
    other = SECOND.replace("QueryName|expand: '%ioc_domains%'", "QueryName: other.example.org")
    rules = {"sample": PLAIN, "second": other, "base": BASE, "repeated": REPEATED}
    known = events(tmp_path, repeated=("a.example.com", "other.example.org"))
    path = known / "repeated.match.jsonl"
    path.write_text(path.read_text("utf-8").replace("10:01:00", "13:01:00"), "utf-8")
    less = {**rules, "base": BASE.replace("[sample, second]", "[sample]").replace(*LATER)}
    found = compared(tmp_path / "1", rules, less, known=known)
    assert (
        "minor",
        "rule base has no query of its own: see the correlations that refer to it",
    ) in (parts(found))
    (reason,) = (text for part, text in parts(found) if part == "major")
    assert reason.startswith("rule repeated finds less: it lost ")
    more = {**rules, "base": BASE.replace("timespan: 1h", "timespan: 2h").replace(*LATER)}
    assert compared(tmp_path / "2", rules, more, known=known).part == "minor"


@pytest.mark.parametrize(("count", "part"), [(3, "major"), (1, "minor")])
def test_a_correlation_is_judged_by_its_own_events(tmp_path: Path, count: int, part: str) -> None:
    two = REPEATED.replace("rules: [base]", "rules: [sample]")
    other = two.replace("gte: 2", f"gte: {count}").replace("date: 2026-01-01", "date: 2026-01-02")
    known = events(tmp_path, repeated=HIT)
    rules = {"sample": PLAIN}
    found = compared(
        tmp_path, {**rules, "repeated": two}, {**rules, "repeated": other}, known=known
    )
    assert found.part == part
    assert len(found.lost["repeated"] or ()) == (2 if part == "major" else 0)


def test_a_query_of_an_unchanged_rule_that_asks_otherwise_is_minor(tmp_path: Path) -> None:
    """As where a log source's name in a product changed, or a backend."""
    old = build(tmp_path / "old", {"sample": DATED})
    new = build(tmp_path / "new", {"sample": DATED})
    manifest = json.loads((new / "manifest.json").read_text("utf-8"))
    for query in manifest["queries"]:
        if query["target"] == "splunk":
            query["runs_sha256"] = "another"
    (new / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    found = compare(open_bundle(old), open_bundle(new))
    assert ("splunk", "spl", "sample") in found.otherwise
    assert ("minor", "splunk asks 1 unchanged rules otherwise") in parts(found)


def test_a_long_list_is_cut_in_a_table_and_whole_in_json(tmp_path: Path) -> None:
    more = "".join(f"n{n}.example.org,c2,any,high,test,,,,no\n" for n in range(400))
    found = compared(tmp_path, {"sample": DATED}, {"sample": DATED}, rows=(DOMAINS, DOMAINS + more))
    (section,) = (one for one in told.sections(found, None) if one.title == "Lookups")
    assert len(section.rows) == told.MOST_ROWS + 1
    assert section.rows[-1] == ("and 100 more (--json has all)", "", "")
    assert len(as_json(found, None)["lookups"][0]["added"]) == 400


def test_a_renamed_file_is_the_same_rule(tmp_path: Path) -> None:
    found = compared(tmp_path, {"sample": DATED}, {"renamed": DATED})
    assert (found.rules.added, found.rules.removed) == ([], [])


def test_rules_without_ids_are_told_apart_by_file_and_name(tmp_path: Path) -> None:
    nameless = "\n".join(line for line in DATED.splitlines() if not line.startswith("id:"))
    other = nameless.replace("name: sample", "name: other").replace("Sample", "Other")
    found = compared(
        tmp_path, {"sample": nameless, "other": other}, {"sample": nameless, "other": other}
    )
    assert found.part == "none"
