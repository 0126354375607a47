"""Grafana Loki: queries in LogQL, and rules for its ruler.

`queries` makes a query of a rule (`backend` its label filters, `fields` the labels, `correlation`
the metric query), `ruler` the groups. Loki has no lookup tables, so none are written.
"""

from __future__ import annotations

from sigmapack.compiling.product import Artifact, Query, Target
from sigmapack.content.model import Content
from sigmapack.targets.loki import ruler
from sigmapack.targets.loki.queries import LOGQL


def _package(content: Content, queries: tuple[Query, ...]) -> list[Artifact]:
    return ruler.files(content, queries)


TARGET = Target("loki", "Grafana Loki", (LOGQL,), _package)
