"""Changed events: as many for every rule, the same in every run, some that match and some not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sigmapack.events.read import Event
from tests.engines.agreement import Ask, disagreements, verdicts
from tests.engines.changes import changes
from tests.engines.corpus import content
from tests.engines.mutations import EACH, mutants

RULES = [rule.name for rule in content().rules]


def test_every_rule_has_its_number_of_mutants_and_they_stay_the_same() -> None:
    assert EACH >= 200
    for rule in RULES:
        assert len(mutants(rule)) == EACH
    first = [mutant.record for mutant in mutants(RULES[0])]
    again = mutants.__wrapped__(RULES[0])  # past the cache, which the other tests use
    assert [mutant.record for mutant in again] == first


def test_mutants_of_every_rule_match_and_do_not() -> None:
    """Changes that may make no difference (letter case) and such that must (a letter less)."""
    for rule in RULES:
        assert 0 < sum(verdicts()[rule]) < EACH, rule


def test_every_change_is_made_to_some_event() -> None:
    made = {
        change.partition(": ")[2] for rule in RULES for m in mutants(rule) for change in m.changes
    }
    assert made >= set(changes("Image")) | set(changes("DestinationIp")) | {"missing"}


def test_a_disagreement_is_made_small() -> None:
    """An engine that never matches differs on every event that does; what it prints is short."""

    def never(events: Mapping[str, Sequence[Event]]) -> dict[str, list[bool | None]]:
        return {rule: [False] * len(own) for rule, own in events.items()}

    rule = "dns_query_win_threecx_c2_domain"
    ask: Ask = never
    lines = disagreements(ask, [rule])
    assert lines[0].startswith(f"{rule} missed (")
    assert len(lines[0]) < 600 and "CORP" not in lines[0]
    assert lines[-1].endswith(" more")
