"""Runs EQL in python-eql's own environment: a request of JSON on standard input, an answer out.

Not imported by the tests: `eql_engine` starts it with the Python of that environment. Two things
of Elasticsearch's EQL that python-eql 1.0.1 does not know are written out: `with runs=n` as n
steps, and hours as a span. A third it does otherwise: an expression of `regex` is Lucene's, which
holds for the whole of a value (https://www.elastic.co/docs/reference/query-languages/eql/eql-syntax
and .../query-dsl/regexp-syntax), where python-eql compares its beginning.
"""

import json
import re
import sys
from collections.abc import Callable
from typing import Any

import eql
from eql.engine import Event, PythonEngine
from eql.functions import Match
from eql.parser import elasticsearch_syntax, lark_parser
from eql.utils import is_string
from lark import Token

RUNS = re.compile(r"^(\s*)(\[.*\]) with runs=(\d+)\s*$", re.MULTILINE)
QUOTED = re.compile(r"`[^`]*`")
HOURS = re.compile(r"(?<=maxspan=)(\d+)h")


def whole(cls: type[Match], source: Any, *literals: Any) -> Callable[..., bool | None]:
    """The comparison of a value with expressions, as `Match.get_callback`, but of all of it."""
    pattern = re.compile("|".join(each.value for each in literals), re.I | re.S)
    return lambda value, *_: pattern.fullmatch(value) is not None if is_string(value) else None


Match.get_callback = classmethod(whole)


def translated(text: str) -> str:
    """A query as python-eql reads it."""
    text = RUNS.sub(lambda found: (found[1] + found[2]) * int(found[3]), text)
    return HOURS.sub(lambda found: f"{int(found[1]) * 60}m", text)


def matches(text: str, events: list[dict[str, Any]]) -> list[list[int]]:
    """Numbers of the events of every match."""
    with elasticsearch_syntax:
        query = eql.parse_query(translated(text))
    found: list[list[int]] = []
    engine = PythonEngine()
    engine.add_query(query)
    engine.add_output_hook(lambda hit: found.append([each.data["_number"] for each in hit.events]))
    made = [
        Event("any", event["time"], {**event["document"], "_number": event["number"]})
        for event in events
    ]
    engine.stream_events(made)
    return found


def lexed(text: str) -> dict[str, Any]:
    """Why a text is no query, and what of it is code: no comment, literal or quoted name."""
    text = translated(text)
    try:
        with elasticsearch_syntax:
            eql.parse_query(text)
        tree = lark_parser.parse(f"{text}\n", start="piped_query")
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}", "code": []}
    tokens = tree.scan_values(lambda value: isinstance(value, Token))
    code = [token for token in tokens if not token.type.endswith("STRING")]
    return {"error": "", "code": [QUOTED.sub("", token) for token in code]}


def main() -> None:
    """Answer {"groups": [{"queries": {name: text}, "events": [...]}], "texts": {name: text}}."""
    request = json.load(sys.stdin)
    answer = []
    for group in request["groups"]:
        found: dict[str, Any] = {}
        for name, text in group["queries"].items():
            try:
                found[name] = {"matches": matches(text, group["events"])}
            except Exception as error:
                found[name] = {"error": f"{type(error).__name__}: {error}"}
        answer.append(found)
    texts = {name: lexed(text) for name, text in request.get("texts", {}).items()}
    json.dump({"groups": answer, "texts": texts}, sys.stdout)


main()
