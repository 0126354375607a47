"""What Elastic Defend alone sees: every way to write a file, and requests with their results."""

from __future__ import annotations

import pytest

from tests.engines import corpus
from tests.engines.eql.engine import replay
from tests.engines.eql.test_verdicts import PLAIN
from tests.shapes.ecs.agents import defend

pytestmark = pytest.mark.engines("eql")

WRITES = ("creation", "overwrite", "rename", "modification")
FILES = {name: text for name, text in PLAIN.items() if name.startswith("file_event_win_")}


@pytest.mark.parametrize("action", WRITES)
def test_a_file_is_found_however_it_was_written(action: str) -> None:
    """Elastic (f): Defend's `overwrite`, `rename` and `modification` on Windows were missed."""
    kind = "creation" if action == "creation" else "change"
    shown = {
        case.number: [
            {**each, "event.action": action, "event.type": [kind]} for each in defend(case.event)
        ]
        for case in corpus.cases()
        if case.event.fields.get("EventID") == "11"
    }
    found = replay(shown, FILES)
    assert corpus.differences(found, set(shown)) == []
    assert any(found.values())


def test_a_deleted_file_is_no_written_one() -> None:
    shown = {
        case.number: [{**each, "event.action": "deletion"} for each in defend(case.event)]
        for case in corpus.cases()
        if case.event.fields.get("EventID") == "11"
    }
    assert not any(replay(shown, FILES).values())
