"""Zeek's table gives the fields that its JSON has."""

from __future__ import annotations

import json
from pathlib import Path

from sigmapack.events.read import BadRecord, Event
from tests.reading.logs.written import zeek_table
from tests.reading.sample import read

ROW = {
    "_path": "dns",
    "ts": "1680084000.123456",
    "uid": "CHhAvVGS1DHFjwGM9",
    "id.orig_h": "10.20.4.7",
    "query": "a.example",
    "rejected": False,
    "answers": ["a,b.example", "198.51.100.23"],
    "tags": [],
    "note": "",
}


def written(tmp_path: Path, text: str, name: str = "x.log") -> list[Event | BadRecord]:
    path = tmp_path / name
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    return read(path)


def test_a_row_is_what_its_json_is(tmp_path: Path) -> None:
    (row,) = written(tmp_path, zeek_table([ROW]))
    (plain,) = written(tmp_path, json.dumps(ROW), "y.log")
    assert isinstance(row, Event) and isinstance(plain, Event)
    assert row.fields == plain.fields
    assert row.fields["answers"] == ("a,b.example", "198.51.100.23")
    assert row.fields["note"] == "" and row.fields["rejected"] == "false"
    assert (row.logsource, row.timestamp, row.host) == (
        plain.logsource, "2023-03-29T10:00:00.123Z", "10.20.4.7",
    )  # fmt: skip


def test_what_the_header_says_is_used(tmp_path: Path) -> None:
    text = (
        "#separator \\x7c\n#set_separator|;\n#empty_field|EMPTY\n#unset_field|NONE\n#path|http\n"
        "#fields|ts|host|tags|referrer\n#types|time|string|set[string]|string\n"
        "1680084000.0|a.example|x;y\\x3bz|NONE\n1680084000.0|b.example|EMPTY|-\n"
    )
    first, second = written(tmp_path, text)
    assert isinstance(first, Event) and isinstance(second, Event)
    assert first.fields["tags"] == ("x", "y;z") and "referrer" not in first.fields
    assert second.fields["referrer"] == "-" and "tags" not in second.fields


def test_escapes_are_the_signs_that_they_stand_for(tmp_path: Path) -> None:
    cells = ["\\xc3\\xa9.example", "a\\x09b", "c:\\\\x41", "\\xff", "\\x2d"]
    head = "#separator \\x09\n#path\tdns\n#fields\ta\tb\tc\td\te\n"
    (event,) = written(tmp_path, head + "\t".join(cells) + "\n")
    assert isinstance(event, Event)
    assert [event.fields[n] for n in "abcde"] == ["é.example", "a\tb", "c:\\x41", "\\xff", "-"]


def test_a_log_without_rows_has_no_events(tmp_path: Path) -> None:
    assert written(tmp_path, zeek_table([ROW]).replace("1680084000", "#")) == []


def test_joined_logs_are_each_read_by_their_own_header(tmp_path: Path) -> None:
    other = {"_path": "ssl", "ts": "1680084000.5", "uid": "C1", "server_name": "b.example"}
    first, second = written(tmp_path, zeek_table([ROW]) + zeek_table([other]))
    assert isinstance(first, Event) and isinstance(second, Event)
    assert second.logsource[0].service == "ssl" and second.fields["server_name"] == "b.example"


def test_a_row_that_is_cut_off_costs_itself(tmp_path: Path) -> None:
    text = zeek_table([ROW, ROW]).replace("\n#close", "\n1680084000.1\tC9\n#close")
    kinds = [type(item).__name__ for item in written(tmp_path, text)]
    assert kinds == ["Event", "Event", "BadRecord"]


def test_rows_without_names_say_what_is_missing(tmp_path: Path) -> None:
    (lost,) = written(tmp_path, "#separator \\x09\n#path\tdns\n1\t2\n")
    assert isinstance(lost, BadRecord) and "#fields line is missing" in lost.message
