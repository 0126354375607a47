"""CrowdStrike LogScale: queries, and a package with alerts, searches and tables.

`queries` makes a query of a rule (`backend` its comparisons, `fields` the names, `steps` and
`correlation` the rest), `package` the archive.
"""

from __future__ import annotations

from sigmapack.compiling.product import Artifact, Query, Target
from sigmapack.content.kinds import forms
from sigmapack.content.model import Content, Lookup
from sigmapack.targets import csv_text
from sigmapack.targets.logscale import package
from sigmapack.targets.logscale.queries import CQL


def _package(content: Content, queries: tuple[Query, ...]) -> list[Artifact]:
    """The package, and its tables, with a row per form.

    They are for `match(file=..., column=pattern, mode=glob, ignoreCase=true)`.
    """
    tables = {name: _csv(table) for name, table in content.lookups.items()}
    files = [Artifact(f"lookups/{name}.csv", data) for name, data in tables.items()]
    return [*files, package.package(content, queries, tables)]


def _csv(lookup: Lookup) -> bytes:
    """A row per form; `*` is the only wildcard of a glob: a question mark needs no escape."""
    rows = [
        {"pattern": form.replace("\\?", "?"), **row.values}
        for row in lookup.rows
        for form in forms(lookup.key, lookup.key, row.values)
    ]
    return csv_text.dump(["pattern", *lookup.columns], rows)


TARGET = Target("logscale", "CrowdStrike LogScale", (CQL,), _package)
