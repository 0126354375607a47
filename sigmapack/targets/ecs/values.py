"""Rewrites a rule's values for ECS (hashes, DNS status, direction); finds a log's sources."""

from __future__ import annotations

import contextlib
import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sigma.processing.pipeline import ProcessingPipeline

from sigmapack.compiling import conversion
from sigmapack.content.kinds import answer
from sigmapack.content.model import Refused, Rule, Sources

HASH = re.compile(r"^\*?(?:(MD5|SHA1|SHA256|IMPHASH)=)?([0-9A-Fa-f]{32,64})\*?$", re.IGNORECASE)
LENGTHS = {32: "md5", 40: "sha1", 64: "sha256"}
#: Sysmon's pipelines write the status as its name in the Windows headers (winerror.h).
DNS_STATUS = {
    "0": "SUCCESS",
    "1460": "ERROR_TIMEOUT",
    "9001": "DNS_ERROR_RCODE_FORMAT_ERROR",
    "9002": "DNS_ERROR_RCODE_SERVER_FAILURE",
    "9003": "DNS_ERROR_RCODE_NAME_ERROR",
    "9004": "DNS_ERROR_RCODE_NOT_IMPLEMENTED",
    "9005": "DNS_ERROR_RCODE_REFUSED",
    "9501": "DNS_INFO_NO_RECORDS",
    "9502": "DNS_ERROR_BAD_PACKET",
    "9701": "DNS_ERROR_RECORD_DOES_NOT_EXIST",
    "9852": "DNS_ERROR_NO_DNS_SERVERS",
}
#: Response codes (IANA DNS parameters) that a resolver may write in place of an answer.
DNS_CODES = frozenset({"NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED"})
#: What a resolver may write for a reply without records.
NO_DATA = "NODATA"
#: Elastic Defend's words for what Sysmon says of a signature (github.com/elastic/detection-rules).
SIGNATURE = {
    "valid": ["trusted"],
    "expired": ["errorExpired"],
    "revoked": ["errorRevoked"],
    "invalid": ["errorBadDigest", "errorChaining", "errorUntrustedRoot"],
    "unavailable": ["errorCode_endpoint*"],
}
#: ECS: a host sensor says ingress or egress, a network sensor inbound or outbound.
DIRECTION = {"true": ["egress", "outbound"], "false": ["ingress", "inbound"]}
#: What stands for an item of a selection: all of its fields must hold.
Item = dict[str, Any]


def prepare(rule: Rule, defend: bool = False) -> Rule:
    """The resolved rule with the values that ECS has, under keys that `ecs.fields` maps.

    Args:
        rule: without placeholders.
        defend: whether to ask also for the words that Elastic Defend has for a value.

    Raises:
        Refused: a value that ECS cannot hold, such as a hash of no known algorithm.
    """
    document = rule.copy()
    document["detection"] = {
        key: value if key == "condition" else _rewritten(value, rule, defend)
        for key, value in document["detection"].items()
    }
    return rule.with_document(document)


def _rewritten(node: Any, rule: Rule, defend: bool) -> Any:
    """A selection with every item rewritten; one item may become several alternatives."""
    if isinstance(node, list):
        parts = [_rewritten(item, rule, defend) for item in node]
        return [one for part in parts for one in (part if isinstance(part, list) else [part])]
    if not isinstance(node, Mapping):
        return node
    alternatives: list[dict[str, Any]] = [{}]
    for key, value in node.items():
        items = _items(str(key), value, rule)
        items += _defend(str(key), value, rule) if defend else []
        alternatives = [{**known, **item} for known in alternatives for item in items]
    return alternatives if len(alternatives) > 1 else alternatives[0]


def _items(key: str, value: Any, rule: Rule) -> list[Item]:
    field, *modifiers = key.split("|")
    values = [str(one) for one in (value if isinstance(value, list) else [value])]
    if field in ("Hashes", "Hash"):
        if "all" in modifiers:
            raise Refused("a list of hashes that must all be there cannot be split by algorithm")
        return _hashes(values)
    if rule.logsource.category == "dns_query" and field == "QueryStatus":
        return [{field: [DNS_STATUS.get(one, one) for one in values]}]
    if field in ("QueryResults", "answer") and rule.logsource.category in ("dns_query", "dns"):
        return _answers(field, values)
    if field == "Initiated":
        return [{field: [to for one in values for to in DIRECTION.get(one.lower(), [one])]}]
    return [{key: value}]


def _defend(key: str, value: Any, rule: Rule) -> list[Item]:
    """What Elastic Defend says in a field of its own for an item, where that is a plain list."""
    values = [str(one) for one in (value if isinstance(value, list) else [value])]
    found: list[Any] = []
    if rule.logsource.category == "dns_query" and key == "QueryStatus":
        found = [int(one) for one in values if one.isdigit()]
    if rule.logsource.category == "image_load" and key == "SignatureStatus":
        found = [to for one in values for to in SIGNATURE.get(one.lower(), [])]
    return [{f"{key}.defend": found}] if found else []


def _hashes(values: list[str]) -> list[Item]:
    found: dict[str, list[str]] = {}
    for value in values:
        match = HASH.match(value)
        if match is None:
            raise Refused(f"{value} is not a hash that can be told by its algorithm")
        name = (match[1] or LENGTHS.get(len(match[2]), "")).lower()
        if not name:
            raise Refused(f"the length of {value} fits no algorithm")
        found.setdefault(f"Hashes.{name}", []).append(match[2].lower())
    return [{name: values} for name, values in found.items()]


def _answers(field: str, values: list[str]) -> list[Item]:
    """Logs write the response code, addresses or names into one field, ECS into three.

    A reply without records is one of no error with no answer; Packetbeat counts the answers.
    """
    found: dict[str, list[str]] = {}
    for value in dict.fromkeys(answer(one) for one in values if one.upper() != NO_DATA):
        name = f"{field}.code" if value.upper() in DNS_CODES else field
        with contextlib.suppress(ValueError):
            name, value = f"{field}.ip", str(ipaddress.ip_address(value))
        found.setdefault(name, []).append(value)
    items: list[Item] = [{name: listed} for name, listed in found.items()]
    empty = any(one.upper() == NO_DATA for one in values)
    return items + ([{f"{field}.code": ["NOERROR"], f"{field}.count": [0]}] if empty else [])


@dataclass(frozen=True)
class Source:
    """One place that a rule's events come from: index patterns and what its events say."""

    index: tuple[str, ...]
    where: Mapping[str, tuple[str, ...]]


def sources(rule: Rule, described: Sources, product: str, own: bool = False) -> list[Source]:
    """The sources of a rule's log source, by `logsources.toml`: `[product.<product>]`.

    A line named as the log source (`windows/dns_query`) adds a source to those of `[logsource]`.
    With `own`, it does not if its fields are others (`fields = "other"`).

    Raises:
        Refused: the product has no line for the log source.
    """
    known = described.products.get(product, {})
    key = rule.logsource.key
    found = []
    for source, ids in described.events(rule.logsource) or ():
        if source in known:
            found.append(_source(known[source], described.sources.get(source, {}), ids))
    if key in known and not (own and known[key].get("fields") == "other"):
        found.append(_source(known[key], {}, ()))
    if not found:
        raise Refused(f"no agent or integration of the product brings events of {key}")
    return found


def _source(line: Mapping[str, Any], source: Mapping[str, Any], ids: tuple[int, ...]) -> Source:
    where: dict[str, tuple[str, ...]] = {}
    if not line.get("where"):
        where["winlog.channel"] = (source["channel"],)
    where |= {name: tuple(_list(value)) for name, value in line.get("where", {}).items()}
    if ids:
        where["event.code"] = tuple(map(str, ids))
    return Source(tuple(_list(line["index"])), where)


def _list(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def merged(found: list[Source]) -> tuple[str, ...]:
    """All index patterns of several sources, sorted, each once."""
    return tuple(sorted({index for source in found for index in source.index}))


def with_fields(name: str, rule: Rule, mapping: conversion.FieldMap) -> ProcessingPipeline:
    """The pySigma pipeline of a rule, with a reason where ECS has no field."""
    missing = [field for field in conversion.fields(rule) if field not in mapping]
    if missing:
        plain = ", ".join(field.partition(".")[0] for field in missing)
        raise Refused(f"ECS has no field for {plain} of {rule.logsource.key}")
    return conversion.pipeline(name, rule, mapping)
