"""CrowdStrike LogScale: queries, and a package with alerts, searches and tables.

`queries` makes a query of a rule (`backend` its comparisons, `fields` the names, `steps` and
`correlation` the rest), `package` the archive.
"""

from __future__ import annotations

import csv
import io

from sigmapack.compiling.product import Artifact, Query, Target
from sigmapack.content.kinds import forms
from sigmapack.content.model import Content
from sigmapack.targets.logscale import package
from sigmapack.targets.logscale.queries import CQL


def _package(content: Content, queries: tuple[Query, ...]) -> list[Artifact]:
    """The package, and its tables, with a row per form.

    They are for `match(file=..., column=pattern, mode=glob, ignoreCase=true)`.
    """
    tables = {}
    for name, table in content.lookups.items():
        out = io.StringIO()
        writer = csv.DictWriter(out, ["pattern", *table.columns], lineterminator="\n")
        writer.writeheader()
        for row in table.rows:
            # `*` is the only wildcard of a glob there: a question mark needs no escape.
            found = [form.replace("\\?", "?") for form in forms(table.key, table.key, row.values)]
            writer.writerows({"pattern": form, **row.values} for form in found)
        tables[name] = out.getvalue().encode()
    files = [Artifact(f"lookups/{name}.csv", data) for name, data in tables.items()]
    return [*files, package.package(content, queries, tables)]


TARGET = Target("logscale", "CrowdStrike LogScale", (CQL,), _package)
