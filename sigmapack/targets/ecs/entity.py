"""Whom the events of a rule are about: a host, or the client in a log of the network."""

from __future__ import annotations

from sigmapack.content.model import Rule

#: Categories and services of logs that are about a client of the machine that writes them.
NETWORK = ("dns", "dns-server-analytic", "firewall", "proxy")


def entity(rule: Rule) -> str:
    """The field.

    What a resolver, a proxy or Zeek writes is about the client; `host.name` is there the machine
    that the log was read on, if anything.
    """
    source = rule.logsource
    by_client = source.category in NETWORK or source.service in NETWORK or source.product == "zeek"
    return "source.ip" if by_client else "host.name"
