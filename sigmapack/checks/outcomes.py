"""Whether the outcome of every rule on every product is `ok`, or declared in `waivers.toml`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase

from sigmapack.checks.registry import at
from sigmapack.compiling.product import Query, RefusedTable
from sigmapack.content.files import shown
from sigmapack.content.model import Content, Problem, Waiver


def covers(waiver: Waiver, query: Query) -> bool:
    """Whether a waiver's rule (by name, `*` allowed) and target or target/language fit a query."""
    scopes = (query.target, f"{query.target}/{query.language}")
    return waiver.scope in scopes and fnmatchcase(query.rule.name, waiver.subject)


def covers_table(waiver: Waiver, table: RefusedTable) -> bool:
    """Whether a waiver for `lookups/<name>.csv` (`*` allowed) and target fit a refused table."""
    return waiver.scope == table.target and fnmatchcase(
        f"lookups/{table.lookup.name}.csv", waiver.subject
    )


def outcome_problems(
    content: Content, queries: Iterable[Query], tables: Iterable[RefusedTable] = ()
) -> Iterator[Problem]:
    """Refusals and degradations that `waivers.toml` does not declare, and waivers not needed.

    A foreign folder without waivers declares nothing: its outcomes are only reported.
    """
    path = shown(content.rules_dir / "waivers.toml")
    waivers = [waiver for waiver in content.waivers if waiver.outcome != "excluded"]
    if not content.own and not waivers:
        return
    used = set()
    targets = set()
    for query in queries:
        targets.add(query.target)
        if query.outcome == "ok":
            continue
        fitting = [w for w in waivers if covers(w, query) and w.outcome == query.outcome]
        used.update(fitting)
        if not fitting:
            scope = f"{query.target}/{query.language}"
            message = (
                f"{query.outcome} on {scope}: {query.reason}: mend it, or declare it in {path}"
            )
            yield at(query.rule, "undeclared-outcome", message)
    for table in tables:
        allowed = [w for w in waivers if covers_table(w, table) and w.outcome == "refused"]
        used.update(allowed)
        if not allowed:
            message = (
                f"refused on {table.target}: {table.reason}: mend it, or declare "
                f"lookups/{table.lookup.name}.csv in {path}"
            )
            yield Problem(table.lookup.path, 1, "undeclared-outcome", message)
    for waiver in waivers:
        if waiver not in used and waiver.scope.partition("/")[0] in targets:
            message = f"{waiver.subject} is not {waiver.outcome} on {waiver.scope}: remove it"
            yield Problem(path, waiver.line, "unneeded-waiver", message)
