"""Whom the events of a rule are about: a host, or the client in a log of the network."""

from __future__ import annotations

from sigmapack.content.correlation import read_correlation
from sigmapack.content.model import Content, Rule
from sigmapack.targets.ecs.fields import ZEEK_FILES

#: Categories and services of logs that are about a client of the machine that writes them.
NETWORK = ("dns", "dns-server-analytic", "firewall", "proxy")
#: Logs that name the client in a field of their own.
OWN = {"zeek/files": str(ZEEK_FILES["id.orig_h"])}


def subject(content: Content, rule: Rule) -> str:
    """The field by which alerts of a rule on single events are one; a finding's is its members'."""
    if not rule.is_correlation:
        return entity(rule)
    first, *_ = read_correlation(rule).members
    return entity(content.by_name[first])


def entity(rule: Rule) -> str:
    """The field.

    What a resolver, a proxy or Zeek writes is about the client; `host.name` is there the machine
    that the log was read on, if anything.
    """
    source = rule.logsource
    if source.key in OWN:
        return OWN[source.key]
    by_client = source.category in NETWORK or source.service in NETWORK or source.product == "zeek"
    return "source.ip" if by_client else "host.name"
