"""ES|QL: values in lower case, sources, and a NOT that is safe."""

from __future__ import annotations

from collections.abc import Callable

from tests.targets.elastic.sample import compiled
from tests.targets.sample import MakeContent, rule


def test_esql_puts_fields_and_values_in_lower_case(query: Callable[..., str]) -> None:
    text = query("esql", "s: {Image|endswith: '\\A.EXE', Product: 'X Y', CommandLine: '*Q\\?*'}")
    assert 'ENDS_WITH(TO_LOWER(process.executable), """\\a.exe""")' in text
    assert 'TO_LOWER(process.pe.product) == "x y"' in text
    assert 'TO_LOWER(process.command_line) LIKE """*q\\?*"""' in text


def test_esql_names_all_sources_and_the_index_with_every_field(
    query: Callable[..., str],
) -> None:
    first = query("esql", "s: {Image: a}").splitlines()[0]
    assert first == (
        "FROM logs-endpoint.events.process-*, logs-system.security-*, "
        "logs-windows.forwarded-*, logs-windows.sysmon_operational-*, winlogbeat-*, "
        "logs-ti_threecx* "
        "METADATA _id, _version, _index"
    )


def test_esql_uses_only_fields_of_the_log_source_itself(query: Callable[..., str]) -> None:
    text = query(
        "esql", "s: {ImageLoaded|endswith: '\\a.dll'}", "{product: windows, category: image_load}"
    )
    assert "file.path" in text
    assert "dll.path" not in text
    assert "logs-endpoint" not in text


def test_esql_not_is_safe_where_a_field_is_absent(make_content: MakeContent) -> None:
    detection = "a: {Image: x}\nf: {CommandLine: y, Company: z}\ncondition: a and not f"
    text = compiled(make_content(one=rule("one", detection)))["one", "esql"].text
    assert (
        'AND NOT COALESCE((TO_LOWER(process.command_line) == "y" AND '
        'TO_LOWER(process.pe.company) == "z"), FALSE)'
    ) in text


def test_esql_joins_fields_of_several_values(query: Callable[..., str]) -> None:
    logsource = "{product: zeek, service: http}"
    text = query("esql", "s: {cookie_vars: [A, b]}", logsource)
    assert (
        'CONCAT("|", TO_LOWER(MV_CONCAT(TO_STRING(zeek.http.cookie_vars), "|")), "|") '
        'RLIKE ".*[|](a|b)[|].*"'
    ) in text
