"""Which of Sysmon's events the rules need, and which of its options."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sigmapack.collection import naming
from sigmapack.collection.sysmon.schema import Event, Product
from sigmapack.collection.terms import Asked, Term
from sigmapack.content.model import Content, Rule
from sigmapack.content.placeholders import references

#: Option of Sysmon -> the field of a rule that asks for it, and what it is for.
OPTIONS = {
    "CheckRevocation": ("SignatureStatus", "tells a revoked signature"),
    "DnsLookup": ("DestinationHostname", "gives connections a name"),
}


@dataclass
class Need:
    """An event with the rules on it, each with its terms."""

    event: Event
    ids: set[int] = field(default_factory=set)
    rules: list[tuple[Rule, tuple[Term, ...]]] = field(default_factory=list)

    def pairs(self) -> list[tuple[str, Term]]:
        """(name of the rule, one of its terms)."""
        return [(naming.name(rule), term) for rule, found in self.rules for term in found]


@dataclass(frozen=True)
class Option:
    """An option of the configuration, what it is for, and the rules that need it."""

    name: str
    value: str
    why: str
    rules: tuple[str, ...]


def needs(content: Content, product: Product, asked: Asked) -> list[Need]:
    """The events that rules need, by id; what a product's events cannot show is left out."""
    found: dict[str, Need] = {}
    for rule in content.detections:
        for source, ids in content.sources.events(rule.logsource) or ():
            known = [number for number in ids if number in product.events]
            if source != product.source or not known:
                continue
            mine = asked[rule.path, rule.name]
            if not _blind(content, rule, mine):
                event = product.events[known[-1]]
                need = found.setdefault(event.tag, Need(event))
                need.ids |= {n for n in known if product.events[n] is event and not event.instead}
                need.ids |= {event.instead} if event.instead else set()
                need.rules.append((rule, mine))
    return sorted(found.values(), key=lambda need: min(need.ids))


def options(content: Content, found: Iterable[Need], product: Product) -> list[Option]:
    """The options that the rules on some events need."""
    rules = [pair for need in found for pair in need.rules]
    result = []
    hashed = _algorithms(content, [rule for rule, _ in rules]) if product.hashes else {}
    if hashed:
        value = ",".join(sorted({name for names in hashed.values() for name in names}))
        result.append(Option("HashAlgorithms", value, "", tuple(sorted(hashed))))
    for name, (asked, why) in OPTIONS.items():
        asking = {
            naming.name(r) for r, found in rules for term in found for a in term if a.field == asked
        }
        if asking:
            result.append(Option(name, "True", why, tuple(sorted(asking))))
    return result


def _blind(content: Content, rule: Rule, found: Iterable[Term]) -> bool:
    """Whether a rule asks for nothing that the event has, so that it needs other sensors."""
    lacking = frozenset((content.sources.entry(rule.logsource) or {}).get("lacks", ()))
    return bool(lacking) and all({ask.field for ask in term} <= lacking for term in found)


def _algorithms(content: Content, rules: Iterable[Rule]) -> Mapping[str, set[str]]:
    """Rule -> the algorithms of the hashes in its tables, by Sysmon's names."""
    found = {}
    for rule in rules:
        tables = {name.partition(".")[0] for _, name in references(rule)}
        hashes = [content.lookups[t] for t in tables if content.lookups[t].key == "hash"]
        names = {name.upper() for table in hashes for name in table.values("algorithm")}
        if names:
            found[naming.name(rule)] = names
    return found
