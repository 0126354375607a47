"""Splunk: macros for the sources of logs, and lookups with their transforms."""

from __future__ import annotations

import re

from sigmapack.content.kinds import all_forms
from sigmapack.content.model import Content, Lookup, Sources
from sigmapack.targets import csv_text


def macro(sources: Sources, source: str) -> str:
    """The name of the macro that a search uses for a source or log source."""
    return sources.own(f"logsource_{re.sub('[-/]', '_', source)}")


def lookup_rows(lookup: Lookup) -> list[dict[str, str]]:
    """A table's rows as Splunk matches them: one per matching form, in the column `pattern`."""
    return [
        {"pattern": form.replace("\\?", "?"), **row.values}
        for row in lookup.rows
        for form in all_forms(lookup.key, row.values)
    ]


def _csv(lookup: Lookup) -> bytes:
    return csv_text.dump(["pattern", *lookup.columns], lookup_rows(lookup))


def settings(content: Content) -> dict[str, bytes]:
    """macros.conf, transforms.conf and the lookups, by path."""
    sources = content.sources
    macros = [
        f"[{macro(sources, name)}]\ndefinition = ({body})\niseval = 0\n"
        for name, body in sources.products["splunk"].items()
    ]
    transforms = [
        f"[{name}]\nfilename = {name}.csv\nmatch_type = WILDCARD(pattern)\n"
        "case_sensitive_match = false\nmin_matches = 0\nmax_matches = 1\n"
        for name in sorted(content.lookups)
    ]
    return {
        "macros.conf": "\n".join(sorted(macros)).encode(),
        "transforms.conf": "\n".join(transforms).encode(),
        **{f"lookups/{name}.csv": _csv(table) for name, table in content.lookups.items()},
    }
