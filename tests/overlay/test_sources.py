"""What a client calls its logs: a name in queries, and never a command."""

from __future__ import annotations

from pathlib import Path

import pytest

from sigmapack.content.model import Content
from sigmapack.overlay.sources import balanced
from sigmapack.targets import discover
from tests.conftest import RULE, MakeContent
from tests.overlay.folder import SETTINGS, overlaid, shortened


def problems(content: Content, where: Path, product: str, key: str, value: str) -> list[str]:
    settings = f"{SETTINGS}[sources.{product}]\n\n{key} = {value}\n"
    return list(map(shortened, overlaid(content, where, settings).problems))


@pytest.mark.parametrize(
    ("product", "key", "value"),
    [
        ("splunk", "sysmon", "'index=acme source=\"x\"'"),
        ("elastic", "sysmon", '{ index = ["logs-acme.sysmon-*", "acme:logs-*"] }'),
        ("opensearch", "sysmon", '{ index = "acme-winlogbeat-*" }'),
        ("sentinel", '"windows/dns_query"', "'_Im_Dns | where DvcDomain =~ \"acme\"'"),
        ("defender", '"windows/dns_query"', "'DeviceEvents | where MachineGroup == \"acme\"'"),
        ("loki", "windows", '\'{job="windows", tenant="acme"}\''),
        ("logscale", "sysmon", "'#repo=\"acme\"'"),
    ],
)
def test_a_line_takes_the_place_of_the_packs(
    make_content: MakeContent, tmp_path: Path, product: str, key: str, value: str
) -> None:
    content = make_content(a=RULE)
    settings = f"{SETTINGS}[sources.{product}]\n{key} = {value}\n"
    made = overlaid(content, tmp_path / "acme", settings)
    assert made.problems == ()
    name = key.strip('"')
    before, after = content.sources.products[product], made.content.sources.products[product]
    assert "acme" in str(after[name]) and "acme" not in str(before[name])
    assert {k: v for k, v in after.items() if k != name} == {
        k: v for k, v in before.items() if k != name
    }


def test_an_index_leaves_what_events_say(make_content: MakeContent, tmp_path: Path) -> None:
    content = make_content(a=RULE)
    settings = SETTINGS + '[sources.elastic]\nproxy = { index = "logs-acme-*" }\n'
    made = overlaid(content, tmp_path / "acme", settings)
    line = made.content.sources.products["elastic"]["proxy"]
    assert line["index"] == "logs-acme-*"
    assert line["where"] == content.sources.products["elastic"]["proxy"]["where"]


@pytest.mark.parametrize(
    ("product", "key", "value", "said"),
    [
        ("nosuch", "sysmon", "'x'", "3: client: no product 'nosuch' has log sources (has: "),
        ("splunk", "nosuch", "'x'", "5: client: splunk has no log source 'nosuch' (has: "),
        ("splunk", "sysmon", '{ index = "x" }', "5: client: sysmon of splunk is to be a text"),
        ("elastic", "sysmon", "'logs-*'", "5: client: sysmon of elastic is to be a table with"),
        ("splunk", "sysmon", "'index=%INDEX%'", "5: client: %INDEX% is a placeholder"),
        ("loki", "windows", "'{{job}}'", "5: client: {{ is a placeholder"),
        ("splunk", "sysmon", "'index=<your index>'", "5: client: <your index> is a placeholder"),
        ("splunk", "sysmon", "'index=a | delete'", "5: client: '|' is more than the name of a"),
        ("splunk", "sysmon", "'index=a [| rest /x]'", "5: client: '[' is more than the name of"),
        ("splunk", "sysmon", "'`drop`'", "5: client: '`' is more than the name of a source"),
        ("splunk", "sysmon", "'index=a) OR (index=*'", "5: client: 'index=a) OR (index=*' has a"),
        ("splunk", "sysmon", "'source=\"x'", "5: client: 'source=\"x' has a quote or a bracket"),
        ("loki", "windows", "'{a=\"b\"} | line_format \"x\"'", "5: client: '|' is more than"),
        ("logscale", "sysmon", "'a=b | drop(c)'", "5: client: '|' is more than the name"),
        ("logscale", "sysmon", "'a=b // c'", "5: client: '//' is more than the name"),
        ("sentinel", "\"any/dns\"", "'externaldata(a:string)'", "5: client: 'externaldata' is"),
        ("sentinel", "\"any/dns\"", "'T; .drop table T'", "5: client: ';' is more than the name"),
        ("defender", "\"any/antivirus\"", "'T // c'", "5: client: '//' is more than the name"),
        ("defender", "\"any/antivirus\"", "'T | evaluate x()'", "5: client: 'evaluate' is more"),
    ],
)  # fmt: skip
def test_what_is_no_name_of_a_source_is_a_problem(
    make_content: MakeContent, tmp_path: Path, product: str, key: str, value: str, said: str
) -> None:
    found = problems(make_content(a=RULE), tmp_path / "acme", product, key, value)
    assert [text for text in found if text.startswith(f"client.toml:{said}")] != [], found


def test_a_command_within_quotes_is_text(make_content: MakeContent, tmp_path: Path) -> None:
    value = "'source=\"a | b\"'"
    assert problems(make_content(a=RULE), tmp_path / "a", "splunk", "sysmon", value) == []


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("a (b [c] {d})", True),
        ("'(' \"]\"", True),
        ("'it\\'s (' x", True),
        ("(a]", False),
        ("a)", False),
        ("(a", False),
        ("'a", False),
        ('a " b', False),
    ],
)
def test_quotes_and_brackets_have_their_other_half(text: str, whole: bool) -> None:
    assert balanced(text) is whole


def test_every_line_of_the_pack_itself_would_do(make_content: MakeContent, tmp_path: Path) -> None:
    content = make_content(a=RULE)
    assert set(content.sources.products) < set(discover())
    for product, lines in content.sources.products.items():
        if product == "sentinel":  # has unions of tables, with the commands that join them
            continue
        for name, line in lines.items():
            value = line if isinstance(line, str) else None
            if value is not None and "'" not in value:
                assert problems(content, tmp_path / "a", product, f'"{name}"', f"'{value}'") == []
