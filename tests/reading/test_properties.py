"""Whatever a file holds: no exception but one that says so, and every record accounted for."""

from __future__ import annotations

import contextlib
import gzip
import io
import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sigmapack import report
from sigmapack.content.load import load
from sigmapack.content.model import Content
from sigmapack.events.read import BadRecord, Event, UnreadableInput, read_events
from sigmapack.replay import replay
from tests.cli.command import run
from tests.conftest import DOMAINS, ROOT, RULE
from tests.examples import tried
from tests.reading.evtx import evtx_of, sysmon
from tests.reading.sample import CHANNELS, FLAT, SYSMON, dumped

QUICK = tried(100)

#: Names that some kind of log gives a meaning to, and text that has one in some of them.
NAMES = st.sampled_from(
    """Event System EventData UserData Data EventID Channel Computer Provider_Name UtcTime Message
    #text #attributes @Name Name Value logsource product category service definition _source
    result preview document data winlog winlog.event_id winlog.channel winlog.event_data _path ts
    uid QueryName Image Hashes md5 param1 Properties.Value source host TimeCreated _note
    Security_attributes""".split()  # noqa: SIM905
)
TEXTS = st.sampled_from(
    [SYSMON, "Security", "22", "4688", "9" * 5000, "1e999", "2023-03-29 10:00:00", "dns", "windows",
     "/Date(99999999999999999999)/", "0000-00-00T99:99:99+99:99", "\ud800", "a\0", "%", "'", "\\"]
)  # fmt: skip
KEYS = NAMES | st.text(max_size=5)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9) | TEXTS
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=20,
)
DOCUMENTS = st.dictionaries(KEYS, VALUES, max_size=8)
#: A document that some kind of log holds, with a few of its values replaced.
EVENTS = st.builds(
    lambda base, more: {**base, **more},
    st.sampled_from([FLAT, dumped(SYSMON, 22, {"QueryName": ["a", "b"]}), {}]),
    DOCUMENTS,
)
RECORDS = EVENTS | SCALARS
ENCODINGS = st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
EVTX = evtx_of(*([sysmon(f"a{number}.example")] * 8 for number in range(3)))
GOOD = (json.dumps(FLAT) + "\n").encode() * 5
WHOLE = [GOOD, b"[" + b",\n".join(GOOD.splitlines()) + b"]", EVTX, gzip.compress(GOOD, mtime=0)]


def reading(data: bytes, name: str = "x.json") -> tuple[int, int] | str:
    """Events and lost records of a file, or why it cannot be read."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(data)
        try:
            found = list(read_events(path, CHANNELS))
        except UnreadableInput as error:
            assert error.message and "\n" not in error.message
            return error.message
    assert all(isinstance(item, Event | BadRecord) for item in found)
    lost = [item for item in found if isinstance(item, BadRecord)]
    assert all(item.message and item.line > 0 and item.count >= 0 for item in lost)
    return len(found) - len(lost), sum(item.count for item in lost)


@tried(100, costs=2)
@given(st.lists(RECORDS, min_size=1, max_size=6), st.booleans())
def test_each_line_is_read_or_lost(records: list[Any], ascii_only: bool) -> None:
    text = "\n".join(json.dumps(record, ensure_ascii=ascii_only) for record in records)
    found = reading(text.encode("utf-8", "surrogatepass"))
    assert isinstance(found, tuple) and sum(found) == len(records)


@tried(100, costs=10)
@given(st.lists(EVENTS, max_size=6), st.sampled_from([None, 1]), ENCODINGS, st.booleans())
def test_each_element_is_read_or_lost(
    records: list[Any], indent: int | None, encoding: str, packed: bool
) -> None:
    data = json.dumps(records, indent=indent).encode(encoding)
    assert sum(reading(gzip.compress(data, 1) if packed else data)) == len(records)  # type: ignore[arg-type]


@QUICK
@given(st.integers(4096 + 512, 4096 + 65536), st.booleans())
def test_an_evtx_file_cut_anywhere_loses_none_in_silence(size: int, packed: bool) -> None:
    data = EVTX[:size] if size > 0 else EVTX
    found = reading(gzip.compress(data, 1) if packed else data)
    assert isinstance(found, tuple) and sum(found) == 24


@QUICK
@given(st.lists(st.tuples(st.integers(0, 65535 - 512), st.integers(0, 255)), max_size=9))
def test_records_overwritten_anywhere_are_read_or_lost(changes: list[tuple[int, int]]) -> None:
    data = bytearray(EVTX)
    for place, value in changes:
        data[4096 + 512 + place] = value
    found = reading(bytes(data))
    assert isinstance(found, tuple) and sum(found) >= 24


@tried(100, costs=0.5)
@given(
    st.sampled_from(WHOLE),
    st.lists(
        st.tuples(st.integers(0, 10**6), st.binary(max_size=4), st.integers(0, 9)), max_size=5
    ),
    st.sampled_from(["x.json", "x.evtx", "dns.log.gz", "x"]),
)
def test_bytes_changed_anywhere_end_in_no_traceback(
    whole: bytes, changes: list[tuple[int, bytes, int]], name: str
) -> None:
    data = bytearray(whole)
    for place, put, cut in changes:
        at = place % (len(data) + 1)
        data[at : at + cut] = put
    reading(bytes(data), name)


@tried(100, costs=0.2)
@given(st.binary(max_size=600), st.sampled_from([b"", b"{", b"[", b"ElfFile\0", b"\x1f\x8b\x08"]))
def test_any_bytes_end_in_no_traceback(data: bytes, start: bytes) -> None:
    reading(start + data)


@tried(100, costs=0.2)
@given(st.text(alphabet='{}[]",:\\ \n\t\r\0aé1-e.', max_size=60))
def test_json_signs_in_any_order_end_in_no_traceback(text: str) -> None:
    reading(text.encode())


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> Content:
    folder = tmp_path_factory.mktemp("rules")
    (folder / "lookups").mkdir()
    (folder / "lookups/ioc_domains.csv").write_text(DOMAINS, "utf-8")
    (folder / "sample.yml").write_text(RULE, "utf-8")
    return load(ROOT, folder)


@tried(100, costs=10)
@given(st.lists(RECORDS, min_size=1, max_size=5))
def test_a_replay_accounts_for_every_record(content: Content, records: list[Any]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.jsonl"
        path.write_text("\n".join(map(json.dumps, records)), "utf-8")
        found = replay(content, [path])
    assert found.events + found.unreadable == len(records)
    assert bool(found.unread) is (found.events == 0)
    shown = io.StringIO()
    with contextlib.redirect_stderr(shown), contextlib.redirect_stdout(io.StringIO()):
        report.replayed(found, (), as_json=True, quiet=True)
    assert len(shown.getvalue().splitlines()) == len(found.bad) + len(found.unread)


@tried(10, costs=50)
@given(st.binary(max_size=200) | st.sampled_from(WHOLE), st.sampled_from(["json", "evtx", "log"]))
def test_the_command_ends_with_a_code_of_its_own(
    content: Content, data: bytes, suffix: str
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"x.{suffix}"
        path.write_bytes(data)
        result = run("replay", folder, "--rules", content.rules_dir, "--fail-on-match")
    assert result.exit_code in {0, 1, 2}, result.exception
    assert result.exception is None or isinstance(result.exception, SystemExit)
