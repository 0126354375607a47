"""Splunk: what `search` cannot say stands behind it, and `search` leaves nothing out for it."""

from __future__ import annotations

import json
import re

import pytest

from sigmapack.targets.splunk import TARGET
from sigmapack.targets.splunk.where import MOST
from tests.targets.sample import MakeContent, one

PROXY = "{category: proxy}"


def parts(make_content: MakeContent, detection: str) -> tuple[str, str]:
    """The search and what stands behind it, as far as it is a `where`."""
    text = one(TARGET, make_content, detection, PROXY).text
    text = re.sub(r"```.*?```", "", text, flags=re.DOTALL).strip()
    before, _, behind = text.partition("\n| where ")
    return before.partition("\n| ")[0], behind.partition("\n| ")[0]


@pytest.mark.parametrize(
    ("condition", "search", "where"),
    [
        ("a and b", 'http_method="GET"', 'match(coalesce(\'http_user_agent\', ""), "^x+$")'),
        ("a and not b", 'http_method="GET"', "NOT (match("),
        ("b or a", "", 'match(coalesce(\'http_user_agent\', ""), "^x+$")\n  OR match('),
        ("not (a and b)", "", "NOT (match("),
        ("a", 'http_method="GET"', ""),
    ],
)
def test_an_expression_is_matched_behind_the_search(
    make_content: MakeContent, condition: str, search: str, where: str
) -> None:
    detection = f"a: {{cs-method: GET}}\nb: {{c-useragent|re: '^x+$'}}\ncondition: {condition}"
    before, behind = parts(make_content, detection)
    assert before == f"`logsource_proxy` {search}".rstrip()
    assert " ".join(behind.split()).startswith(" ".join(where.split())) and bool(behind) is bool(
        where
    )


@pytest.mark.parametrize(("count", "behind"), [(MOST, False), (MOST + 1, True)])
def test_a_long_exclusion_is_one_expression(
    make_content: MakeContent, count: int, behind: bool
) -> None:
    names = json.dumps([f"a{number}.example" for number in range(count)])
    detection = f"a: {{cs-method: GET}}\nb: {{c-uri: {names}}}\ncondition: a and not b"
    search, where = parts(make_content, detection)
    assert where.startswith('NOT (match(coalesce(\'url\', ""), "(?is)^(?:a0\\.example|') is behind
    assert ("NOT" in search) is not behind
