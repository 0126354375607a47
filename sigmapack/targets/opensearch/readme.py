"""OpenSearch: how to import the monitors and the rules for Security Analytics."""

from __future__ import annotations

from sigmapack.content.words import Words, noted
from sigmapack.targets.opensearch.fields import NAMES


def readme(channel: str, words: Words) -> str:
    """`README.md`; `channel` is the id of the notification channel in the files."""
    return words(README).replace("{NAMES}", _names(words)).replace("{CHANNEL}", channel)


def _names(words: Words) -> str:
    """What stands in the rules for Security Analytics in place of Sigma's fields, as a list."""
    return "\n".join(
        f"   - {kind}, {old}: " + f" {words('or')} ".join(f"`{name}`" for name in names)
        for kind, fields in NAMES.items()
        for old, names in fields.items()
    )


README = noted(
    """\
# 3CX detection pack for OpenSearch

`monitors/` and `security_analytics/` find the same things: use one of them. The monitors are the
compiled queries of `queries/`, tested on events; they ignore case. Security Analytics compiles the
Sigma rules itself, and says less (see below). Of the correlations only the findings are there, as
monitors: OpenSearch has no query language for the others.

## Monitors

1. Import. Make a notification channel with the id `{CHANNEL}` (`POST
   _plugins/_notifications/configs` with `"config_id": "{CHANNEL}"`), or put the id of one of yours
   into the files. Then post each file:

       for file in monitors/*.json; do
         curl -sS -X POST "$OPENSEARCH/_plugins/_alerting/monitors" \\
           -H 'Content-Type: application/json' --data-binary "@$file"
       done

   Posting a file again makes a second monitor: delete the first one before.
2. Set. `indices` are the patterns of `index_patterns.json`: change them to yours. All monitors are
   disabled; enable those whose logs you have. The level gives severity and schedule. A monitor has
   an alert for each host or client, and looks back two hours further than its interval. What
   several logs say of one host or client is one finding (`correlation_threecx_finding_*`), whose
   alert lasts two days after its last event: the monitors that it gathers have no action.
3. See that it works. `POST _plugins/_alerting/monitors/<id>/_execute?dryrun=true` must answer with
   `"error": null` under `input_results`.

## Security Analytics

1. Import. `security_analytics/index.json` gives the log type of each file:

       curl -sS -X POST "$OPENSEARCH/_plugins/_security_analytics/rules?category=windows" \\
         -H 'Content-Type: application/json' --data-binary @security_analytics/<file>.yml

   What cannot be imported stands there too, under `left_out`, with the reason.
2. Set. Make a detector of the log type and choose the rules. The `fields` of the index file without
   a dot are mapped by Security Analytics, to the names that Winlogbeat gives the data of an event
   (`winlog.event_data.<field>`); those with a dot are the Beats' own names and need no mapping:

{NAMES}

   An index that calls one of them otherwise needs an alias of that name, made before the detector:

       curl -sS -X PUT "$OPENSEARCH/<index>/_mapping" -H 'Content-Type: application/json' \\
         -d '{"properties": {"url.domain": {"type": "alias", "path": "<your field>"}}}'

   The field `Hashes` of `others_macos` and `linux` is in no index of the Beats: map it to yours, or
   leave its rules out.
3. See that it works. `POST _plugins/_security_analytics/rules/_search?pre_packaged=false` with the
   body `{"query": {"match_all": {}}}` lists the rules; the detector must show them without a
   field that is not mapped.

Two things differ from the monitors. Security Analytics compares values in their case (its analyzer
`rule_analyzer` keeps it), so that `AkamaiContainer.com` is not found; and what follows a `not` only
holds for events that have the field.
"""
)
