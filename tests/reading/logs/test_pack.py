"""The pack's events, written as each kind of log has them: the same rules match each of them."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path

import pytest

from sigmapack.content.load import load
from sigmapack.content.model import Content
from sigmapack.replay import replay
from tests.conftest import ROOT
from tests.reading.logs import written
from tests.reading.logs.written import Event, Writer

LINES: dict[str, tuple[str, Writer, str]] = {
    "bind": ("dns", written.bind, ""),
    "bind in syslog": ("dns", written.bind_in_syslog, ""),
    "dnsmasq": ("dns", written.dnsmasq, ""),
    "unbound": ("dns", written.unbound, ""),
    "windows dns": ("dns", written.windows_dns, written.WINDOWS_DNS_HEADER),
    "squid": ("proxy", written.squid, ""),
    "combined": ("proxy", written.combined, ""),
    "elff": ("proxy", written.elff, written.ELFF_HEADER),
}
#: Fewest of the pack's events that a format carries, and of these rules that match one.
ENOUGH = {"dns": (40, 3), "proxy": (60, 6), "zeek": (5, 1)}


@pytest.fixture(scope="module")
def pack() -> Content:
    return load(ROOT)


def found(content: Content, path: Path, skip: int = 0) -> dict[int, set[str]]:
    """The rules that match each record, lines of a header not counted."""
    report = replay(content, [path])
    assert report.unreadable == 0, report.bad[:3]
    assert not report.unread
    matches = defaultdict(set)
    for match in report.matches:
        if not match.rule.is_correlation:
            matches[match.record - skip].add(match.rule.name)
    return dict(matches)


def same(content: Content, path: Path, kept: list[Event], folder: str, skip: int = 0) -> None:
    """The log's matches are those of the events in Sigma's own form."""
    plain = path.with_name("plain.jsonl")
    plain.write_text("\n".join(map(json.dumps, kept)), "utf-8")
    wanted = found(content, plain)
    events, rules = ENOUGH[folder]
    assert len(kept) >= events and len(set().union(*wanted.values())) >= rules
    assert found(content, path, skip) == wanted


@pytest.mark.parametrize("name", LINES)
def test_a_log_of_lines_matches_what_its_events_do(
    tmp_path: Path, pack: Content, name: str
) -> None:
    folder, writer, header = LINES[name]
    pairs = [pair for event in written.events(folder) if (pair := writer(event))]
    path = tmp_path / "events.log"
    path.write_text(header + "\n".join(line for line, _ in pairs) + "\n", "utf-8")
    same(pack, path, [kept for _, kept in pairs], folder, header.count("\n"))


@pytest.mark.parametrize("name", ["dns", "http", "ssl", "files"])
def test_zeeks_table_matches_what_its_json_does(tmp_path: Path, pack: Content, name: str) -> None:
    events = list(written.events(f"zeek/{name}"))
    path = tmp_path / f"{name}.log"
    path.write_text(written.zeek_table(events), "utf-8")
    same(pack, path, events, "zeek", skip=8)
