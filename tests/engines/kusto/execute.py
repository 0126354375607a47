"""Run KQL on DuckDB by duckdb-kql; started in an environment that has it, JSON in and out.

duckdb-kql (measured against Microsoft's Kusto emulator) lacks some functions that our queries use.
They are added here as Microsoft documents them: `column_ifexists` is resolved before a query runs,
by the columns that the operator is given (learn.microsoft.com/kusto/query/column-ifexists-
function); `prev` and `next` are the row that many rows away in the order that the last `sort` set
(learn.microsoft.com/kusto/query/prev-function); `ingestion_time` is a column of that name where the
rows of a table have it, and null otherwise (learn.microsoft.com/kusto/query/ingestion-time-
function). Text is never null in Kusto (learn.microsoft.com/kusto/query/scalar-data-types/null-
values): what a row lacks is empty. The escape `\\uXXXX` of a string is the character, as
Microsoft's parser reads it.

Input: {tables: {name: {column: type}}, functions: [KQL], jobs: [{rows: {table: [{column: value}]},
queries: {name: KQL}}]}, each job with tables of its own.
Output: {version, results: [{name: {rows: [{column: value}]} or {error}}]}.
"""

from __future__ import annotations

import dataclasses
import json
import re
import sys
from collections.abc import Mapping
from functools import cache
from typing import Any

import duckdb
import duckdb_kql
from duckdb_kql import ir, translate

TYPES = {
    "string": "VARCHAR",
    "dynamic": "JSON",
    "int": "INTEGER",
    "long": "BIGINT",
    "real": "DOUBLE",
    "bool": "BOOLEAN",
    "datetime": "TIMESTAMP",
}
#: A comment, or a string, verbatim or not.
STRING = re.compile(r"""//[^\n]*|@"(?:[^"]|"")*"|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'""")
#: An escaped backslash, or a unit of UTF-16.
UNIT = re.compile(r"\\(\\|u[0-9a-fA-F]{4})")
#: Terms of one list, looked for in one value: DuckDB compiles an expression for each of them.
TERM = r"regexp_matches\(({0}), ({1}) \|\| regexp_escape\(('(?:[^']|'')*')\) \|\| ({2})\)"
FIRST = TERM.format("(?:(?!regexp_matches).)+?", "'[^']*'", "'[^']*'")
TERMS = re.compile(f"{FIRST}(?: OR {TERM.format(chr(92) + '1', chr(92) + '2', chr(92) + '4')})+")
#: Operators that keep the order of rows.
ORDERED = (ir.Extend, ir.Where, ir.Project, ir.ProjectAway, ir.ProjectRename)

Columns = dict[str, str]

#: The hidden column of the time of ingestion, and a time that is null.
INGESTED = "IngestionTime"
NEVER = ir.Literal("null", "datetime")
#: Table -> its columns, in order.
SCHEMA: dict[str, list[str]] = {}
render_operator = translate.render_operator
order: list[tuple[ir.SortKey, ...]] = [()]


def in_scope(node: Any, columns: list[str] | None) -> Any:
    """An operator or expression with every `column_ifexists` resolved."""
    if isinstance(node, ir.Query):
        return node
    if isinstance(node, tuple):
        return tuple(in_scope(each, columns) for each in node)
    if isinstance(node, ir.FunctionCall) and node.name == "column_ifexists":
        name, otherwise = node.args
        if columns is None:
            raise ValueError("column_ifexists of unknown columns")
        return ir.ColumnRef(name.value) if name.value in columns else in_scope(otherwise, columns)
    if isinstance(node, ir.FunctionCall) and node.name == "ingestion_time":
        return ir.ColumnRef(INGESTED) if INGESTED in (columns or ()) else NEVER
    if not isinstance(node, ir.Node):
        return node
    fields = {field.name: getattr(node, field.name) for field in dataclasses.fields(node)}
    changed = {name: in_scope(value, columns) for name, value in fields.items()}
    same = all(changed[name] is value for name, value in fields.items())
    return node if same else dataclasses.replace(node, **changed)


def rendered(op: ir.Operator, prev: str, cols: list[str] | None = None) -> str:
    """An operator as SQL, and the order that rows have after it."""
    sql: str = render_operator(in_scope(op, cols), prev, cols)
    if isinstance(op, ir.Sort):
        order[0] = op.keys
    elif not isinstance(op, ORDERED):
        order[0] = ()
    return sql


def neighbour(node: ir.FunctionCall) -> str:
    """`prev(column, offset)` or `next(column, offset)`; the offset is 1 if there is none."""
    column, *offset = node.args
    if not order[0]:
        raise ValueError(f"{node.name} needs sorted rows")
    over = translate.render_sort_keys(order[0])
    places = int(offset[0].value) if offset else 1
    function = {"prev": "lag", "next": "lead"}[node.name]
    return f"{function}({translate.render_expr(column)}, {places}) OVER (ORDER BY {over})"


def create(connection: Any, tables: Mapping[str, Columns]) -> None:
    """Create the tables."""
    for name, columns in tables.items():
        listed = ", ".join(f'"{column}" {TYPES[kind]}' for column, kind in columns.items())
        connection.execute(f'CREATE TABLE "{name}" ({listed})')


def fill(connection: Any, name: str, columns: Columns, rows: list[dict[str, Any]]) -> None:
    """Put rows into a table."""
    given = {column: kind for column, kind in columns.items() if kind == "string"}
    given |= {column: columns[column] for row in rows for column in row}
    text = json.dumps([{column: row.get(column) for column in given} for row in rows])
    # The text of a dynamic value is read as JSON, as when it is ingested.
    kinds = {c: "VARCHAR" if kind == "dynamic" else TYPES[kind] for c, kind in given.items()}
    values = [f'CAST(r."{column}" AS {TYPES[kind]})' for column, kind in given.items()]
    filled = [
        f"coalesce({value}, '')" if kind == "string" else value
        for value, kind in zip(values, given.values(), strict=True)
    ]
    names = ", ".join(f'"{column}"' for column in given)
    source = f"unnest(from_json(?, '{json.dumps([kinds])}')) AS t(r)"
    sql = f'INSERT INTO "{name}" ({names}) SELECT {", ".join(filled)} FROM {source}'
    connection.execute(sql, [text])


def unescaped(string: re.Match[str]) -> str:
    """A string with the characters that its `\\uXXXX` stand for."""
    if string[0].startswith(("@", "//")):
        return string[0]

    def unit(one: re.Match[str]) -> str:
        return one[0] if one[1] == "\\" else chr(int(one[1][1:], 16))

    found = UNIT.sub(unit, string[0])
    return found.encode("utf-16", "surrogatepass").decode("utf-16")


def as_one(terms: re.Match[str]) -> str:
    """The same terms as alternatives of one expression, which is compiled once."""
    value, start, _, end = terms.groups()[:4]
    each = " || '|' || ".join(re.findall(r"regexp_escape\('(?:[^']|'')*'\)", terms[0]))
    return f"regexp_matches({value}, {start} || '(?:' || {each} || ')' || {end})"


@cache
def translated(text: str) -> str:
    """KQL as SQL."""
    order[0] = ()
    sql = str(duckdb_kql.to_sql(STRING.sub(unescaped, text), schema=SCHEMA))
    return TERMS.sub(as_one, sql)


def run(connection: Any, text: str) -> dict[str, Any]:
    """Rows of a query, or its error."""
    try:
        cursor = connection.execute(translated(text))
        names = [column[0] for column in cursor.description]
        return {"rows": [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]}
    except (duckdb_kql.KqlError, duckdb.Error, ValueError) as error:
        return {"error": f"{type(error).__name__}: {error}"}


def answer(
    connection: Any, tables: Mapping[str, Columns], job: Mapping[str, Any]
) -> dict[str, Any]:
    """Results of a job's queries on its rows."""
    for name in tables:
        connection.execute(f'DELETE FROM "{name}"')
    for name, rows in job["rows"].items():
        fill(connection, name, tables[name], rows)
    return {name: run(connection, text) for name, text in job["queries"].items()}


def main() -> None:
    """Answer the request on standard input."""
    request = json.load(sys.stdin)
    translate.render_operator = rendered
    translate._SPECIAL_FORMS |= {"prev": neighbour, "next": neighbour}
    duckdb_kql.set_functions(request["functions"])
    connection = duckdb_kql.connect()
    # Of rows that a function may choose among, the same in every run; and for few rows it is quick.
    connection.execute("SET threads = 1")
    tables = request["tables"]
    SCHEMA.update({name: list(columns) for name, columns in tables.items()})
    create(connection, tables)
    results = [answer(connection, tables, job) for job in request["jobs"]]
    version = f"{duckdb_kql.__version__} on DuckDB {duckdb.__version__}"
    json.dump({"version": version, "results": results}, sys.stdout, default=str)


main()
