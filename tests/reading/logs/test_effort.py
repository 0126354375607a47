"""A line made to cost time takes no more than its length: a log is written by strangers."""

from __future__ import annotations

import contextlib
import time

import pytest

from sigmapack.events.fields import ShapeError
from sigmapack.events.logs.formats import KINDS, Kind
from sigmapack.events.logs.tables import Table

#: Signs of a line, of the four million that it may have: work that grows with their square takes
#: seconds, work that grows with them milliseconds.
LONG = 60_000
MOST_SECONDS = 1.0  # of processor time, which a busy machine does not stretch

SQUID = "1680084000.123 45 10.20.4.7 TCP_MISS/200 39 GET http://a.example/ - HIER_NONE/- - "
PACKET = "3/29/2023 10:00:00 AM 0E3C PACKET  000001D2F4B3C0E0 UDP Rcv 10.20.4.7 a1b2   Q [0001 "
CLF = "10.20.4.7 - - [29/Mar/2023:10:00:00 +0000] "
CLIENT = "client 10.20.4.7#53 (a.example): "
LINES = {
    "one word": "a" * LONG,
    "words": "a " * LONG + '] "',
    "blanks before": " " * LONG + CLIENT + "query: a.example IN A",
    "digits before": "1" * LONG + CLIENT + "query: a.example IN A",
    "clients": "client " * LONG,
    "colons of an address": "client 1" + ":" * LONG,
    "brackets": "client 10.20.4.7#53 (" + ")" * LONG,
    "slashes": CLIENT + "rpz QNAME NXDOMAIN rewrite " + "/" * LONG,
    "answers": "dnsmasq[1]: reply" + " is" * LONG,
    "addresses": "unbound[1:0] info: " + "10.20.4.7 " * LONG,
    "quotes": SQUID + '"' * LONG,
    "quotes that close nothing": SQUID + '"a\\' * LONG,
    "headers": SQUID + "[" + "a: b%0D%0A" * LONG,
    "ports": SQUID.replace("http://a.example/", "a:" * LONG),
    "escapes": CLF + '"' + "\\x" * LONG + '" 200 1',
    "escaped quotes": CLF + '"' + '\\"' * LONG,
    "identifier": "x PACKET " + "0" * LONG,
    "flags": PACKET + "A" * LONG,
    "flags apart": PACKET + "A " * LONG,
    "lengths": PACKET + "  D   NOERROR] A " + "(1)" * LONG,
    "quoted words": '"a ""' * LONG,
    "backslashes": "\\x" * LONG + "\\",
}


@pytest.mark.parametrize("line", LINES.values(), ids=LINES)
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_line_takes_no_longer_than_its_length(kind: Kind, line: str) -> None:
    log = kind([], None)
    log.header("#Fields: a b")
    log.header("#separator \\x09")
    log.header("#fields\ta")
    start = time.process_time()
    with contextlib.suppress(ShapeError):
        log.value(line)
    assert time.process_time() - start < MOST_SECONDS


@pytest.mark.parametrize("line", LINES.values(), ids=LINES)
def test_a_row_takes_no_longer_than_its_length(line: str) -> None:
    table = Table(["AllFieldInfo", "TimeCreated"], ",")
    start = time.process_time()
    with contextlib.suppress(ShapeError):
        table.value(f"{line},{line}")
    assert time.process_time() - start < MOST_SECONDS
