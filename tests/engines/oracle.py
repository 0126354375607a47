"""A Sigma engine that shares no code with pySigma: Tenzir's `sigma` operator, written in C++.

It reads the portable Sigma files as we ship them and runs them on flat JSON with Sigma's field
names (https://docs.tenzir.com/reference/operators/sigma). It knows nothing of log sources, so
each rule sees only the events of its own. What it does otherwise than Sigma asks, found with
6.20.0 and shown in `test_oracle.py`:

* a quoted value that reads as a number, an address or a boolean is one, whatever the quotes say:
  documents therefore hold the numbers and booleans of these logs as such (`NUMBERS`, `BOOLEANS`);
* no address is found in a list, whereas text is: an event with such a list becomes one document
  for each of its elements;
* U+017F and U+212A are an `s` and a `k` to it, as in Unicode's case folding; to Windows, to DNS
  and to SQLite they are not. `mutations` does not write them.
"""

from __future__ import annotations

import ipaddress
import itertools
import json
import os
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from sigmapack.content.model import LogSource
from sigmapack.events.read import Event
from tests.engines.registry import prepared
from tests.engines.tenzir.fetched import VERSION

ENGINE = f"tenzir {VERSION}"

#: What the logs write as numbers and as booleans.
NUMBERS = frozenset({"EventID", "QueryStatus", "sc-status"})
BOOLEANS = frozenset({"Initiated", "Signed"})
#: The key under which a document carries the number of its event.
NUMBER = "_event"

PIPELINE = """\
from_file {events} {{ read_ndjson }}
sigma path={rules}
select event=evidences[0].data.{number}, rule=policy.uid
to_stdout {{ write_ndjson }}
"""


class OracleFailed(Exception):
    """Tenzir refused a rule or an event, or did not end well."""


def program() -> Path:
    """The `tenzir` program."""
    return prepared("tenzir") / "bin" / "tenzir"


def logsource(rule: str) -> LogSource:
    """The log source that a Sigma file names."""
    found = yaml.safe_load(rule)["logsource"]
    return LogSource(*(found.get(part) for part in LogSource._fields))


def fits(event: Event, wanted: LogSource) -> bool:
    """Whether an event is of a log source, all of whose parts one of its own must have."""
    return any(
        all(part in (None, own) for part, own in zip(wanted, source, strict=True))
        for source in event.logsource
    )


def documents(event: Event) -> Iterator[dict[str, Any]]:
    """An event as flat JSON: one document, or one for each element of a list with addresses."""
    fields = {name: _typed(name, value) for name, value in event.fields.items()}
    lists = {
        name: value
        for name, value in fields.items()
        if isinstance(value, list) and any(_is_address(item) for item in value)
    }
    for items in itertools.product(*lists.values()):
        yield {**fields, **dict(zip(lists, items, strict=True))}


def _typed(name: str, value: str | tuple[str, ...]) -> Any:
    if isinstance(value, tuple):
        return [_typed(name, item) for item in value]
    if name in NUMBERS and value.isascii() and value.isdigit() and str(int(value)) == value:
        return int(value)
    if name in BOOLEANS and value.lower() in ("true", "false"):
        return value.lower() == "true"
    return value


def _is_address(value: Any) -> bool:
    try:
        return bool(ipaddress.ip_address(value))
    except ValueError:
        return False


def matches(rules: Mapping[str, str], events: Sequence[Event]) -> dict[str, set[int]]:
    """Rule -> positions of the events it matches.

    Args:
        rules: rule -> text of its Sigma file.
        events: events in any order; a rule is asked about those of its log source only.

    Raises:
        OracleFailed: Tenzir said anything but matches.
    """
    found: dict[str, set[int]] = {name: set() for name in rules}
    groups: dict[LogSource, dict[str, str]] = {}
    for name, text in rules.items():
        groups.setdefault(logsource(text), {})[name] = text
    with ThreadPoolExecutor(2) as pool:
        for part in pool.map(partial(_group, events=events), groups, groups.values()):
            for name, number in part:
                found[name].add(number)
    return found


def _group(
    source: LogSource, rules: Mapping[str, str], events: Sequence[Event]
) -> set[tuple[str, int]]:
    """(rule, position of the event) of the rules of one log source."""
    numbered = [(number, event) for number, event in enumerate(events) if fits(event, source)]
    with tempfile.TemporaryDirectory(prefix="oracle-") as place:
        (Path(place) / "rules").mkdir()
        for name, text in rules.items():
            (Path(place) / "rules" / f"{name}.yml").write_text(text, "utf-8")
        with (Path(place) / "events.json").open("w", encoding="utf-8") as lines:
            for number, event in numbered:
                for document in documents(event):
                    lines.write(json.dumps({NUMBER: number, **document}) + "\n")
        names = {yaml.safe_load(text)["id"]: name for name, text in rules.items()}
        return {(names[rule], event) for rule, event in _run(Path(place))} if numbered else set()


def _run(place: Path) -> Iterator[tuple[str, int]]:
    """(id of the rule, number of the event) of every match."""
    events, rules = (json.dumps(str(place / name)) for name in ("events.json", "rules"))
    pipeline = PIPELINE.format(events=events, rules=rules, number=NUMBER)
    settings = {"PATH": os.environ["PATH"], "HOME": str(place), "NO_COLOR": "1"}
    run = subprocess.run(
        [program(), pipeline], capture_output=True, text=True, env=settings, check=False
    )
    if run.returncode or run.stderr.strip():
        raise OracleFailed(run.stderr.strip() or f"exit code {run.returncode}")
    for line in run.stdout.splitlines():
        match = json.loads(line)
        yield match["rule"], match["event"]
