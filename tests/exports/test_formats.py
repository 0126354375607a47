"""The indicators as files: what is in them, and what is blocked."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from datetime import date

import pytest

from sigmapack import __version__, exports
from sigmapack.content.load import load
from sigmapack.content.model import Content
from sigmapack.exports import edl
from sigmapack.exports.feed import CANARY, RELEASED
from sigmapack.exports.rows import Unfit, read
from tests.conftest import RULE
from tests.exports.sample import ROOT, blocked, feed, own

MakeContent = Callable[..., Content]
DAY = date(2026, 12, 1)
BLOCKING = (
    "rpz/threecx.rpz",
    "adguard/threecx.adguard.txt",
    "hosts/threecx.hosts",
    "edl/ABOUT.txt",
    "suricata/threecx.rules",
    "suricata/drop.conf",
)
HEAD = "domain,role,platform,confidence,source,first_seen,last_seen,valid_until,advisory\n"


def row(value: str, confidence: str = "high", until: str = "", advisory: str = "no") -> str:
    return f"{value},c2,any,{confidence},test,,,{until},{advisory}\n"


def names(data: bytes) -> set[str]:
    """The domains and names that a list of any format holds, without comments."""
    lines = [line for line in data.decode().splitlines() if line[:1] not in ("#", ";", "!")]
    return set(re.findall(r"[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}", "\n".join(lines)))


def test_every_format_is_found_by_its_module() -> None:
    folder = ROOT / "sigmapack" / "exports"
    paths = [*folder.glob("*.py"), *folder.glob("*/__init__.py")]
    modules = {path for path in paths if "\nEXPORT = " in path.read_text("utf-8")}
    assert len(exports.discover()) == len(modules) == 13
    assert {path.partition("/")[0] for path in own()} == {*exports.discover(), "README.md"}


def test_the_readme_says_of_every_format_how_it_is_used() -> None:
    text = own()["README.md"].decode()
    for export in exports.discover().values():
        section = text.partition(f"## {export.title} (`{export.name}/`)\n")[2].partition("\n## ")[0]
        assert all(f"\n{number}. " in section for number in (1, 2, 3)), export.name


def test_the_day_of_the_version_is_that_of_the_changelog() -> None:
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert f"## {__version__} - {RELEASED}\n" in text


def test_the_csv_has_every_indicator_of_the_lookups() -> None:
    rows = list(csv.DictReader(io.StringIO(own()["csv/indicators.csv"].decode())))
    wanted = {
        line.partition(",")[0]
        for path in (ROOT / "lookups").glob("ioc_*.csv")
        for line in path.read_text("utf-8").splitlines()[1:]
    }
    assert {row["value"] for row in rows} == wanted
    assert {row["value"] for row in rows if row["block"] == "yes" and row["type"] == "domain"} == {
        *blocked()
    }
    assert {row["confidence"] for row in rows} == {"high", "medium", "low"}
    assert all(row["source"] and row["role"] for row in rows)


def zones() -> set[str]:
    lines = (ROOT / "lookups" / "vendor_zones.csv").read_text("utf-8").splitlines()[1:]
    return {line.partition(",")[0] for line in lines}


def test_no_format_has_a_zone_of_the_vendor_as_an_indicator() -> None:
    assert len(zones()) > 110
    assert not {one.value for one in feed().indicators} & zones()
    for path, data in own(DAY).items():
        assert not names(data) & zones(), path


def test_no_format_has_an_answer_of_a_filter_as_an_indicator() -> None:
    lines = (ROOT / "lookups" / "block_answers.csv").read_text("utf-8").splitlines()[1:]
    answers = {line.partition(",")[0] for line in lines}
    assert {"0.0.0.0", "208.91.112.55", "sinkhole.paloaltonetworks.com"} <= answers
    assert not {one.value for one in feed().indicators} & answers
    # A block list of hosts and a response policy answer with these themselves.
    shown = {one for one in answers if one not in ("0.0.0.0", "127.0.0.1", "::", "::1")}
    for path, data in own(DAY).items():
        assert not [one for one in shown if one in data.decode()], path


def test_no_list_blocks_a_host_in_a_zone_of_the_vendor(make_content: MakeContent) -> None:
    zone = f"zone{HEAD.removeprefix('domain')}{row('zone.example.org')}"
    rows = row("bad.example.com") + row("pbx.zone.example.org")
    made = read(table(make_content, rows, vendor_zones=zone))
    assert [found.value for found in made.blocked("domain")] == ["bad.example.com"]
    assert [found.value for found in made.left_out] == ["pbx.zone.example.org"]


def test_blocking_lists_hold_all_of_the_advisory_and_else_only_high_confidence() -> None:
    found = {one.value: one for one in feed().of("domain")}
    advisory = {value for value, one in found.items() if one.advisory}
    assert len(advisory) == 21
    assert advisory <= set(blocked())
    assert all(found[value].confidence == "high" for value in set(blocked()) - advisory)
    others = set(found) - set(blocked())
    assert others == {value for value, one in found.items() if one.table == "ioc_domains_low"}


@pytest.mark.parametrize(
    "path", [*BLOCKING[:3], "squid/threecx.squid.txt", "edl/domains.txt", "edl/urls.txt"]
)
def test_a_blocking_list_names_the_blocked_domains_and_no_other(path: str) -> None:
    wanted = {*blocked(), CANARY}
    found = names(own()[path]) - {"hostmaster.localhost", "djour.php"}
    found -= {"od.lk"} if path == "edl/urls.txt" else set()
    assert {name.removeprefix("www.") for name in found} == wanted


def test_a_list_of_addresses_is_not_written_while_none_is_known_to_be_valid() -> None:
    assert "edl/ips.txt" not in own()
    assert "edl/ips.txt" not in own(DAY)


def test_lists_of_urls_carry_no_scheme_and_end_domains_by_a_slash() -> None:
    lines = own()["edl/urls.txt"].decode().splitlines()
    assert not [line for line in lines if "://" in line or "/" not in line]
    assert {"*.akamaicontainer.com/", "akamaicontainer.com/", "journalide.org/djour.php"} <= {
        *lines
    }
    # A file on a host that serves others, too: nothing but its whole address.
    assert [line for line in lines if "od.lk" in line] == ["od.lk/d/NTJfMzg4MDE1NzJf/vxmedia"]


@pytest.mark.parametrize("path", BLOCKING)
def test_headers_say_from_when_and_for_how_long(path: str) -> None:
    assert "at least 30 days from the day of blocking" in own()[path].decode()
    dated = own(DAY)[path].decode()
    assert "Block from 2026-12-01 until at least 2026-12-31 (30 days" in dated
    assert "at least 30 days from the day" not in dated


def test_every_file_ends_its_lines_by_lf_and_is_utf8() -> None:
    for path, data in own().items():
        assert data.decode("utf-8").endswith("\n") and b"\r" not in data, path


def test_only_blocking_lists_change_with_the_day() -> None:
    changed = {path.partition("/")[0] for path in own() if own()[path] != own(DAY)[path]}
    assert changed == {"rpz", "adguard", "hosts", "edl", "squid", "suricata", "README.md"}


def table(make_content: MakeContent, rows: str, **more: str) -> Content:
    return make_content({"ioc_domains": HEAD + rows, **more}, sample=RULE)


def test_a_vendors_domain_is_never_blocked_and_the_header_says_so(
    make_content: MakeContent,
) -> None:
    rows = row("bad.example.com") + row("github.com") + row("raw.githubusercontent.com")
    rows += row("azureedge.net", advisory="yes")
    url = HEAD.replace("domain", "url") + row("https://raw.githubusercontent.com/Icon/images/i.ico")
    made = {a.path: a.data for a in exports.artifacts(table(make_content, rows, ioc_urls=url), DAY)}
    owned = {"github.com", "raw.githubusercontent.com", "azureedge.net"}
    for path in [*BLOCKING[:3], "edl/domains.txt"]:
        data = made[f"indicators/{path}"]
        assert not owned & {name.removeprefix("www.") for name in names(data)}, path
    for path in BLOCKING[:3]:
        assert (
            b"Left out, owned by a vendor: azureedge.net, github.com"
            in (made[f"indicators/{path}"])
        )
    urls = made["indicators/edl/urls.txt"].decode().splitlines()
    assert "raw.githubusercontent.com/Icon/images/i.ico" in urls
    assert not {"raw.githubusercontent.com/", "*.raw.githubusercontent.com/"} & {*urls}
    assert b"raw.githubusercontent.com" in made["indicators/csv/indicators.csv"]
    drops = [
        line
        for line in made["indicators/suricata/threecx.rules"].decode().splitlines()
        if "blocking yes" in line and not line.startswith("# All")
    ]
    assert len(drops) == 3 and all("bad.example.com" in line for line in drops)


def test_what_is_expired_on_the_day_of_blocking_is_not_blocked(make_content: MakeContent) -> None:
    rows = row("old.example.com", until="2026-11-30") + row("new.example.com", until="2026-12-01")
    content = table(make_content, rows)
    assert [one.value for one in read(content, DAY).blocked("domain")] == ["new.example.com"]
    assert len(read(content).blocked("domain")) == 2


def test_an_address_is_blocked_only_while_it_is_said_to_be_valid(make_content: MakeContent) -> None:
    head = HEAD.replace("domain", "ip")
    rows = row("192.0.2.1") + row("192.0.2.2", until="2027-01-01")
    rows += row("192.0.2.3", confidence="low", until="2027-01-01")
    content = table(make_content, row("bad.example.com"), ioc_ips=head + rows)
    assert read(content).blocked("ip") == []
    assert [one.value for one in read(content, DAY).blocked("ip")] == ["192.0.2.2"]
    made = {a.path: a.data for a in edl.files(read(content, DAY))}
    assert made["ips.txt"] == b"192.0.2.2\n"


def test_an_indicator_nobody_vouches_for_is_of_low_confidence(make_content: MakeContent) -> None:
    content = make_content({"ioc_domains": "domain\nbad.example.com\n"}, sample=RULE)
    (one,) = read(content).indicators
    assert (one.confidence, one.advisory, read(content).blocked("domain")) == ("low", False, [])


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (row("*.bad.example.com"), "is no domain"),
        (row("bad.example.com; drop"), "is no domain"),
        (row("bad.\u2028example.com"), "is no domain"),
        (row("bad.example.com", until="2026-2-1"), "has a valid_until that is not of the form"),
    ],
)
def test_a_value_that_would_break_a_format_is_a_problem_with_its_place(
    make_content: MakeContent, rows: str, message: str
) -> None:
    with pytest.raises(Unfit) as caught:
        read(table(make_content, row("a.example.com") + rows))
    (problem,) = caught.value.problems
    assert (problem.line, problem.code) == (3, "indicator")
    assert problem.path.endswith("ioc_domains.csv")
    assert message in problem.message


def test_content_without_indicators_makes_no_files(make_content: MakeContent) -> None:
    content = make_content({"builds": "version\n18.12.407\n"}, sample=RULE.replace("|expand", ""))
    assert exports.artifacts(content) == []


def test_no_published_value_is_a_formula_to_a_spreadsheet() -> None:
    """docs/security.md says so (https://owasp.org/www-community/attacks/CSV_Injection)."""
    tables = load(ROOT).lookups.values()
    values = [value for table in tables for row in table.rows for value in row.values.values()]
    assert len(values) > 1_000
    assert [value for value in values if value.startswith(("=", "+", "-", "@", "\t", "\r"))] == []
