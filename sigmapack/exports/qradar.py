"""QRadar reference sets: what creates them, and the body of `bulk_load` for each.

API: https://www.ibm.com/docs/en/qradar-common?topic=endpoints-rest-api (`POST
/api/reference_data/sets` and `/api/reference_data/sets/bulk_load/{name}`). A set holds bare values:
confidence is in its name. Sets compare whole values, so a domain's `www` is listed too.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from sigmapack.compiling.product import Artifact
from sigmapack.content.words import noted
from sigmapack.exports.feed import Export, Feed, names
from sigmapack.exports.lists import by_confidence

#: Kind -> name of the sets, element type. ALNIC ignores case.
SETS = {
    "domain": ("threecx_domains", "ALNIC"),
    "url": ("threecx_urls", "ALN"),
    "hash": ("threecx_hashes", "ALNIC"),
    "ip": ("threecx_ips", "IP"),
}


def sets(feed: Feed) -> Iterator[tuple[str, str, list[str]]]:
    """(name, element type, values) of every set. `IP` takes IPv4 only, so IPv6 stays out."""
    for kind, (name, element) in SETS.items():
        for found, values in by_confidence(
            feed, kind, name, lambda one: names(one) if one.kind == "domain" else (one.value,)
        ):
            fit = [value for value in values if element != "IP" or ":" not in value]
            if fit:
                yield found, element, fit


def files(feed: Feed) -> list[Artifact]:
    """`sets.json` with the parameters of each set, and `<set>.json`, an array of values."""
    made = list(sets(feed))
    creation = [
        {"name": name, "element_type": element, "timeout_type": "UNKNOWN"}
        for name, element, _ in made
    ]
    return [
        _json("sets.json", creation),
        *(_json(f"{name}.json", values) for name, _, values in made),
    ]


def _json(path: str, data: object) -> Artifact:
    return Artifact(path, (json.dumps(data, indent=1) + "\n").encode())


EXPORT = Export(
    "qradar",
    noted("QRadar reference sets"),
    noted(
        """\
1. Create each set of `sets.json` by `POST /api/reference_data/sets?name=...&element_type=...`, then
   load it: `curl -H "SEC: $TOKEN" -H 'Content-Type: application/json' -d @threecx_domains_high.json
   https://$CONSOLE/api/reference_data/sets/bulk_load/threecx_domains_high`.
2. Test the sets in a rule: `_high` as an offense, `_low` for hunting; `_medium` holds
   the domains of the advisory whose role nobody states.
3. To see that it works: the answer's `number_of_elements` is the length of the file's array. Sets
   compare whole values (the domain and its `www`); cookies and user agents are parts of values and
   not here.
"""
    ),
    files,
)
