"""Splunk: searches in SPL, and an app with them.

`queries` makes a search of a rule (`prepare` its values, `backend` its condition, `fields` the
names, `entities` whom it names, `correlation` the window), `tables` the macros and lookups,
`searches` the saved searches (`timing` when they run, `actions` what Enterprise Security does),
`app` the archive.
"""

from __future__ import annotations

from dataclasses import replace

from sigmapack.compiling.product import Artifact, Query, Target
from sigmapack.content.kinds import KINDS
from sigmapack.content.model import Content
from sigmapack.content.placeholders import references
from sigmapack.targets.splunk import app as splunk_app
from sigmapack.targets.splunk.queries import SPL
from sigmapack.targets.splunk.tables import settings


def _package(content: Content, queries: tuple[Query, ...]) -> list[Artifact]:
    """Settings and lookups beside the queries, and the app with all of it."""
    # AppInspect warns of every public address; those of the tables are for archives, not alerts.
    tables = {n: t for n, t in content.lookups.items() if KINDS.get(t.key) != "ip"}
    shipped = [
        query
        for query in queries
        if query.path
        and all(name.partition(".")[0] in tables for _, name in references(query.rule))
    ]
    app = splunk_app.package(content, shipped, settings(replace(content, lookups=tables)))
    return [*(Artifact(path, data) for path, data in settings(content).items()), app]


TARGET = Target("splunk", "Splunk", (SPL,), _package)
