"""External dynamic lists for Palo Alto Networks firewalls, one type a list.

Format: https://docs.paloaltonetworks.com/network-security/security-policy/administration/objects/
external-dynamic-lists/formatting-guidelines-for-an-external-dynamic-list. Lists of domains and
URLs take no comments, so what a header would say is in `ABOUT.txt`.
"""

from __future__ import annotations

from sigmapack.compiling.product import Artifact
from sigmapack.content.words import noted
from sigmapack.exports.feed import BLOCKED, CANARY, Export, Feed, text

#: Characters of an entry.
LONGEST = 255


def files(feed: Feed) -> list[Artifact]:
    """`domains.txt`, `urls.txt`, `ips.txt` where an address may be blocked, and `ABOUT.txt`.

    Raises:
        ValueError: an entry is longer than the firewall takes.
    """
    domains = [name for f in feed.blocked("domain") for name in (f.value, f"*.{f.value}")]
    tried = [CANARY] if domains else []
    urls = [found.value.partition("://")[2] for found in feed.blocked("url")]
    lists = {
        "domains.txt": [*tried, *domains],
        "urls.txt": [*(f"{name}/" for name in (*tried, *domains)), *urls],
        "ips.txt": [found.value for found in feed.blocked("ip")],
    }
    for name, entries in lists.items():
        for entry in entries:
            if len(entry) > LONGEST:
                raise ValueError(
                    f"{entry[:60]}...: {len(entry)} characters, an entry of edl/{name} takes "
                    f"{LONGEST}: shorten the URL, or lower its confidence to keep it out"
                )
    about = [
        *feed.header(noted("External dynamic lists"), *BLOCKED),
        *(f"{name}: {len(entries)} entries" for name, entries in lists.items()),
    ]
    made = [text(name, entries) for name, entries in lists.items() if entries]
    return [*made, text("ABOUT.txt", about)]


EXPORT = Export(
    "edl",
    noted("Palo Alto external dynamic lists"),
    noted(
        """\
1. Put the lists on a web server of yours. Objects, External Dynamic Lists, Add: type Domain List
   for `domains.txt`, URL List for `urls.txt`, IP List for `ips.txt` where there is one.
2. Use the domain list in an Anti-Spyware profile (DNS policies, sinkhole) and the URL list in a
   URL Filtering profile or a policy rule (block). Both have `d` and `*.d` of every domain.
3. To see that it works: Test Source URL, then List Entries; `ABOUT.txt` says how many there are
   and for how long to block, since these lists take no comments. From a client behind the firewall
   `nslookup block-test.threecx.example` answers the sinkhole's address, and a browser that opens
   it by a proxy gets the block page: the name is only in the lists.
"""
    ),
    files,
)
