"""What happened and how products take their packages, from `story.toml` and `import.toml`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sigmapack.content.files import shown, toml
from sigmapack.content.model import Problem
from sigmapack.content.moments import Moment, Notice
from sigmapack.content.settings import wrong

STORY, IMPORT, AWARENESS = "story.toml", "import.toml", "awareness.toml"
LANES = ("attack", "answer")
DATE = re.compile(r"\d{4}-\d\d(-\d\d)?")


def moments(path: Path, problems: list[Problem]) -> tuple[Moment, ...]:
    """The moments of a file; what is none is added to the problems."""
    _, data = toml(path, problems)
    entries = data.get("moment", [])
    found = []
    for entry in entries if isinstance(entries, list) else []:
        if _is_moment(entry):
            found.append(Moment(**entry))
        else:
            message = "a [[moment]] has the texts id, date, lane, text and source"
            problems.append(Problem(shown(path), 1, "story", message))
    return tuple(found)


def _is_moment(entry: Any) -> bool:
    keys = set(Moment.__dataclass_fields__)
    return (
        isinstance(entry, dict)
        and entry.keys() == keys
        and all(isinstance(value, str) and value for value in entry.values())
        and bool(DATE.fullmatch(entry["date"]))
        and entry["lane"] in LANES
    )


def guides(path: Path, problems: list[Problem]) -> dict[str, tuple[str, ...]]:
    """The steps by which each product takes its package; what is none is added to the problems."""
    _, data = toml(path, problems)
    entries = data.get("import", {})
    found: dict[str, tuple[str, ...]] = {}
    for name, entry in entries.items() if isinstance(entries, Mapping) else ():
        steps = entry.get("steps") if isinstance(entry, Mapping) else None
        if isinstance(steps, list) and steps and all(isinstance(each, str) for each in steps):
            found[name] = tuple(steps)
        else:
            message = f"[import.{name}] has a list of steps"
            problems.append(Problem(shown(path), 1, "story", message))
    return found


def notices(path: Path, problems: list[Problem]) -> dict[str, Notice]:
    """The notices of a file; what is none is added to the problems."""
    _, data = toml(path, problems)
    entries = data.get("notice", {})
    found: dict[str, Notice] = {}
    for name, entry in entries.items() if isinstance(entries, Mapping) else ():
        texts, lists = ("title", "lead", "tell"), ("happened", "noticed", "do", "avoid")
        if isinstance(entry, Mapping) and not wrong(dict(entry), texts, lists):
            made: dict[str, Any] = {key: entry[key] for key in texts}
            found[name] = Notice(**made | {key: tuple(entry[key]) for key in lists})
        else:
            message = f"[notice.{name}] has {', '.join(texts)}, and lists: {', '.join(lists)}"
            problems.append(Problem(shown(path), 1, "story", message))
    return found
