"""How values of each kind match: forms are tried on real values with Sigma's wildcard rules."""

from __future__ import annotations

import re

import pytest

from sigmapack.content.kinds import answer, escape, forms, in_url
from sigmapack.content.urls import Address, addresses


def matches(form: str, value: str) -> bool:
    """Sigma's matching of one value, by definition: `*` any text, `\\x` a literal x, no case."""
    pattern = ""
    position = 0
    while position < len(form):
        character = form[position]
        if character == "\\" and form[position + 1 : position + 2] in ("*", "?", "\\"):
            position += 1
            pattern += re.escape(form[position])
        else:
            pattern += {"*": ".*", "?": "."}.get(character, re.escape(character))
        position += 1
    return re.fullmatch(pattern, value, re.IGNORECASE | re.DOTALL) is not None


def found(column: str, field: str, row: dict[str, str], value: str) -> bool:
    return any(matches(form, value) for form in forms(column, field, row))


DOMAIN = {"domain": "officeaddons.com"}


@pytest.mark.parametrize(
    "name",
    [
        "officeaddons.com",
        "www.officeaddons.com",
        "a.b.officeaddons.com",
        "OfficeAddons.COM",
        "officeaddons.com.",
        "WWW.officeaddons.com.",
    ],
)
def test_domain_matches_itself_and_subdomains_in_any_case_with_or_without_final_dot(
    name: str,
) -> None:
    assert found("domain", "QueryName", DOMAIN, name)


@pytest.mark.parametrize(
    "name",
    [
        "myofficeaddons.com",
        "officeaddons.com.mx",
        "officeaddons.com.example.org",
        "officeaddons.com..",
        "officeaddons-com",
        "officeaddonsXcom",
        "officeaddons.co",
        "",
    ],
)
def test_domain_never_matches_a_lookalike(name: str) -> None:
    assert not found("domain", "QueryName", DOMAIN, name)


@pytest.mark.parametrize(
    ("column", "row"),
    [("domain", DOMAIN), ("zone", {"zone": "officeaddons.com"}), ("host", {"host": "a.example"})],
)
def test_host_in_a_url_field_is_an_expression(column: str, row: dict[str, str]) -> None:
    text = in_url(column, "c-uri", [row])
    assert addresses(text) == (Address(row[column]),)
    assert in_url(column, "cs-host", [row]) == ""


def test_url_in_a_url_field_is_an_expression() -> None:
    text = in_url("url", "c-uri", [{"url": "https://glcloudservice.com/v1/console"}])
    assert addresses(text) == (Address("glcloudservice.com", "/v1/console"),)


@pytest.mark.parametrize(
    ("field", "expected"), [("cs-host", True), ("host", True), ("r-dns", True), ("query", False)]
)
def test_domain_has_a_port_only_where_a_request_names_its_host(field: str, expected: bool) -> None:
    for host in ("officeaddons.com:443", "www.OfficeAddons.com:8080"):
        assert found("domain", field, DOMAIN, host) is expected
    for host in ("myofficeaddons.com:443", "officeaddons.com.evil.test:443"):
        assert not found("domain", field, DOMAIN, host)


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("pbx.3cx.us", True),
        ("a.tx.3CX.us.", True),
        ("3cx.us", True),
        ("pbx.3cx.us:5001", True),
        ("3cx.us:443", True),
        ("evil3cx.us", False),
        ("evil3cx.us:5001", False),
        ("3cx.us.evil.test", False),
        ("pbx.3cx.us.evil.test:443", False),
        ("3cx-us.evil.test", False),
        ("", False),
    ],
)
def test_zone_matches_hosts_below_it_with_or_without_port(host: str, expected: bool) -> None:
    assert found("zone", "cs-host", {"zone": "3cx.us"}, host) is expected


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("18.12.416", True),
        ("18.12.416.0", True),
        ("18.12.4160", False),
        ("18.12.425", False),
        ("118.12.416", False),
    ],
)
def test_version_matches_the_build_and_nothing_longer(version: str, expected: bool) -> None:
    assert found("version", "FileVersion", {"version": "18.12.416"}, version) is expected


def test_hash_in_a_list_of_hashes_needs_its_algorithm() -> None:
    row = {"hash": "aa" * 32, "algorithm": "sha256"}
    listed = f"MD5={'bb' * 16},SHA256={'AA' * 32},IMPHASH={'cc' * 16}"
    assert found("hash", "Hashes", row, listed)
    assert not found("hash", "Hashes", row, f"IMPHASH={'AA' * 32}")
    assert found("hash", "sha256", row, "AA" * 32)


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("/v2/storage", True),
        ("/v2/storage?id=1", True),
        ("/v2/storage/", False),
        ("/v2/storageX", False),
        ("/x/v2/storage", False),
    ],
)
def test_path_is_exact_but_for_a_query(uri: str, expected: bool) -> None:
    assert found("path", "uri", {"path": "/v2/storage"}, uri) is expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://glcloudservice.com/v1/console", True),
        ("https://glcloudservice.com:443/v1/console?x=1", True),
        ("glcloudservice.com/v1/console", True),
        ("https://glcloudservice.com/v1/console/2", False),
        ("https://myglcloudservice.com/v1/console", False),
    ],
)
def test_url_matches_with_or_without_scheme_port_and_query(url: str, expected: bool) -> None:
    row = {"url": "https://glcloudservice.com/v1/console"}
    assert found("url", "c-uri", row, url) is expected


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("__tutma=5f1", True),
        ("a=1; __tutma=5f1", True),
        ("a=1;__tutma=5f1", True),
        ("__utma=5f1", False),
        ("x__tutma=5f1", False),
        ("x__tutma2=5f1", False),
        ("__tutma2=5f1", False),
    ],
)
def test_cookie_matches_by_its_whole_name(header: str, expected: bool) -> None:
    assert found("cookie", "cs-cookie", {"cookie": "__tutma"}, header) is expected


RESULTS = {
    "0.0.0.0": (
        ["0.0.0.0;", "::ffff:0.0.0.0;", "198.51.100.9;0.0.0.0;", "type:  5 a.b;::ffff:0.0.0.0;"],
        ["10.0.0.0;", "::ffff:10.0.0.0;", "0.0.0.01;", "198.51.100.9;10.0.0.0;", "-"],
    ),
    "::": (["::;", "type:  5 a.b;::;"], ["::1;", "2001:db8::;", "::ffff:192.0.2.1;", "-"]),
    "2600:5200::1": (["2600:5200::1;", "::1;2600:5200::1;"], ["2600:5200::10;", "12600:5200::1;"]),
    "sink.example.org": (
        ["type:  5 sink.example.org;", "type:  5 a.b;type:  5 Sink.Example.ORG;::1;"],
        ["type:  5 mysink.example.org;", "type:  5 sink.example.org.evil.test;", "-"],
    ),
}


@pytest.mark.parametrize("value", RESULTS)
def test_answer_is_found_whole_among_all_that_sysmon_lists(value: str) -> None:
    right, wrong = RESULTS[value]
    row = {"answer": value}
    assert [one for one in right if not found("answer", "QueryResults", row, one)] == []
    assert [one for one in wrong if found("answer", "QueryResults", row, one)] == []


@pytest.mark.parametrize(
    ("value", "logged", "expected"),
    [
        ("208.91.112.55", "208.91.112.55", True),
        ("208.91.112.55", "::ffff:208.91.112.55", True),
        ("208.91.112.55", "208.91.112.5", False),
        ("sink.example.org", "Sink.example.org.", True),
        ("sink.example.org", "mysink.example.org", False),
    ],
)
def test_answer_of_a_resolver_is_the_whole_value(value: str, logged: str, expected: bool) -> None:
    assert found("answer", "answers", {"answer": value}, logged) is expected


def test_only_an_address_is_looked_for_where_no_name_can_stand() -> None:
    assert forms("answer", "dst_ip", {"answer": "62.0.58.94"}) == ["62.0.58.94"]
    assert forms("answer", "dst_ip", {"answer": "sink.example.org"}) == []


@pytest.mark.parametrize("value", RESULTS)
@pytest.mark.parametrize("field", ["answer", "QueryResults"])
def test_the_answer_of_a_form_is_known_again(field: str, value: str) -> None:
    named = {answer(form).removesuffix(".") for form in forms("answer", field, {"answer": value})}
    assert named == {value}


def test_escape_makes_wildcards_literal() -> None:
    assert matches(escape("a*b?c\\d"), "a*b?c\\d")
    assert not matches(escape("a*b"), "aXb")


@pytest.mark.parametrize(
    ("whole", "name", "verdict", "is_found"),
    [
        ("no", "SamScissors", "Trojan:Win32/SAMSCISSORS.SB", True),
        ("no", "SamScissors", "SamScissor", False),
        ("yes", "Troj/Loader-AF", "troj/loader-af", True),
        ("yes", "Troj/Loader-AF", "Troj/Loader-AFX", False),
        ("yes", "Troj/Loader-AF", "HPmal/Troj/Loader-AF", False),
    ],
)
def test_antivirus_name_matches_as_its_row_says(
    whole: str, name: str, verdict: str, is_found: bool
) -> None:
    assert found("threat", "Signature", {"threat": name, "whole": whole}, verdict) is is_found
