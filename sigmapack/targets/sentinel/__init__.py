"""Microsoft Sentinel: KQL on ASIM's tables, analytics rules, hunting queries, watchlists.

`queries` makes a query of a rule (`fields` and `web` the tables), `rules` the YAML of analytics
rules and hunting queries (`entities` whom they name), `arm` the templates to deploy.
"""

from __future__ import annotations

from sigmapack.compiling.product import Artifact, Query, Target, each
from sigmapack.content.model import Content
from sigmapack.targets import csv_text
from sigmapack.targets.sentinel import arm
from sigmapack.targets.sentinel import rules as sentinel_rules
from sigmapack.targets.sentinel.queries import KQL
from sigmapack.targets.sentinel.watchlists import alias


def _package(content: Content, queries: tuple[Query, ...]) -> list[Artifact]:
    """Rules as YAML and as a template, a CSV per watchlist, and all of those in a template."""
    tables = [content.lookups[name] for name in sorted(content.lookups)]
    texts = {lookup.name: csv_text.table(lookup) for lookup in tables}
    files = [Artifact(f"watchlists/{alias(name)}.csv", text) for name, text in texts.items()]
    files += arm.watchlists(content, texts)
    rules = sentinel_rules.rules(content, queries)
    by_id = {rule["id"]: rule for rule in rules}
    each([query for query in queries if query.path], lambda q: arm.resource(by_id[q.rule.id]))
    return [*files, *sentinel_rules.files(rules, queries), *arm.templates(rules, content.words)]


TARGET = Target("sentinel", "Microsoft Sentinel", (KQL,), _package)
