"""Records: lines, arrays and objects over several lines, each with its place."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sigmapack.events.fields import MAX_FIELDS, MAX_NAME
from sigmapack.events.read import BadRecord, Event
from sigmapack.events.records import MAX_RECORD
from tests.reading.sample import FLAT, read


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("{broken", "JSON"),
        ('"text"', "no object"),
        ("[]", ""),
        ('{"a": 1}', "unknown kind of event"),
        ('{"EventID": 22}', "without a channel"),
        ('{"Channel": "Security", "EventID": "many"}', "is no number"),
        ('{"logsource": {}, "a": 1}', "logsource says nothing"),
        ('{"logsource": {"products": "x"}}', "logsource is no object of"),
        ('{"ts": 1, "uid": "C1"}', "_path"),
    ],
)
def test_a_record_that_cannot_be_used_is_told_with_its_line(
    tmp_path: Path, line: str, text: str
) -> None:
    path = tmp_path / "events.jsonl"
    path.write_text(f"{json.dumps(FLAT)}\n{line}\n{json.dumps(FLAT)}\n", "utf-8")
    first, *bad, last = read(path)
    assert isinstance(first, Event) and isinstance(last, Event)
    assert last.record == 3
    for record in bad:
        assert isinstance(record, BadRecord)
        assert (record.file, record.line) == (str(path), 2)
        assert text in record.message
    assert bad or line == "[]"


def test_an_array_in_one_line_says_that_its_rest_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text(f"[{json.dumps(FLAT)}, {{broken}}, {json.dumps(FLAT)}]", "utf-8")
    event, bad = read(path)
    assert isinstance(event, Event) and isinstance(bad, BadRecord)
    assert bad.message.endswith("the rest of the file is not read")


def test_blank_lines_count_as_lines_but_are_no_records(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text(f"\n{json.dumps(FLAT)}\n\n{{broken\n\n{json.dumps(FLAT)}", "utf-8")
    first, bad, last = read(path)
    assert isinstance(first, Event) and isinstance(bad, BadRecord) and isinstance(last, Event)
    assert (first.record, bad.line, last.record) == (2, 4, 6)


def test_objects_over_several_lines_are_records_too(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    one_of_many = json.dumps(FLAT, indent=2)
    path.write_text(f"Record 1\n{one_of_many}\nRecord 2\n{one_of_many}\n", "utf-8")
    events = [event for event in read(path) if isinstance(event, Event)]
    assert [event.record for event in events] == [2, 10]


def test_an_object_that_is_cut_off_costs_itself_only(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    cut = json.dumps(FLAT, indent=2)[:60]
    path.write_text(f"{cut}\n{json.dumps(FLAT)}\n", "utf-8")
    bad, event = read(path)
    assert isinstance(bad, BadRecord) and isinstance(event, Event)
    assert bad.line == 1 and "not closed" in bad.message


def test_an_array_gives_all_but_its_broken_elements(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    good = json.dumps(FLAT)
    path.write_text(f"[\n {good},\n 5,\n {{broken}},\n {good}\n]\n", "utf-8")
    first, number, broken, last = read(path)
    assert isinstance(first, Event) and isinstance(last, Event)
    assert (first.record, last.record) == (1, 4)
    assert isinstance(broken, BadRecord) and isinstance(number, BadRecord)
    assert (number.line, broken.line) == (3, 4)
    assert broken.message.startswith("element 3: not JSON") and "no object" in number.message


def test_an_array_that_is_cut_off_gives_what_it_has(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text(json.dumps([FLAT, FLAT], indent=1)[:-30], "utf-8")
    events = [record for record in read(path) if isinstance(record, Event)]
    bad = [record for record in read(path) if isinstance(record, BadRecord)]
    assert [event.record for event in events] == [1]
    assert any("cut off" in record.message for record in bad)


def test_numbers_stay_as_they_are_written(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    line = json.dumps(FLAT)[:-1] + ', "A": 18.10, "B": 12345678901234567890, "C": true, "D": null}'
    path.write_text(line, "utf-8")
    (event,) = read(path)
    assert isinstance(event, Event)
    assert [event.fields.get(name) for name in "ABCD"] == [
        "18.10",
        "12345678901234567890",
        "true",
        None,
    ]


def test_nesting_without_end_is_one_bad_record(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    deep = ['{"a":' * depth + "1" + "}" * depth for depth in (40, 100_000)]
    path.write_text("\n".join([*deep, json.dumps(FLAT)]), "utf-8")
    *bad, event = read(path)
    assert isinstance(event, Event)
    assert ["nested" in record.message for record in bad if isinstance(record, BadRecord)] == [
        True,
        True,
    ]


def kinds(path: Path, text: str) -> list[str]:
    path.write_text(text, "utf-8")
    return [type(record).__name__ for record in read(path)]


GOOD = json.dumps(FLAT)


def test_objects_behind_one_that_is_not_closed_are_read(tmp_path: Path) -> None:
    found = kinds(tmp_path / "x.jsonl", "{\n" + f"{GOOD}\n" * 3)
    assert found == ["BadRecord", "Event", "Event", "Event"]


def test_a_line_that_is_too_long_costs_itself_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sigmapack.events.records.MAX_RECORD", 500)
    path = tmp_path / "x.jsonl"
    long = json.dumps({**FLAT, "Image": "x" * 5000})
    assert kinds(path, f"{GOOD}\n{long}\n{GOOD}\n{long}") == ["Event", "BadRecord"] * 2
    lines = [record.line for record in read(path) if isinstance(record, BadRecord)]
    assert lines == [2, 4]
    over = json.dumps({**FLAT, **{f"F{number}": "x" for number in range(500)}}, indent=1)
    assert kinds(path, f"{over}\n{GOOD}\n{over}\n") == ["BadRecord", "Event", "BadRecord"]


def test_a_line_as_long_as_the_limit_is_read(tmp_path: Path) -> None:
    fill = "x" * (MAX_RECORD - len(GOOD) - 1)
    exact = json.dumps({**FLAT, "Computer": f"WS-1{fill}"})
    assert len(exact) == MAX_RECORD - 1
    assert kinds(tmp_path / "x.jsonl", f"{exact}\n") == ["Event"]
    assert kinds(tmp_path / "x.jsonl", f"{exact[:-2]}xx{exact[-2:]}\n") == ["BadRecord"]


def test_a_record_with_names_or_fields_without_end_is_told(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    wide = json.dumps({**FLAT, **{f"F{number}": 1 for number in range(MAX_FIELDS)}})
    listed = json.dumps({**FLAT, "L": [{f"F{number}": 1} for number in range(MAX_FIELDS)]})
    long = json.dumps({**FLAT, "x" * (MAX_NAME + 1): 1})
    deep = json.dumps({**FLAT, "x" * MAX_NAME: {"y": 1}})
    assert kinds(path, "\n".join([wide, listed, long, deep, GOOD])) == ["BadRecord"] * 4 + ["Event"]
    messages = [record.message for record in read(path) if isinstance(record, BadRecord)]
    assert [str(MAX_FIELDS) in text for text in messages] == [True, True, False, False]
    assert [str(MAX_NAME) in text for text in messages] == [False, False, True, True]
