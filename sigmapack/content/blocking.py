"""Since when entries of blocking lists are known, and what became of them, from `blocking.toml`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from sigmapack.content.files import shown, toml
from sigmapack.content.model import Problem
from sigmapack.content.moments import Blocking, Fate
from sigmapack.content.settings import wrong

FILE = "blocking.toml"
CODE = "blocking"


def read(path: Path, problems: list[Problem]) -> Blocking:
    """What a file says; what is wrong with it is added to the problems."""
    _, data = toml(path, problems)
    advisory = _table(data, "advisory").get("date", "")
    sources = _table(data, "sources")
    days = [("[advisory] date", advisory)] if "advisory" in data else []
    for name, day in [*days, *((f"[sources] {name!r}", day) for name, day in sources.items())]:
        if not _is_day(day):
            problems.append(Problem(shown(path), 1, CODE, f"{name} is to be a day, YYYY-MM-DD"))
    if any(problem.code == CODE for problem in problems):
        return Blocking()
    return Blocking(advisory, sources, tuple(_fates(path, data.get("fate", []), problems)))


def _fates(path: Path, entries: Any, problems: list[Problem]) -> Iterator[Fate]:
    for entry in entries if isinstance(entries, list) else [entries]:
        texts = ("id", "date", "text", "source")
        fits = isinstance(entry, dict) and not wrong(entry, texts, ("roles",))
        if fits and _is_day(entry["date"]) and entry.keys() == {*texts, "roles"}:
            yield Fate(**{key: entry[key] for key in texts}, roles=tuple(entry["roles"]))
        else:
            message = f"a [[fate]] has {', '.join(texts)} (its date a day), and a list of roles"
            problems.append(Problem(shown(path), 1, CODE, message))


def _table(data: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = data.get(key, {})
    return found if isinstance(found, Mapping) else {}


def _is_day(value: Any) -> bool:
    try:
        return isinstance(value, str) and date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False
