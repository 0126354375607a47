"""LogScale: a package with alerts, scheduled searches, saved queries and lookup files.

Files: https://library.humio.com/integrations/packages-file-formats.html. Each names its schema at
https://schemas.humio.com; the keys are those that all files of a schema have in the packages of
github.com/CrowdStrike/logscale-community-content. A filter alert sees every event once, also one
that arrives up to a day late, so it has no schedule and no look-back
(https://library.humio.com/data-analysis/automated-alerts-single.html). Correlations aggregate, and
are scheduled searches over their span; nothing throttles one, so that it passes what got its last
event since the run before. A finding looks over a day, and passes whom it has not seen in it. What
a finding tells of, rules for hunting and what only informs are saved queries.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from sigmapack import __version__
from sigmapack.compiling.product import (
    Artifact,
    Query,
    TooLarge,
    each,
    each_table,
    gathered,
    once,
)
from sigmapack.content import response
from sigmapack.content.correlation import read_correlation
from sigmapack.content.model import Content, Rule
from sigmapack.targets.logscale.correlation import FIRST_INGESTED, INGESTED
from sigmapack.targets.schedules import cron, window
from sigmapack.targets.yaml_text import dump

SCOPE, NAME, TABLE = "threecx", "detection-pack", "ioc_domains"
#: A lookup file as queries name it.
SAMPLE = f"{SCOPE}/{NAME}/{TABLE}.csv"
SCHEMAS = "https://schemas.humio.com"
ABOUT = "Detections for the 3CX supply-chain compromise (CVE-2023-29059)"
#: Characters of a query (https://library.humio.com/falcon-logscale-self-hosted-1.176/limits.html).
LONGEST = 66_000
#: Bytes of a lookup file (https://library.humio.com/falcon-logscale-cloud/limits.html).
LARGEST = 200_000_000
#: Times that a filter alert triggers in a minute: the most that one may, what is beyond is lost.
#: LogScale itself holds one with an email action to 15
#: (https://library.humio.com/falcon-logscale-self-hosted/envar-filter-alert-max-non-email-trigger-limit.html).
TRIGGERS = 100
#: How far a finding looks back, and so for how long it is silent after its first event.
LOOK = "1d"
#: Missed runs that are made up for.
BACKFILL = 1
#: The first time that a zip archive can hold.
EPOCH = (1980, 1, 1, 0, 0, 0)
EVENTS = {
    "type": "list-view",
    "options": {
        "columns": '[{"type":"field","fieldName":"@timestamp","format":"datetime","width":180},'
        '{"type":"field","fieldName":"@rawstring","format":"logline"}]',
        "newestAtBottom": "true",
        "showOnlyFirstLine": "false",
    },
}


def package(content: Content, queries: Sequence[Query], lookups: Mapping[str, bytes]) -> Artifact:
    """`threecx-detection-pack-<version>.zip`.

    Args:
        content: what was read.
        queries: the queries of the target.
        lookups: a table's name -> its CSV.

    Raises:
        Refusals: two rules have one title.
        TablesRefused: lookup files are too large.
    """
    found = files(content, [query for query in queries if query.path], lookups)
    return Artifact(f"{scope(content)}-{NAME}-{__version__}.zip", archive(found))


def files(
    content: Content, queries: Sequence[Query], lookups: Mapping[str, bytes]
) -> dict[str, bytes]:
    """The files of the package, by path."""
    each_table((content.lookups[name] for name in lookups), lambda t: _check(lookups[t.name]))
    found = {
        "manifest.yaml": dump(manifest(content)).encode(),
        "README.md": readme(content, queries),
    }
    found |= {f"data/{name}.csv": data for name, data in lookups.items()}
    told = gathered(content, queries)
    named = once(queries, "an asset of LogScale")

    def asset(query: Query) -> tuple[str, bytes]:
        named(query)
        name = f"{PurePosixPath(query.path).stem}.yaml"
        if query.rule.is_correlation:
            kind, made = "scheduled-searches", scheduled_search(content, query)
        elif not query.rule.alerts or query.rule.name in told:
            kind, made = "queries", saved_query(query)
        else:
            kind, made = "filter-alerts", filter_alert(content, query)
        if (size := len(made["queryString"])) > LONGEST:
            raise TooLarge(
                f"its query has {size:,} characters, and LogScale takes {LONGEST:,}: shorten the "
                "tables that it holds, or split the rule"
            )
        return f"{kind}/{name}", dump(made).encode()

    return found | dict(each(queries, asset))


def _check(data: bytes) -> None:
    if len(data) > LARGEST:
        raise TooLarge(
            f"{len(data):,} bytes as a lookup file of LogScale, which takes {LARGEST:,}: "
            "split the table"
        )


def scope(content: Content) -> str:
    """The scope of the package's name."""
    return content.sources.own(SCOPE, "-")


def manifest(content: Content) -> dict[str, Any]:
    """`manifest.yaml`: an application, whose assets are installed with it."""
    return {
        "$schema": f"{SCHEMAS}/manifest/v2.0.0",
        "name": f"{scope(content)}/{NAME}",
        "version": __version__,
        "type": "application",
        "description": ABOUT,
        "author": {"name": "3CX Detection Pack Maintainers"},
        "licenseUrl": "https://www.apache.org/licenses/LICENSE-2.0",
        "minHumioVersion": "1.129.0",
    }


def filter_alert(content: Content, query: Query) -> dict[str, Any]:
    """An alert on each event, switched off."""
    return {
        "$schema": f"{SCHEMAS}/filteralert/v0.1.0",
        **_common(content, query),
        "triggerLimit": TRIGGERS,
    }


def scheduled_search(content: Content, query: Query) -> dict[str, Any]:
    """A search over the span of a correlation, switched off, that passes what is new."""
    every = interval(query.rule)
    finding = query.rule.is_finding
    got = FIRST_INGESTED if finding else INGESTED
    news = f"| test({got} > end() - {every * 60_000})\n"
    return {
        "$schema": f"{SCHEMAS}/scheduledsearch/v0.1.0",
        **_common(content, query),
        "queryString": query.text + news,
        "queryStart": LOOK if finding else read_correlation(query.rule).span,
        "queryEnd": "now",
        "schedule": cron(query.rule, every),
        "timeZone": "UTC+00:00",
        "backfillLimit": BACKFILL,
    }


def interval(rule: Rule) -> int:
    """Minutes between runs, which have to be even: cron counts anew in every hour."""
    every, _ = window(rule)
    return max(n for n in range(1, 61) if 60 % n == 0 and n <= every) if every < 60 else every


def _common(content: Content, query: Query) -> dict[str, Any]:
    return {
        "name": query.rule.called,
        "description": response.plain(content, query.rule),
        "enabled": False,
        "queryString": query.text,
        "labels": labels(query.rule),
        "actionNameReferences": [],
    }


def saved_query(query: Query) -> dict[str, Any]:
    """A query for people, over the last 30 days. It has no place for a description."""
    return {
        "$schema": f"{SCHEMAS}/query/v0.3.0",
        "name": query.rule.called,
        "timeInterval": {"isLive": False, "start": "30d"},
        "visualization": EVENTS,
        "queryString": query.text,
    }


def readme(content: Content, queries: Sequence[Query]) -> bytes:
    """`README.md`, with the guidance of saved queries, which have no place for it."""
    told = gathered(content, queries)
    hunting = [q.rule for q in queries if not q.rule.alerts or q.rule.name in told]
    parts = [
        f"### {rule.title}\n\n{response.plain(content, rule)}\n"
        for rule in sorted(hunting, key=lambda rule: rule.title)
        if not rule.is_correlation
    ]
    sample = f"{scope(content)}/{NAME}/{content.sources.own(TABLE)}.csv"
    more = ["## Rules on single logs, and for hunting\n", *parts] if parts else []
    return "\n".join([README.replace(SAMPLE, sample), *more]).encode()


def labels(rule: Rule) -> list[str]:
    """By what people filter alerts: the pack, the level, the techniques."""
    found = [
        tag.removeprefix("attack.").upper() for tag in rule.tags if re.match("attack.t[0-9]", tag)
    ]
    purpose = ["hunting"] if rule.is_hunting else []
    return ["3cx", rule.level, *purpose, *sorted(found)]


def archive(found: Mapping[str, bytes]) -> bytes:
    """A zip file, not compressed: what zlib compresses to differs by its version."""
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_STORED) as target:
        for path, data in sorted(found.items()):
            info = zipfile.ZipInfo(path, EPOCH)
            info.create_system = 3
            info.external_attr = 0o100644 << 16
            target.writestr(info, data)
    return raw.getvalue()


README = f"""\
# 3CX detection pack

{ABOUT}.

1. Install: Settings, Packages, Installed, Import package; or `humioctl packages install`.
2. Set: fields and tags are those of CrowdStrike's own packages (CrowdStrike Parsing Standard). Give
   the alerts and scheduled searches whose logs you have an action, and enable them: all are
   installed disabled, and LogScale runs none without an action.
3. See that it works: run an alert's query over the last day; it must end without an error.

- `scheduled-searches/`: findings, which say once for a host or client what several logs say of it,
  over the last day; and correlations, over the span before each run. A run passes only what is new.
  Rules for hunting among them have the label `hunting`.
- `filter-alerts/`: rules of which no finding tells, if any; every event that one finds triggers.
  Give them a throttle of a week by the host or client, as `windows.Computer` or `source.ip`.
- `queries/`: rules on single logs, of which findings tell; for hunting, or that only inform.
- `data/`: the indicator tables, for `match(file="{SAMPLE}", field=...,
  column=pattern, mode=glob, ignoreCase=true)`. The queries hold their values themselves.

What a hit means and what to do stands in the description of each alert, and for the saved queries
below.
"""
