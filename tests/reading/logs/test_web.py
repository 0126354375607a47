"""Requests by the names of Sigma's taxonomy: IIS, Windows Firewall, Apache and nginx, Squid."""

from __future__ import annotations

from pathlib import Path

from sigmapack.events.read import BadRecord, Event
from tests.reading.sample import read, source

IIS = (
    "#Software: Microsoft Internet Information Services 10.0\n#Version: 1.0\n"
    "#Date: 2023-03-29 10:00:00\n#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port "
    "cs-username c-ip cs(User-Agent) cs(Referer) sc-status time-taken\n"
    "2023-03-29 10:00:01 10.0.0.80 GET /owa/auth.aspx a=1+2 443 - 198.51.100.7 "
    "Mozilla/5.0+(X11;+Linux) - 200 15\n"
)


def only(tmp_path: Path, text: str) -> Event:
    path = tmp_path / "x.log"
    path.write_text(text, "utf-8")
    (event,) = read(path)
    assert isinstance(event, Event), event
    return event


def test_iis_is_a_web_server(tmp_path: Path) -> None:
    event = only(tmp_path, IIS)
    assert event.logsource == (source(None, "webserver"),)
    assert (event.timestamp, event.host) == ("2023-03-29T10:00:01.000Z", "198.51.100.7")
    fields = event.fields
    assert fields["cs-user-agent"] == fields["c-useragent"] == "Mozilla/5.0 (X11; Linux)"
    assert fields["cs(User-Agent)"] == "Mozilla/5.0+(X11;+Linux)"
    assert (fields["cs-uri-stem"], fields["cs-uri-query"]) == ("/owa/auth.aspx", "a=1+2")
    assert "cs-username" not in fields and "cs-referer" not in fields


def test_a_header_in_the_middle_of_a_file_holds_from_there(tmp_path: Path) -> None:
    path = tmp_path / "x.log"
    more = (
        "#Software: Microsoft Internet Information Services 10.0\n#Fields: date time c-ip cs-method"
    )
    path.write_text(f"{IIS}{more}\n2023-03-30 00:00:00 192.0.2.1 HEAD\n1 2\n", "utf-8")
    first, second, third = read(path)
    assert isinstance(first, Event) and isinstance(second, Event)
    assert second.fields["cs-method"] == "HEAD" and second.record == 8
    assert isinstance(third, BadRecord) and "2 values for 4 fields" in third.message


def test_the_windows_firewalls_log_is_a_firewalls(tmp_path: Path) -> None:
    text = (
        "#Version: 1.5\n#Software: Microsoft Windows Firewall\n#Time Format: Local\n"
        "#Fields: date time action protocol src-ip dst-ip src-port dst-port size tcpflags\n\n"
        "2023-03-29 10:00:00 ALLOW TCP 10.20.4.7 198.51.100.23 51000 443 0 -\n"
    )
    event = only(tmp_path, text)
    assert event.logsource == (source(None, "firewall"),)
    assert (event.fields["src_ip"], event.fields["dst_ip"]) == ("10.20.4.7", "198.51.100.23")
    assert event.fields["dst_port"] == "443" and event.host == "10.20.4.7"


def test_a_web_servers_combined_log(tmp_path: Path) -> None:
    text = (
        'shop.example:443 198.51.100.7 - j doe [29/Mar/2023:12:00:00 +0200] "GET /a?b=1 HTTP/1.1" '
        '404 12 "https://x.example/" "curl \\"8\\" \\x41"\n'
    )
    event = only(tmp_path, text)
    assert event.logsource == (source(None, "webserver"),)
    assert event.timestamp == "2023-03-29T10:00:00.000Z"
    wanted = {
        "cs-host": "shop.example:443", "c-ip": "198.51.100.7", "cs-username": "j doe",
        "cs-method": "GET", "cs-uri-stem": "/a", "cs-uri-query": "b=1", "sc-status": "404",
        "cs-user-agent": 'curl "8" A', "cs-referer": "https://x.example/",
    }  # fmt: skip
    assert {name: event.fields.get(name) for name in wanted} == wanted


def test_bytes_that_are_no_request_are_an_event_all_the_same(tmp_path: Path) -> None:
    text = '198.51.100.7 - - [29/Mar/2023:12:00:00 +0200] "\\x16\\x03\\x01" 400 0 "-" "-"\n'
    assert only(tmp_path, text).fields["sc-status"] == "400"


def test_squid_with_the_headers_of_log_mime_hdrs(tmp_path: Path) -> None:
    text = (
        "29/Mar/2023:10:00:00 +0000    45 10.20.4.7 TCP_TUNNEL/200 39 CONNECT a.example:443 - "
        "HIER_DIRECT/198.51.100.23 - [Host: a.example%0D%0AUser-Agent: x y%0D%0ACookie: __tutma=1]"
        " [HTTP/1.1 200 OK%0D%0A]\n"
    )
    event = only(tmp_path, text)
    assert event.timestamp == "2023-03-29T10:00:00.000Z"
    fields = event.fields
    assert (fields["cs-host"], fields["c-uri"]) == ("a.example", "a.example:443")
    assert (fields["c-useragent"], fields["cs-cookie"]) == ("x y", "__tutma=1")


def test_a_line_of_squid_that_is_cut_off_is_lost(tmp_path: Path) -> None:
    whole = "1680084000.123 45 10.20.4.7 TCP_MISS/200 39 GET http://a.example/ - HIER_NONE/- -\n"
    path = tmp_path / "x.log"
    path.write_text(whole + whole[:50] + "\n", "utf-8")
    assert [type(item) for item in read(path)] == [Event, BadRecord]
