"""Which logs rules look at, in kinds that a site has or has not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sigmapack.content.correlation import read_correlation
from sigmapack.content.model import Content, LogSource, Rule
from sigmapack.content.words import noted

#: Kinds of logs, in the order of the page.
KINDS: Mapping[str, str] = {
    "process": noted("Process starts"),
    "file": noted("Files written or read"),
    "library": noted("Libraries loaded"),
    "registry": noted("Windows registry"),
    "eventlog": noted("Windows event logs"),
    "antivirus": noted("Antivirus verdicts"),
    "hostdns": noted("DNS lookups on hosts"),
    "connection": noted("Connections of hosts"),
    "resolver": noted("DNS servers"),
    "proxy": noted("Web proxies"),
    "zeek": noted("Zeek sensors"),
    "firewall": noted("Firewalls"),
}
CATEGORIES = {
    "process_creation": "process",
    "pipe_created": "process",
    "image_load": "library",
    "network_connection": "connection",
    "dns_query": "hostdns",
    "registry_set": "registry",
    "proxy": "proxy",
    "dns": "resolver",
    "firewall": "firewall",
    "antivirus": "antivirus",
    "ps_script": "eventlog",
}
SERVICES = {
    "dns-client": "hostdns",
    "dns-server-analytic": "resolver",
    "windefend": "antivirus",
}
#: What the rules of a platform are filtered by; all others are the network's.
PLATFORMS = ("windows", "macos", "linux")


def kind(source: LogSource) -> str:
    """The kind of a log source."""
    if source.product == "zeek":
        return "zeek"
    if source.category in CATEGORIES:
        return CATEGORIES[source.category]
    if source.category:
        return "file"
    return SERVICES.get(source.service or "", "eventlog")


def kinds(content: Content, rule: Rule) -> list[str]:
    """The kinds of logs of a rule; of a correlation those of its members."""
    found = {kind(each.logsource) for each in _events(content, rule)}
    return [name for name in KINDS if name in found]


def platforms(content: Content, rule: Rule) -> list[str]:
    """The platforms of a rule, or of a correlation's members."""
    found = {each.logsource.product for each in _events(content, rule)}
    own = [name for name in PLATFORMS if name in found]
    return own + ["network"] * bool(found.difference(PLATFORMS))


def _events(content: Content, rule: Rule) -> Iterator[Rule]:
    if not rule.is_correlation:
        yield rule
        return
    for name in read_correlation(rule).members:
        if name in content.by_name:
            yield content.by_name[name]
