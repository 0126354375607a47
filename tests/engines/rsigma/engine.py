"""rsigma as an engine: portable Sigma as it ships and events go in, what fires comes out.

A Sigma engine in Rust that shares no code with pySigma (https://github.com/timescale/rsigma, MIT).
It runs correlations, findings of findings among them. What it needs, and is given here:

* its log sources are those of the event, which the events' reader tells; without them, it would
  try every rule on every event;
* events in the order of their times, each with its time apart, in whole seconds;
* host names in small letters: it compares what it groups by letter for letter, and the logs of one
  Windows host write its name in both;
* how often a correlation fires that is met for longer: at each event, unless it is to be silent for
  a time after it has fired (`--suppress` of its command). The specification says nothing of it.
  Where findings are counted, what is counted is periods of a finding's time span
  (`sigmapack.content.correlation`): it is silent for that long.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from sigmapack.events.read import Event
from tests.engines.registry import prepared
from tests.engines.rsigma.fetched import VERSION

ENGINE = f"rsigma {VERSION}"
#: Of the package, in the order in which they refer to one another.
FOLDERS = ("rules", "findings", "bases", "correlations")

#: How a value stands in a JSON document.
Typed = Callable[[str], Any]


class EngineFailed(Exception):
    """rsigma refused a file or did not end well."""


def program() -> Path:
    """The built program."""
    return prepared("rsigma") / "rsigma"


def as_text(value: str) -> Any:
    """Every value is text, as our reader gives it."""
    return value


def as_json(value: str) -> Any:
    """What reads as a number or a boolean is one, as most logs write it in JSON."""
    if value.isascii() and value.isdigit() and str(int(value)) == value:
        return int(value)
    return {"true": True, "false": False}.get(value, value)


def document(event: Event, typed: Typed = as_text) -> dict[str, Any]:
    """An event as flat JSON with Sigma's field names."""
    fields = {"Computer": event.host, **event.fields} if event.host else dict(event.fields)
    if isinstance(host := fields.get("Computer"), str):
        fields["Computer"] = host.lower()
    return {
        name: typed(value) if isinstance(value, str) else [typed(item) for item in value]
        for name, value in fields.items()
    }


def seconds(event: Event) -> int:
    """The time of an event; 0 where it has none, as single events need none."""
    if event.timestamp is None:
        return 0
    return int(datetime.fromisoformat(event.timestamp.replace("Z", "+00:00")).timestamp())


def write(texts: Mapping[str, str], folder: Path) -> list[Path]:
    """Write files by their paths in the package; its folders in their order."""
    for path, text in texts.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, "utf-8")
    return [folder / "sigma" / name for name in FOLDERS if (folder / "sigma" / name).is_dir()]


def fired(
    folders: Iterable[Path],
    events: Sequence[Event],
    typed: Typed = as_text,
    suppress: int | None = None,
) -> dict[str, set[int]]:
    """Id of each rule and correlation that fired -> positions of the events at which it did.

    Args:
        folders: of Sigma files.
        events: in the order of their times, where a correlation is asked.
        typed: how values stand in the documents.
        suppress: seconds for which a correlation is silent after it has fired.

    Raises:
        EngineFailed: it could not read a file, or did not end well.
    """
    records = [
        {
            "time": seconds(event),
            "logsources": [source._asdict() for source in event.logsource],
            "fields": document(event, typed),
        }
        for event in events
    ]
    request = {"folders": list(map(str, folders)), "suppress": suppress, "events": records}
    text = json.dumps(request)
    run = subprocess.run([program()], input=text, capture_output=True, text=True, check=False)
    if run.returncode or run.stderr:
        raise EngineFailed(run.stderr or f"exit code {run.returncode}")
    answer = json.loads(run.stdout)
    if answer["errors"]:
        raise EngineFailed("\n".join(answer["errors"]))
    return {rule: set(positions) for rule, positions in answer["fired"].items()}
