"""An exception that loses what must be found fails, unless the client says that it knows."""

from __future__ import annotations

from pathlib import Path

import pytest

from sigmapack.checks.events import event_files
from sigmapack.making import safety
from sigmapack.making.differing import summary as differing
from sigmapack.making.stopping import Stopped
from tests.making.conftest import Maker
from tests.overlay.folder import shortened

RULE = "dns_query_win_threecx_c2_domain_by_client"
FILTER = """\
title: {title}
id: 0b9a3a52-6c1f-4c55-9a4e-3a6b0c3f1d11
logsource:
    product: windows
    category: dns_query
filter:
    rules:
        - {rule}
    own:
        {selection}
    condition: not own
"""
SAFE = FILTER.format(title="Security Team", rule=RULE, selection="Computer|startswith: 'SOC-'")
#: All events of the rule have this image.
DEADLY = FILTER.format(
    title="The Client", rule=RULE, selection=r"Image|endswith: '\3CXDesktopApp.exe'"
)


def wrong(make: Maker, settings: str = "", **parts: dict[str, str]) -> list[str]:
    with pytest.raises(Stopped) as stopped:
        make("acme", settings, **parts)
    return list(map(shortened, stopped.value.problems))


def acknowledged(*rules: str, events: str = "") -> str:
    return "".join(
        f'[[acknowledged]]\nrule = "{rule}"\n{events}reason = "watched otherwise"\n'
        for rule in rules
    )


def lost(make: Maker, filters: dict[str, str]) -> set[str]:
    """The rules that the problems name."""
    lines = wrong(make, filters=filters)
    return {line.split(" no longer finds ")[0].rpartition(" ")[2] for line in lines}


def test_an_exclusion_that_loses_nothing_passes(make: Maker) -> None:
    made = make(filters={"safe": SAFE})
    assert list(made.overlaid.filtered) == [RULE]
    assert made.gone == {}


def test_one_that_loses_an_event_names_filter_rule_and_event(make: Maker) -> None:
    found = [line for line in wrong(make, filters={"deadly": DEADLY}) if f" {RULE} " in line]
    (line,) = found
    assert line.startswith(f"deadly.yml:6: lost-event: the filter 'The Client': {RULE} no longer ")
    assert f"tests/events/windows/dns_query/{RULE}.match.jsonl:1 (events 1, 2, " in line
    assert "client.toml" in line


def test_correlations_on_the_rule_are_tried_as_well(make: Maker) -> None:
    rules = lost(make, filters={"deadly": DEADLY})
    assert RULE in rules
    assert {name for name in rules if name.startswith("correlation_")} != set()


def test_what_is_acknowledged_passes_and_stands_in_the_manifest(make: Maker) -> None:
    rules = lost(make, filters={"deadly": DEADLY})
    made = make("acme", acknowledged(*sorted(rules)), filters={"deadly": DEADLY})
    assert set(made.gone) == rules
    summary = differing(make.shared.content, made.overlaid, made.gone)
    assert {each["rule"]: each["reason"] for each in summary["lost"]} == dict.fromkeys(
        rules, "watched otherwise"
    )
    stages = {stage["id"]: stage for stage in summary["stages"]}
    assert [stage["id"] for stage in stages.values() if RULE in stage["less"]] != []


def test_an_event_that_is_not_acknowledged_fails(make: Maker) -> None:
    rules = lost(make, filters={"deadly": DEADLY}) - {RULE}
    settings = acknowledged(*sorted(rules)) + acknowledged(RULE, events="events = [1, 2]\n")
    (line,) = wrong(make, settings, filters={"deadly": DEADLY})
    assert f"{RULE}.match.jsonl:3 (events 3, " in line


@pytest.mark.parametrize("events", ["", "events = [1]\n"])
def test_an_entry_that_nothing_needs_is_a_problem(make: Maker, events: str) -> None:
    (line,) = wrong(make, acknowledged(RULE, events=events), filters={"safe": SAFE})
    assert line == f"client.toml:4: client: {RULE!r} are found as before: remove the entry"


def test_an_event_that_is_found_is_not_to_be_acknowledged(make: Maker) -> None:
    rules = lost(make, filters={"deadly": DEADLY})
    settings = acknowledged(*sorted(rules - {RULE}))
    settings += acknowledged(RULE, events="events = [1, 2, 3, 4, 5, 6, 99]\n")
    found = wrong(make, settings, filters={"deadly": DEADLY})
    assert [line for line in found if f"events 99 of {RULE!r} are found as before" in line] != []


def test_a_withdrawn_row_loses_the_events_of_its_value(make: Maker) -> None:
    settings = (
        '[[withdrawn]]\ntable = "ioc_domains"\nvalue = "akamaicontainer.com"\nreason = "ours"\n'
    )
    found = wrong(make, settings)
    assert {line.partition(" no longer")[0].rpartition(" ")[0] for line in found} == {
        "client.toml:3: lost-event: the row 'akamaicontainer.com' of ioc_domains:"
    }
    named = {line.split(" no longer finds ")[0].rpartition(" ")[2] for line in found}
    assert {"zeek_http_threecx_c2_host", "correlation_threecx_finding_c2_domain_client"} <= named
    content = make.shared.content
    for name in named:
        path = event_files(content, content.by_name[name])["match"]
        assert "akamaicontainer.com" in path.read_text("utf-8")


def test_a_rule_that_is_off_is_told_by_stage_and_is_no_problem(make: Maker) -> None:
    made = make("acme", f'[rules]\noff = ["{RULE}"]\n')
    summary = differing(make.shared.content, made.overlaid, made.gone)
    assert summary["off"][RULE] == f"switched off by {RULE!r}"
    lost_at = [stage for stage in summary["stages"] if RULE in stage["lost"]]
    assert lost_at != [] and all(stage["left"] > 0 for stage in lost_at)


def test_the_pack_itself_finds_all_of_its_events(make: Maker, tmp_path: Path) -> None:
    content = make.shared.content
    names = [rule.name for rule in content.rules if not rule.is_base]
    found = safety.found(content, content, names, make.shared.memory)
    few = {
        name: lines
        for name, lines in found.items()
        if not content.by_name[name].is_correlation and len(lines) < 3
    }
    assert few == {} and all(found.values())


def test_of_several_rows_the_one_whose_table_the_rule_has_is_named(make: Maker) -> None:
    settings = "".join(
        f'[[withdrawn]]\ntable = "{table}"\nvalue = "{value}"\nreason = "ours"\n'
        for table, value in (
            ("ioc_domains_low", make.shared.content.lookups["ioc_domains_low"].values()[0]),
            ("ioc_domains", "akamaicontainer.com"),
        )
    )
    (line,) = [x for x in wrong(make, settings) if " zeek_http_threecx_c2_host no " in x]
    assert line.startswith(
        "client.toml:7: lost-event: the row 'akamaicontainer.com' of ioc_domains"
    )


def test_two_reasons_of_a_rule_stand_both_in_the_manifest(make: Maker) -> None:
    rules = lost(make, filters={"deadly": DEADLY}) - {RULE}
    settings = acknowledged(*sorted(rules))
    for events, reason in (("[1, 2]", "one"), ("[3, 4, 5, 6]", "two")):
        entry = acknowledged(RULE, events=f"events = {events}\n")
        settings += entry.replace("watched otherwise", reason)
    made = make("acme", settings, filters={"deadly": DEADLY})
    summary = differing(make.shared.content, made.overlaid, made.gone)
    assert {e["rule"]: e["reason"] for e in summary["lost"]}[RULE] == "one; two"
