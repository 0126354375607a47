"""Logs of lines: how each is told and counted, and times without a year or a zone."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sigmapack.events.logs.times import Latest, common_log, local, prefix
from sigmapack.events.read import BadRecord, Event, UnreadableInput, read_events
from sigmapack.events.records import MAX_RECORD
from tests.examples import tried
from tests.reading.logs import written
from tests.reading.sample import CHANNELS, read

DNS = next(written.events("dns"))
WEB = next(written.events("proxy"))
SAMPLES = {
    "bind": (written.bind(DNS) or ("", {}))[0],
    "unbound": (written.unbound(DNS) or ("", {}))[0],
    "dnsmasq": (written.dnsmasq(DNS) or ("", {}))[0],
    "windows": (written.windows_dns(DNS) or ("", {}))[0],
    "squid": (written.squid(WEB) or ("", {}))[0],
    "combined": (written.combined(WEB) or ("", {}))[0],
    "elff": written.ELFF_HEADER + (written.elff(WEB) or ("", {}))[0],
    "zeek": written.zeek_table(list(written.events("zeek/dns"))[:3]).rstrip("\n"),
    "csv": 'EventID,Channel,Note\n22,Security,"a\nb"',
}
NOISE = [
    "Mar 29 10:00:00 dnsmasq-dhcp[812]: DHCPACK(eth0) 10.20.4.7 00:53:00:12:34:56 ws-1",
    "Mar 29 10:00:00 dnsmasq[812]: forwarded a.example to 192.0.2.53",
    "Mar 29 10:00:00 dnsmasq[812]: reply error is SERVFAIL",
]


def counted(data: bytes, name: str = "x.log") -> tuple[int, int, int]:
    """Events, lost records, and lines passed over."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(data)
        found = read(path)
    bad = [item for item in found if isinstance(item, BadRecord)]
    lost = sum(item.count for item in bad if item.kind == "record")
    passed = sum(item.count for item in bad if item.kind == "passed")
    return len(found) - len(bad), lost, passed


def test_lines_of_another_kind_are_counted_and_not_complained_of() -> None:
    lines = [*NOISE * 50, SAMPLES["dnsmasq"], "", *NOISE]
    assert counted("\r\n".join(lines).encode()) == (1, 0, 153)


def test_a_line_that_is_too_long_costs_itself() -> None:
    lines = [SAMPLES["bind"], "x" * (MAX_RECORD + 9), SAMPLES["bind"]]
    assert counted("\n".join(lines).encode()) == (2, 1, 0)


def test_bytes_that_are_no_text_cost_no_line() -> None:
    agent = SAMPLES["squid"].encode().replace(b"Mozilla", b"Mozill\xe9")
    assert counted(agent + b"\n" + agent) == (2, 0, 0)


@pytest.mark.parametrize("name", SAMPLES)
def test_a_log_of_any_kind_is_known_by_what_it_holds(tmp_path: Path, name: str) -> None:
    path = tmp_path / "events.dat"
    path.write_text(SAMPLES[name], "utf-8")
    kinds = {type(item) for item in read(path)}
    assert kinds == {Event}


CHANGES = st.lists(
    st.tuples(st.integers(0, 10**6), st.binary(max_size=5), st.integers(0, 9)), max_size=5
)


@tried(80)
@given(st.sampled_from(sorted(SAMPLES)), CHANGES, st.binary(max_size=40))
def test_bytes_changed_anywhere_end_in_no_traceback(
    name: str, changes: list[tuple[int, bytes, int]], behind: bytes
) -> None:
    data = bytearray(SAMPLES[name].encode() + b"\n" + SAMPLES[name].encode() + b"\n" + behind)
    for place, put, cut in changes:
        at = place % (len(data) + 1)
        data[at : at + cut] = put
    try:
        counted(bytes(data))
    except UnreadableInput as error:
        assert error.message


@tried(80)
@given(
    st.sampled_from(["bind", "unbound", "dnsmasq", "windows", "squid", "combined"]),
    st.lists(st.text(st.characters(blacklist_characters="\n\0", codec="utf-8"), max_size=60)),
)
def test_every_line_is_an_event_or_lost_or_passed_over(name: str, lines: list[str]) -> None:
    good = [SAMPLES[name]] * 2
    text = "\n".join([*good, *lines, *good])
    blank = sum(not line.strip() for line in lines)
    header = sum(line.startswith(("\t", "DNS Server log")) for line in lines if line.strip())
    total = sum(counted(text.encode()))
    assert len(lines) + 4 - blank - header <= total <= len(lines) + 4 - blank


@pytest.mark.parametrize(
    ("name", "year", "time"),
    [
        ("dnsmasq.log", None, None),
        ("dnsmasq.log", 2023, "2023-04-04T09:14:05.000Z"),
        ("dnsmasq.log-20230405", None, "2023-04-04T09:14:05.000Z"),
        ("dnsmasq.log-20240101.gz", None, "2023-04-04T09:14:05.000Z"),
        ("export-of-20230405-dnsmasq.log", None, None),
    ],
)
def test_a_year_is_given_or_in_the_name_or_there_is_no_time(
    tmp_path: Path, name: str, year: int | None, time: str | None
) -> None:
    path = tmp_path / name
    path.write_text(SAMPLES["dnsmasq"], "utf-8")
    (event,) = read_events(path, CHANNELS, year)
    assert isinstance(event, Event) and event.timestamp == time


@pytest.mark.parametrize(
    ("text", "time", "host"),
    [
        ("Mar  9 10:00:00 ns1 ", "2023-03-09 10:00:00", "ns1"),
        ("<30>Mar 29 10:00:00 ", "2023-03-29 10:00:00", None),
        ("2023-03-29T10:00:00.1+02:00 ns1 named[8]: ", "2023-03-29T10:00:00.1+02:00", "ns1"),
        ("29-Mar-2023 10:00:00.123 queries: info: ", "2023-03-29 10:00:00.123", None),
        ("[1680084000] ", "1680084000", None),
        ("who knows", None, None),
    ],
)  # fmt: skip
def test_what_stands_before_a_message(text: str, time: str | None, host: str | None) -> None:
    assert prefix(text, Latest(2023)) == (time, host)


@pytest.mark.parametrize(
    ("text", "first", "time"),
    [
        ("3/29/2023 10:00:00 PM", None, "2023-03-29 22:00:00"),
        ("3/4/2023 12:00:00 AM", None, "2023-03-04 00:00:00"),
        ("3/4/2023 12:00:00 AM", False, "2023-04-03 00:00:00"),
        ("4/3/2023 1:02:03 p. m.", None, "2023-03-04 13:02:03"),
        ("04/03/2023 10:00:00", None, "2023-03-04 10:00:00"),
        ("04/03/2023 10:00:00", True, "2023-04-03 10:00:00"),
        ("29.03.2023 10:00:00", None, "2023-03-29 10:00:00"),
        ("2023/3/9 10:00:00", None, "2023-03-09 10:00:00"),
        ("20230329 10:00:00 A00", None, "2023-03-29 10:00:00"),
        ("2566-??", None, None),
    ],
)
def test_times_of_a_windows_locale(text: str, first: bool | None, time: str | None) -> None:
    assert local(text, first) == time


def test_the_time_of_the_common_log_format() -> None:
    assert common_log("29/Mar/2023:10:00:00 +0200") == "2023-03-29 10:00:00+0200"
    assert common_log("29/Foo/2023:10:00:00 +0200") is None
