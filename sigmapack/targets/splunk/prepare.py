"""Splunk: what a rule asks for, said as the vendors' add-ons say it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sigmapack.compiling import conversion
from sigmapack.content.model import Rule

#: DNS answers that are no address but a code (RFC 1035, 4.1.1, and RFC 2136, 2.2).
REPLIES = {"FORMERR": 1, "SERVFAIL": 2, "NXDOMAIN": 3, "NOTIMP": 4, "REFUSED": 5}
#: The playbook of rules that ask for what was stopped.
BLOCKED = "blocked"

Selection = Mapping[str, Any]


def prepared(rule: Rule) -> Rule:
    """The rule as Splunk's fields hold what it asks for."""
    source = rule.logsource
    if source.product == "windows":
        return _split(rule, _provider)
    rule = conversion.with_values(rule, _bare)
    if source.key == "any/dns":
        return _split(rule, _replies)
    if source.key == "any/proxy" and rule.response == BLOCKED:
        return _split(rule, _stopped)
    return rule


def _bare(field: str, value: str) -> str:
    """Outside Sysmon a hash field may hold the bare value: its algorithm is not asked for."""
    return re.sub(r"^\*\w+=", "*", value) if field == "Hashes" else value


def _split(rule: Rule, alternatives: Callable[[Selection], Iterator[Selection]]) -> Rule:
    """The rule with each mapping of its selections turned into alternatives."""

    def walk(selection: Any) -> Any:
        if isinstance(selection, list):
            found = [walk(item) for item in selection]
            return [m for item in found for m in (item if isinstance(item, list) else [item])]
        if not isinstance(selection, Mapping):
            return selection
        made = list(alternatives(selection))
        return made if len(made) > 1 else made[0]

    document = rule.copy()
    document["detection"] = {
        key: value if key == "condition" else walk(value)
        for key, value in document["detection"].items()
    }
    return rule.with_document(document)


def _values(selection: Selection, key: str) -> list[Any]:
    value = selection[key]
    return value if isinstance(value, list) else [value]


def _provider(selection: Selection) -> Iterator[Selection]:
    """The add-on takes the provider's name with its quotes where it stands without a Guid."""
    key = "Provider_Name"
    if key not in selection:
        yield selection
        return
    names = _values(selection, key)
    yield {**selection, key: [form for name in names for form in (name, f"'{name}'")]}


def _replies(selection: Selection) -> Iterator[Selection]:
    """CIM Network Resolution has the code of a reply in `reply_code`, `reply_code_id`."""
    codes = (
        [v for v in _values(selection, "answer") if v in REPLIES] if "answer" in selection else []
    )
    if not codes:
        yield selection
        return
    rest = {key: value for key, value in selection.items() if key != "answer"}
    addresses = [value for value in _values(selection, "answer") if value not in REPLIES]
    if addresses:
        yield {**rest, "answer": addresses}
    yield {**rest, "reply_code": codes}
    yield {**rest, "reply_code_id": [REPLIES[code] for code in codes]}


def _stopped(selection: Selection) -> Iterator[Selection]:
    """CIM Web says `action=blocked`, whatever page the proxy answered with."""
    yield selection
    if "sc-status" in selection:
        rest = {key: value for key, value in selection.items() if key != "sc-status"}
        yield {**rest, "action": "blocked"}
