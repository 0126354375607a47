"""How values of each kind match: forms are tried on real values with Sigma's wildcard rules."""

from __future__ import annotations

import re

import pytest

from sigmapack.content.kinds import escape, forms


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
    ("uri", "expected"),
    [
        ("officeaddons.com:443", True),
        ("www.officeaddons.com:443", True),
        ("https://officeaddons.com", True),
        ("https://officeaddons.com/technologies", True),
        ("http://officeaddons.com:8080/x", True),
        ("myofficeaddons.com:443", False),
        ("https://myofficeaddons.com/", False),
        ("https://officeaddons.com.mx/", False),
        ("https://search.example.org/?q=https://officeaddons.com/", False),
    ],
)
def test_domain_in_a_url_field_matches_the_host_only(uri: str, expected: bool) -> None:
    assert found("domain", "c-uri", DOMAIN, uri) is expected


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


def test_escape_makes_wildcards_literal() -> None:
    assert matches(escape("a*b?c\\d"), "a*b?c\\d")
    assert not matches(escape("a*b"), "aXb")
