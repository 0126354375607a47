"""Splunk: what its searches must say, by Splunk's own rules of syntax."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable

from sigmapack.compiling.compile import compile_target
from sigmapack.compiling.product import Query
from sigmapack.content.model import Content
from sigmapack.targets.splunk import TARGET

MakeContent = Callable[..., Content]

RULE = """\
title: {title}
id: 6f1c7a3e-54a2-4f0e-9a38-0d5c1f2b7a{n:02}
name: {name}
logsource: {logsource}
detection:
{detection}
level: high
"""


def rule(
    name: str,
    detection: str,
    logsource: str = "{product: windows, category: process_creation}",
    n: int = 1,
) -> str:
    lines = "\n".join(f"    {line}" for line in detection.strip("\n").splitlines())
    return RULE.format(title=name, name=name, detection=lines, logsource=logsource, n=n)


def compiled(content: Content) -> dict[str, Query]:
    assert content.problems == ()
    return {query.rule.name: query for query in compile_target(content, TARGET)}


def search(query: Query) -> str:
    """The search without its comment, and without what it tells of its own."""
    text = re.sub(r"```.*?```", "", query.text, flags=re.DOTALL).strip()
    return text if query.rule.is_correlation else text.partition("\n| eval ")[0]


def test_the_header_is_a_comment_that_names_the_rule(make_content: MakeContent) -> None:
    text = compiled(make_content(one=rule("one", "s: {Image: a.exe}\ncondition: s")))["one"].text
    assert text.startswith("``` one\n    id: 6f1c7a3e-54a2-4f0e-9a38-0d5c1f2b7a01   level: high")


def test_a_category_is_restricted_to_its_sources_and_event_codes(
    make_content: MakeContent,
) -> None:
    found = compiled(make_content(one=rule("one", "s: {Image: a.exe}\ncondition: s")))["one"]
    assert search(found).startswith(
        "((`logsource_sysmon` EventCode=1) OR (`logsource_security` EventCode=4688)) "
    )


def test_mixed_groups_are_always_in_parentheses(make_content: MakeContent) -> None:
    detection = """
a: {ParentUser: x}
b: {Product: y}
c: {User: z}
condition: (a and b) or c
"""
    found = search(compiled(make_content(one=rule("one", detection)))["one"])
    assert '((ParentUser="x" Product="y") OR User="z")' in found


def test_not_keeps_its_group(make_content: MakeContent) -> None:
    detection = """
a: {Product: x}
f: [{User: y}, {Company: z}]
condition: a and not f
"""
    found = search(compiled(make_content(one=rule("one", detection)))["one"])
    assert found.endswith('(Product="x" NOT (User="y" OR Company="z"))')


def test_backslashes_are_doubled_and_quotes_escaped(make_content: MakeContent) -> None:
    detection = "s: {Product|contains: '\\Exclusions\\\"x\"'}\ncondition: s"
    found = search(compiled(make_content(one=rule("one", detection)))["one"])
    assert found.endswith(r'Product="*\\Exclusions\\\"x\"*"')


def test_proxy_fields_are_those_of_the_common_information_model(
    make_content: MakeContent,
) -> None:
    detection = "s: {cs-host: a.example, c-useragent: b, sc-status: 403}\ncondition: s"
    found = search(compiled(make_content(one=rule("one", detection, "{category: proxy}")))["one"])
    assert "cs-host" not in found
    assert '(url_domain="a.example" OR dest="a.example")' in found
    assert 'http_user_agent="b" status=403' in found


def test_a_json_array_of_zeek_has_braces(make_content: MakeContent) -> None:
    logsource = "{product: zeek, service: http}"
    detection = "s: {cookie_vars: [a, b]}\ncondition: s"
    found = search(compiled(make_content(one=rule("one", detection, logsource)))["one"])
    assert 'cookie_vars{} IN ("a", "b") OR cookie_vars IN ("a", "b")' in found


def test_the_native_variant_reads_the_pattern_column_of_the_lookup(
    make_content: MakeContent,
) -> None:
    detection = "s: {QueryName|expand: '%ioc_domains%'}\ncondition: s"
    logsource = "{product: windows, category: dns_query}"
    content = make_content(one=rule("one", detection, logsource))
    query = compiled(content)["one"]
    assert "[| inputlookup ioc_domains | rename pattern AS QueryName" in query.native_text
    files = {a.path: a.data.decode("utf-8", "replace") for a in TARGET.package(content, (query,))}
    rows = list(csv.DictReader(io.StringIO(files["lookups/ioc_domains.csv"])))
    patterns = [row["pattern"] for row in rows if row["domain"] == "bad.example.com"]
    assert patterns == [
        "bad.example.com",
        "*.bad.example.com",
        "bad.example.com.",
        "*.bad.example.com.",
        # As the host of a request.
        "bad.example.com:*",
        "*.bad.example.com:*",
    ]
    assert (
        "match_type = WILDCARD(pattern)\ncase_sensitive_match = false" in files["transforms.conf"]
    )


def test_every_macro_that_a_search_uses_is_defined(make_content: MakeContent) -> None:
    content = make_content(one=rule("one", "s: {Image: a.exe}\ncondition: s"))
    query = compiled(content)["one"]
    conf = {a.path: a.data.decode("utf-8", "replace") for a in TARGET.package(content, (query,))}[
        "macros.conf"
    ]
    for name in re.findall(r"`(\w+)`", search(query)):
        assert f"[{name}]\ndefinition = (index=" in conf


CORRELATION = """\
title: Correlated
id: 6f1c7a3e-54a2-4f0e-9a38-0d5c1f2b7a99
name: correlated
correlation:
    type: {type}
    rules: [one, two]
    group-by: [Computer]
    timespan: 24h
{condition}
level: high
"""


def correlated(make_content: MakeContent, kind: str, condition: str = "") -> str:
    one = rule("one", "s: {Image: a.exe}\ncondition: s", n=1)
    two = rule("two", "s: {Image: b.exe}\ncondition: s", n=2)
    text = CORRELATION.format(type=kind, condition=condition)
    return search(compiled(make_content(one=one, two=two, three=text))["correlated"])


def test_a_correlation_slides_instead_of_cutting_time_into_bins(
    make_content: MakeContent,
) -> None:
    found = correlated(make_content, "event_count", "    condition: {gte: 5}")
    assert "bin _time" not in found
    sorted_first = "| sort 0 _time sigma_step\n| streamstats time_window=86400s"
    assert f"{sorted_first} count as event_count" in found
    assert "| where event_count >= 5" in found
    assert "dest=lower(coalesce('Computer', 'ComputerName', 'host'))" in found


def test_an_ordered_correlation_wants_the_first_step_before_the_second(
    make_content: MakeContent,
) -> None:
    found = correlated(make_content, "temporal_ordered")
    assert "| eval begun_1=if(sigma_step=1, _time, null())\n" in found
    assert "| streamstats max(begun_1) as chain_1 by dest\n" in found
    assert "| where sigma_step = 2 AND _time - chain_1 <= 86400" in found
    assert "| where step_1 > 0 AND step_2 > 0" in correlated(make_content, "temporal")
