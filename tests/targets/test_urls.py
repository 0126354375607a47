"""A host, or a path on it, in a URL: each language's expression means what the rule says."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from sigmapack.content.kinds import in_url
from sigmapack.targets import discover
from tests import urls
from tests.targets.elastic.sample import regexes
from tests.targets.sample import MakeContent, one

PROXY = "{category: proxy}"
#: Target and language -> what takes the expressions out of a query; all of them fold the case.
FOUND: dict[tuple[str, str], Callable[[str], list[str]]] = {
    ("elastic", "lucene"): lambda text: regexes(text, "url.original"),
    ("elastic", "eql"): lambda text: re.findall(r'regex~ "((?:\\.|[^"])*)"', text),
    ("elastic", "esql"): lambda text: re.findall(r'RLIKE """(.*?)"""', text),
    ("opensearch", "lucene"): lambda text: regexes(text, "url.original"),
    ("loki", "logql"): lambda text: re.findall(r"c_uri=~`(.*)`", text),
    ("logscale", "cql"): lambda text: re.findall(r"url\.original=/(.*)/i\n?", text),
    ("splunk", "spl"): lambda text: re.findall(
        r'where match\(coalesce\(\'url\', ""\), "(.*)"\)', text
    ),
    ("sentinel", "kql"): lambda text: re.findall(r'Url matches regex @"(.*)"', text),
}


def expressions(make_content: MakeContent, target: str, language: str, text: str) -> list[str]:
    query = one(discover()[target], make_content, text, PROXY, language)
    assert query.outcome == "ok"
    found = FOUND[target, language](query.text)
    assert found
    return [one.replace("\\\\", "\\") if language == "eql" else one for one in found]


@pytest.mark.parametrize(("target", "language"), [key for key in FOUND if key[0] != "sentinel"])
def test_a_host_is_found_in_a_url_and_no_lookalike(
    make_content: MakeContent, target: str, language: str
) -> None:
    text = "s: {c-uri|expand: '%ioc_domains%'}\ncondition: s"
    found = expressions(make_content, target, language, text)

    def hit(url: str) -> bool:
        return any(re.fullmatch(one, url, re.DOTALL | re.IGNORECASE) for one in found)

    assert [url for url in urls.HITS if not hit(url)] == []
    assert [url for url in urls.MISSES if hit(url)] == []


@pytest.mark.parametrize(("target", "language"), FOUND)
def test_a_path_is_found_on_its_host_only(
    make_content: MakeContent, target: str, language: str
) -> None:
    expression = in_url("url", "c-uri", [{"url": f"https://{urls.HOST}{urls.PATH}"}])
    text = f"s: {{c-uri|re: '{expression}'}}\ncondition: s"
    found = expressions(make_content, target, language, text)
    listed = [*urls.HITS, *urls.MISSES]
    hits = [u for u in listed if any(re.fullmatch(one, u, re.IGNORECASE) for one in found)]
    assert hits == urls.of(urls.PATH)


def test_sentinel_looks_for_a_host_in_the_host_of_the_url(make_content: MakeContent) -> None:
    text = "s: [{cs-host|expand: '%ioc_domains%'}, {c-uri|expand: '%ioc_domains%'}]\ncondition: s"
    found = one(discover()["sentinel"], make_content, text, PROXY).text
    assert found.count("bad\\.example\\.com") == 1 and "WebHost matches regex" in found
    (cut,) = re.findall(r'UrlHost = extract\(@"(.*)", 1, Url\)', found)
    (host,) = re.findall(r'WebHost matches regex @"(.*)"', found)
    for url in [*urls.HITS, *urls.MISSES]:
        part = re.search(cut, url)
        assert bool(part and re.search(host, part[1])) is (url in urls.HITS), url


def test_splunk_searches_no_less_than_it_asks_for_behind(make_content: MakeContent) -> None:
    text = "s: {c-uri|expand: '%ioc_domains%'}\nt: {cs-method: GET}\ncondition: s and t"
    query = one(discover()["splunk"], make_content, text, PROXY).text
    before = query.partition("\n| where ")[0]
    assert 'url IN ("*bad.example.com*", "*worse.example.net*")' in before
    assert before.endswith('http_method="GET"')
