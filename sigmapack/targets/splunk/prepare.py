"""Splunk: what a rule asks for, said as the vendors' add-ons say it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from sigmapack.compiling import conversion, userdata
from sigmapack.compiling.names import values
from sigmapack.content.model import Refused, Rule
from sigmapack.content.text import BREAKS

#: DNS answers that are no address but a code (RFC 1035, 4.1.1, and RFC 2136, 2.2).
REPLIES = {"FORMERR": 1, "SERVFAIL": 2, "NXDOMAIN": 3, "NOTIMP": 4, "REFUSED": 5}
#: What a resolver may write for a reply without records.
NO_DATA = "NODATA"
#: The playbook of rules that ask for what was stopped.
BLOCKED = "blocked"

Selection = Mapping[str, Any]


def prepared(rule: Rule) -> Rule:
    """The rule as Splunk's fields hold what it asks for."""
    _writable(rule)
    source = rule.logsource
    if userdata.holds(rule):  # the add-on leaves the fields in their XML
        rule = userdata.as_xml(rule, "UserData_Xml")
    if source.product == "windows":
        return conversion.with_alternatives(rule, _provider)
    rule = conversion.with_values(rule, _bare)
    if source.key == "any/dns":
        return conversion.with_alternatives(rule, _replies)
    if source.key == "any/proxy" and rule.response == BLOCKED:
        return conversion.with_alternatives(rule, _stopped)
    return rule


def _writable(rule: Rule) -> None:
    """See that no value is more than a text.

    A macro is called in quotes, too, and no backslash stops that. What has several lines would
    have to be folded in savedsearches.conf, where a backslash before a line's end is no text.

    Raises:
        Refused: a value that cannot be written.
    """
    for value in values(rule):
        if "`" in value:
            raise Refused("a value has a backtick, which calls a macro even inside of quotes")
        if re.search(f"[{BREAKS}]", value):
            raise Refused("a value has several lines, which savedsearches.conf cannot hold")


def _bare(field: str, value: str) -> str:
    """Outside Sysmon a hash field may hold the bare value: its algorithm is not asked for."""
    return re.sub(r"^\*\w+=", "*", value) if field == "Hashes" else value


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
    """CIM Network Resolution has the code of a reply in `reply_code`, `reply_code_id`.

    A reply without records has the code 0 and no answer; `answer_count` says so.
    """
    values = _values(selection, "answer") if "answer" in selection else []
    codes = [value for value in values if value in REPLIES]
    if not codes and NO_DATA not in values:
        yield selection
        return
    rest = {key: value for key, value in selection.items() if key != "answer"}
    addresses = [value for value in values if value not in (*REPLIES, NO_DATA)]
    if addresses:
        yield {**rest, "answer": addresses}
    if codes:
        yield {**rest, "reply_code": codes}
        yield {**rest, "reply_code_id": [REPLIES[code] for code in codes]}
    if NO_DATA in values:
        yield {**rest, "reply_code_id": 0, "answer_count": 0}


def _stopped(selection: Selection) -> Iterator[Selection]:
    """CIM Web says `action=blocked`, whatever page the proxy answered with."""
    yield selection
    if "sc-status" in selection:
        rest = {key: value for key, value in selection.items() if key != "sc-status"}
        yield {**rest, "action": "blocked"}
