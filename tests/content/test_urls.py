"""The expression for hosts in URLs: what it matches, and that it says what it is of."""

from __future__ import annotations

import re

import pytest

from sigmapack.content.urls import Address, addresses, expression
from tests.urls import HITS, HOST, MISSES, PATH, of

OTHER = Address("other-host.example.net")


def matched(text: str, urls: list[str]) -> list[str]:
    return [url for url in urls if re.search(text, url)]


def test_a_host_is_found_in_every_way_of_writing_a_url_and_nowhere_else() -> None:
    text = expression([Address(HOST), OTHER])
    assert matched(text, HITS) == HITS
    assert matched(text, MISSES) == []


def test_a_path_is_found_on_its_own_host_only() -> None:
    text = expression([Address(HOST, PATH), Address(OTHER.host, "/a")])
    assert matched(text, HITS) == of(PATH) != []
    assert matched(text, [*MISSES, f"https://{HOST}/a", f"https://{OTHER.host}{PATH}"]) == []
    assert matched(text, [f"{OTHER.host}/a?b", f"{OTHER.host}:443/A"]) != []


@pytest.mark.parametrize("path", ["", PATH])
def test_an_expression_says_what_it_is_of(path: str) -> None:
    wanted = (Address(HOST, path), Address(OTHER.host, path))
    assert addresses(expression([*wanted, *wanted])) == wanted
    assert addresses("^https://") == ()
