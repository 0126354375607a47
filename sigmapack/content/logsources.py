"""Sigma's log sources, and what each is called in the products."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple


class LogSource(NamedTuple):
    """A Sigma log source (https://sigmahq.io/docs/basics/log-sources.html)."""

    product: str | None
    category: str | None
    service: str | None

    @property
    def key(self) -> str:
        """The name under which `logsources.toml` describes it, e.g. `windows/dns_query`."""
        return f"{self.product or 'any'}/{self.category or self.service or 'any'}"


@dataclass(frozen=True)
class Sources:
    """`logsources.toml`: what a log source is called in each product."""

    sources: Mapping[str, Mapping[str, Any]]
    logsources: Mapping[str, Mapping[str, Any]]
    products: Mapping[str, Mapping[str, Any]]
    """Per product: its own names, by source (`sysmon`) or by log source (`windows/dns_query`)."""
    prefix: str = ""
    """The id of the client whose names these are; empty for the pack's own."""

    def own(self, name: str, between: str = "_") -> str:
        """What the pack calls `name` in a product, for this client: two may share a tenant."""
        return f"{self.prefix}{between}{name}" if self.prefix else name

    def events(self, logsource: LogSource) -> tuple[tuple[str, tuple[int, ...]], ...] | None:
        """The (source name, event ids) pairs of a log source; None where it is not described."""
        entry = self.entry(logsource)
        if entry is None:
            return None
        return tuple((e["source"], tuple(e.get("ids", ()))) for e in entry.get("events", ()))

    def lacks(self, product: str, logsource: LogSource) -> frozenset[str]:
        """The fields that no event of a log source has in a product; none if that is not known."""
        known = self.products.get(product, {})
        entry = self.entry(logsource) or {}
        names = [logsource.product, *(event["source"] for event in entry.get("events", ()))]
        lines = [entry] if any(name in known for name in names) else []
        if logsource.key in known:
            lines.append(line if isinstance(line := known[logsource.key], Mapping) else {})
        missing = [frozenset(line.get("lacks", ())) for line in lines]
        return frozenset.intersection(*missing) if missing else frozenset()

    def entry(self, logsource: LogSource) -> Mapping[str, Any] | None:
        for part in (logsource.category, logsource.service):
            key = f"{logsource.product or 'any'}/{part}"
            if part and key in self.logsources:
                return self.logsources[key]
        return None
