"""Suricata rules: DNS queries, TLS server names, HTTP hosts, cookies and user agents.

Keywords: https://docs.suricata.io/en/suricata-7.0.10/rules/ (`dotprefix` with `endswith` matches a
name and its subdomains but no lookalike; `http.host` is in lower case already).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

from sigmapack import __version__
from sigmapack.compiling.product import Artifact
from sigmapack.content.words import noted
from sigmapack.exports.feed import CANARY, RELEASED, Export, Feed, Indicator, text

#: Sids from 1,000,000 to 1,999,999 are for local use (https://sidallocation.org). An indicator has
#: ten of these, by the hash of its value: they stay when rows are added, moved or taken away.
FIRST_SID, LAST_SID = 1_200_000, 1_999_999
TRIAL_SID = FIRST_SID - 1
STEP = 10
REFERENCE = "reference:url,attack.mitre.org/campaigns/C0057/;"
PRIORITY = {"high": 1, "medium": 2, "low": 3}


ALERTS = noted(
    "All rules alert. Those with the metadata `blocking yes` may drop: they stand for the domains"
    " of the CSIRT-RD advisory and high-confidence ones. Rules of medium and low confidence are"
    " disabled."
)
SIDS = noted(
    "Sids: {first} to {last}, by the hash of the indicator, so they stay the same; {trial} is for a"
    " test."
)


def sids(found: list[Indicator]) -> dict[str, int]:
    """Value -> the first of its ten sids; of two values with one hash the later takes the next."""
    places = (LAST_SID - FIRST_SID + 1) // STEP
    taken: dict[int, str] = {}
    for value in sorted(one.value for one in found):
        place = int(hashlib.sha256(value.encode()).hexdigest(), 16) % places
        while place in taken:
            place = (place + 1) % places
        taken[place] = value
    return {value: FIRST_SID + place * STEP for place, value in taken.items()}


def matches(found: Indicator) -> Iterator[tuple[str, str, str]]:
    """(protocol, what it sees, options) of the rules of an indicator, in the order of sids."""
    if found.kind == "domain":
        name = f'dotprefix; content:".{found.value}";'
        flow = "flow:established,to_server;"
        yield "dns", "DNS query for", f"dns.query; {name} nocase; endswith;"
        yield "tls", "TLS server name of", f"{flow} tls.sni; {name} nocase; endswith;"
        yield "http", "HTTP host of", f"{flow} http.host; {name} endswith;"
    elif found.kind == "cookie":
        pair = f'content:"{found.value}="; pcre:"/(?:^|\\x3b\\s*){re.escape(found.value)}=/";'
        yield "http", "cookie", f"flow:established,to_server; http.cookie; {pair}"
    elif found.kind == "token":
        token = f'content:"{found.value}";'
        yield "http", "user agent", f"flow:established,to_server; http.user_agent; {token}"


def rules(feed: Feed) -> Iterator[str]:
    """All rules, each behind a comment on its indicator; medium and low ones are disabled."""
    found = feed.of("domain", "cookie", "token")
    major, minor, patch = (int(part) for part in __version__.split("."))
    rev = major * 10_000 + minor * 100 + patch
    first = sids(found)
    for one in found:
        yield f"# {one.value}: {one.about}"
        for number, (protocol, what, options) in enumerate(matches(one)):
            tail = f"metadata:{_metadata(feed, one)}; sid:{first[one.value] + number}; rev:{rev};"
            yield (
                f"{'' if one.sure else '# '}alert {protocol} $HOME_NET any -> any any "
                f'(msg:"3CX pack: {what} {one.value} ({one.confidence} confidence)"; '
                f"{options} {REFERENCE} priority:{PRIORITY[one.confidence]}; {tail})"
            )


def _metadata(feed: Feed, one: Indicator) -> str:
    """Keys for `drop.conf` and for the alert's record."""
    pairs = [
        f"confidence {one.confidence}",
        f"advisory {'yes' if one.advisory else 'no'}",
        f"blocking {'yes' if feed.blocks(one) else 'no'}",
        f"updated_at {RELEASED:%Y_%m_%d}",
    ]
    if feed.blocks(one) and feed.block_from:
        pairs += [f"block_from {feed.block_from}", f"block_until {feed.block_until}"]
    return ", ".join(pairs)


def trial(feed: Feed) -> Iterator[str]:
    """A rule for the name that a block is tried with; it never drops."""
    if feed.of("domain"):
        name = f'dotprefix; content:".{CANARY}"; nocase; endswith;'
        yield (
            "alert dns $HOME_NET any -> any any "
            f'(msg:"3CX pack: test of the rules ({CANARY})"; dns.query; {name} '
            f"priority:3; metadata:blocking no; sid:{TRIAL_SID}; rev:1;)"
        )


def files(feed: Feed) -> list[Artifact]:
    """`threecx.rules`, and `drop.conf` with which suricata-update makes the blocking ones drop."""
    head = feed.header(noted("Suricata 7 rules"))
    lines = [
        head[0],
        feed.words(ALERTS),
        *head[2:],
        feed.words(SIDS, first=FIRST_SID, last=LAST_SID, trial=TRIAL_SID),
    ]
    drop = [*head, "For suricata-update: --drop-conf drop.conf"]
    return [
        text("threecx.rules", [*(f"# {line}" for line in lines), "", *trial(feed), *rules(feed)]),
        text("drop.conf", [*(f"# {line}" for line in drop), "metadata: blocking yes"]),
    ]


EXPORT = Export(
    "suricata",
    noted("Suricata"),
    noted(
        """\
1. Add `threecx.rules` to `rule-files` in `suricata.yaml`, or give it to `suricata-update --local`.
   The sids are 1199999 to 1999999; `$HOME_NET` has to be your clients' networks.
2. Rules alert. To block (IPS mode), add `--drop-conf drop.conf` to suricata-update: the rules of
   the advisory's and of high-confidence domains then drop.
3. To see that it works: `suricata -T` names no error; `nslookup block-test.threecx.example` from a
   client alerts with the sid 1199999. No zone has that name.
"""
    ),
    files,
)
