"""Rules of strangers: a text that wants to be code, in every place of a rule that has one."""

from __future__ import annotations

import copy
import csv
import io
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from sigmapack.content.load import _table, chained, load
from sigmapack.content.model import Content, Rule
from tests.conftest import ROOT
from tests.examples import tried

#: Nothing else has this word: where it stands in the code of a query, a text became code.
MARK = "zqxmark"
#: What ends a literal, comment, line, template or expression in some language, and what follows.
PIECES = (
    *("'", '"', "`", "```", '"""', "''", '""', "``", "\\", "\\\\", "/", "//", "\\/", "\\\\/"),
    *("\n", "\r", "\r\n", "\t", "\v", "\f", "\x1e", "\x85", "\u2028", "\u2029"),
    *("\0", "\x01", "\x02", "\x1b", "\u202e", "\u2066", "\u200b", "\ufeff", "\ud800"),
    *("--", "#", "/*", "*/", "<!--", "-->", ";", "|", " | ", "\n| ", "[", "]", "\n[", "]\n"),
    *("(", ")", "{", "}", "{{", "}}", "{{{", "{%", "${", "$", "%", "%%", "*", "?", "=", " = "),
    *("@", "@'", '@"', ":", "<", ">", "&", "\\n", "\\u0022", "\\x22", "&quot;", " OR ", " and "),
    *("| delete", "search = | ", "VACUUM INTO 'x'; ", "]]>", "!{", " ", "é", "\U0001f600"),
)
TEXTS = st.lists(st.sampled_from(PIECES) | st.just(MARK), min_size=1, max_size=9).map(
    lambda parts: "".join(["a", *parts, MARK])
)
#: Of a property that is tried for each of many places, modifiers or products, and of one that is
#: tried once.
EACH = tried(15, costs=200)
ONCE = tried(15, costs=30)
IDS = "6f1c7a3e-54a2-4f0e-9a38-0d5c1f2b7a{:02}"
#: Log sources and a field of each, so that every way of every language to name one is taken.
SOURCES = (
    ({"product": "windows", "category": "process_creation"}, "CommandLine"),
    ({"product": "windows", "category": "dns_query"}, "QueryName"),
    ({"product": "windows", "service": "application"}, "Data"),
    ({"product": "windows", "service": "applocker"}, "FilePath"),
    ({"product": "zeek", "service": "dns"}, "answers"),
    ({"category": "proxy"}, "c-uri"),
    ({"category": "dns"}, "answer"),
)
MODIFIERS = (
    *("", "|contains", "|startswith", "|endswith", "|contains|all", "|re", "|re|i", "|cased"),
    *("|windash", "|fieldref", "|base64offset|contains", "|wide|base64", "|cidr", "|gt", "|exists"),
)
Document = dict[str, Any]


@cache
def pack() -> Content:
    """The pack's log sources and playbooks, with no rule."""
    whole = load(ROOT)
    return replace(whole, rules=(), lookups={}, waivers=(), own=False, stages=())


def document(source: Mapping[str, str], field: str, value: Any, name: str = "one") -> Document:
    """A small rule, the first of the pack's playbooks with it."""
    return {
        "title": "Title",
        "id": IDS.format(1),
        "name": name,
        "status": "test",
        "description": "Detects a sample.",
        "author": "Author",
        "date": "2026-01-01",
        "logsource": dict(source),
        "detection": {"s": {field: value}, "condition": "s"},
        "level": "high",
        "response": min(pack().playbooks),
    }


def correlation(kind: str, members: list[str]) -> Document:
    """A correlation of rules, grouped by the computer."""
    condition: dict[str, Any] = {"gte": 2}
    if kind == "value_count":
        condition["field"] = "CommandLine"
    body = {
        "type": kind,
        "rules": members,
        "group-by": ["Computer"],
        "timespan": "1h",
        "condition": condition,
    }
    own = {"title": "Both", "id": IDS.format(3), "name": "both", "level": "high"}
    return {**own, "status": "test", "correlation": body}


def content(*documents: Document, stem: str = "rule", lookup: str = "") -> Content:
    """Content with these rules only, and a lookup of one value."""
    rules = chained(
        tuple(Rule(f"rules/{stem}{n or ''}.yml", each) for n, each in enumerate(documents))
    )
    row = {"domain": lookup or "bad.example.com", "role": lookup or "c2", "confidence": "high"}
    row |= {"source": lookup or "x", "advisory": "yes"}
    written = io.StringIO()
    csv.writer(written).writerows([row, row.values()])
    table = _table(Path("lookups/ioc_domains.csv"), written.getvalue(), [])
    return replace(pack(), rules=rules, lookups={"ioc_domains": table} if table else {})


def _set(path: str) -> Callable[[Document, str], None]:
    def change(rule: Document, text: str) -> None:
        *parents, last = path.split(".")
        for name in parents:
            rule = rule.setdefault(name, {})
        rule[last] = text

    return change


#: Places of a rule that is no correlation, each with how a text gets there.
PLACES: Mapping[str, Callable[[Document, str], None]] = {
    **{
        name: _set(name)
        for name in (
            *("title", "description", "author", "name", "id", "date", "modified", "license"),
            *("status", "level", "response", "logsource.product", "logsource.category"),
            *("logsource.service", "logsource.definition", "taxonomy"),
        )
    },
    "references": lambda rule, text: rule.update(references=[text]),
    "falsepositives": lambda rule, text: rule.update(falsepositives=[text]),
    "tags": lambda rule, text: rule.update(tags=[f"attack.{text}", f"attack.t1059.{text}"]),
    "related": lambda rule, text: rule.update(related=[{"id": IDS.format(9), "type": text}]),
    "fields": lambda rule, text: rule.update(fields=[text]),
    "field": lambda rule, text: rule["detection"].update(s={text: "x", "CommandLine": "y"}),
    "modifier": lambda rule, text: rule["detection"].update(s={f"CommandLine|{text}": "x"}),
    "keyword": lambda rule, text: rule["detection"].update(s=[text]),
    "selection": lambda rule, text: rule["detection"].update(
        {text: {"CommandLine": "x"}, "condition": "1 of them"}
    ),
    "condition": lambda rule, text: rule["detection"].update(condition=f"s or {text}"),
}


def _body(change: Callable[[Document, str], None]) -> Callable[[Document, str], None]:
    return lambda rule, text: change(rule["correlation"], text)


#: Places of a correlation of the rules `one` and `two`.
CORRELATED: Mapping[str, Callable[[Document, str], None]] = {
    **{name: PLACES[name] for name in ("title", "description", "name", "id", "level", "tags")},
    "group-by": _body(lambda body, text: body.update({"group-by": ["Computer", text]})),
    "alias": _body(
        lambda body, text: body.update(
            {"group-by": [text], "aliases": {text: {"one": "Computer", "two": "Computer"}}}
        )
    ),
    "aliased": _body(
        lambda body, text: body.update(
            {"group-by": ["who"], "aliases": {"who": {"one": text, "two": "Computer"}}}
        )
    ),
    "value field": _body(
        lambda body, text: body.update(
            {"type": "value_count", "condition": {"gte": 2, "field": text}}
        )
    ),
    "timespan": _body(lambda body, text: body.update(timespan=text)),
    "extended condition": _body(
        lambda body, text: body.update(type="temporal", condition=f"one and {text}")
    ),
}


def changed(rule: Document, place: Callable[[Document, str], None], text: str) -> Document:
    """A copy of a rule with a text in a place."""
    found = copy.deepcopy(rule)
    place(found, text)
    return found
