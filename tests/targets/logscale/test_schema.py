"""Every file of the package against a closed schema of what LogScale imports.

LogScale's schemas (https://schemas.humio.com) are in no package registry. Keys are those that all
files of a schema have in the packages of github.com/CrowdStrike/logscale-community-content (May
2026): 32 manifests, 2 filter alerts, 13 scheduled searches, 40 queries. Which there are is said in
https://library.humio.com/integrations/packages-file-formats.html. Limits:
- a query has 66,000 characters
  (https://library.humio.com/falcon-logscale-self-hosted-1.176/limits.html), a lookup file 200 MB
  (https://library.humio.com/falcon-logscale-cloud/limits.html);
- a filter alert triggers 100 times a minute
  (https://library.humio.com/data-analysis/automated-alerts-single.html);
- ten actions, and a time zone is an offset: `UTC`, `UTC-01`, `UTC+12:45`
  (https://library.humio.com/logscale-graphql-reference-datatypes/graphql-input-createscheduledsearchv2.html).
"""

from __future__ import annotations

import json

import pytest

from tests.targets.closed import Schema, each, faults, opened, record, text
from tests.targets.logscale.shipped import alone, assets, files

LONGEST_QUERY, LARGEST_TABLE = 66_000, 200_000_000
VERSION = text(pattern=r"^\d+\.\d+\.\d+$")
SPAN = text(pattern=r"^\d+(s|m|h|d|w|mon|q|y)$")
MINUTE = r"(\d{1,2}|\d{1,2}-59/\d{1,2})"


def schema(name: str) -> Schema:
    return {"const": f"https://schemas.humio.com/{name}"}


ALERT = {
    "name": text(),
    "description": text(),
    "enabled": {"const": False},
    "queryString": text(LONGEST_QUERY),
    "labels": each(text(), 1),
    "actionNameReferences": each(text(), most=10),
}
MANIFEST = record(
    {
        "$schema": schema("manifest/v2.0.0"),
        "name": text(pattern=r"^[a-z0-9-]+/[a-z0-9-]+$"),
        "version": VERSION,
        "type": {"const": "application"},
        "description": text(),
        "author": record({"name": text()}),
        "licenseUrl": text(pattern="^https://"),
        "minHumioVersion": VERSION,
    }
)
FILTER = record(
    {
        "$schema": schema("filteralert/v0.1.0"),
        **ALERT,
        "triggerLimit": {"type": "integer", "minimum": 1, "maximum": 100},
    }
)
SEARCH = record(
    {
        "$schema": schema("scheduledsearch/v0.1.0"),
        **ALERT,
        "queryStart": SPAN,
        "queryEnd": {"const": "now"},
        "schedule": text(pattern=rf"^{MINUTE} (\*|\d{{1,2}}) \* \* \*$"),
        "timeZone": text(pattern=r"^UTC([+-]\d\d(:\d\d)?)?$"),
        "backfillLimit": {"type": "integer", "minimum": 0},
    }
)
QUERY = record(
    {
        "$schema": schema("query/v0.3.0"),
        "name": text(),
        "queryString": text(LONGEST_QUERY),
        "timeInterval": record({"isLive": {"const": False}, "start": SPAN}),
        "visualization": record(
            {
                "type": {"const": "list-view"},
                "options": record(
                    {
                        "columns": text(),
                        "newestAtBottom": {"enum": ["true", "false"]},
                        "showOnlyFirstLine": {"enum": ["true", "false"]},
                    }
                ),
            }
        ),
    }
)
#: Folder or file -> its schema.
KINDS = {
    "manifest.yaml": MANIFEST,
    "filter-alerts": FILTER,
    "scheduled-searches": SEARCH,
    "queries": QUERY,
}


def test_a_file_has_the_keys_of_its_schema_and_no_other() -> None:
    """LogScale: every file of the package is judged by a closed schema."""
    every = {**assets(), **alone()}
    found = {path: faults(KINDS[path.partition("/")[0]], one) for path, one in every.items()}
    assert len(found) > 150 and {path: wrong for path, wrong in found.items() if wrong} == {}
    others = {path.partition("/")[0] for path in set(files()) - set(assets())}
    assert others == {"README.md", "data"}


@pytest.mark.parametrize("kind", KINDS)
def test_a_key_too_many_is_found_anywhere(kind: str) -> None:
    every = {**assets(), **alone()}
    document = next(one for path, one in every.items() if path.startswith(kind))
    assert all(faults(KINDS[kind], changed) for changed in opened(document))


@pytest.mark.parametrize(
    ("path", "key", "wrong"),
    [
        ("filter-alerts/", "triggerLimit", 101),
        ("filter-alerts/", "queryString", "x" * 66_001),
        ("filter-alerts/", "actionNameReferences", list("abcdefghijk")),
        ("scheduled-searches/", "timeZone", "Europe/Berlin"),
        ("scheduled-searches/", "schedule", "*/5 * * * 1"),
    ],
)
def test_what_is_beyond_a_limit_is_found(path: str, key: str, wrong: object) -> None:
    every = {**assets(), **alone()}
    document = next(one for name, one in every.items() if name.startswith(path))
    assert faults(KINDS[path.rstrip("/")], {**document, key: wrong})


def test_columns_are_json_and_tables_are_small_enough() -> None:
    for path, document in assets().items():
        if path.startswith("queries/"):
            for column in json.loads(document["visualization"]["options"]["columns"]):
                assert set(column) <= {"type", "fieldName", "format", "width"}, path
    for path, data in files().items():
        assert not path.startswith("data/") or 0 < len(data) <= LARGEST_TABLE, path
