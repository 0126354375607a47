"""Reading text files: how a path is shown, and what is said of a file that cannot be read."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from sigmapack.content import limits
from sigmapack.content.model import Problem


def shown(path: Path | str) -> str:
    """A path as the user would write it: relative to the current folder where it lies below."""
    path = Path(path)
    try:
        return path.resolve().relative_to(Path.cwd()).as_posix()
    except ValueError:
        return path.as_posix()


def text_of(path: Path, problems: list[Problem], most: int = limits.MOST_FILE) -> str | None:
    """A file's text; None, and a problem, where it cannot be read or has more than `most` bytes."""
    try:
        with path.open("rb") as file:
            size = len(file.read(most + 1))
        if size > most:
            message = f"more than {most:,} bytes: split the file"
            problems.append(Problem(shown(path), 1, "too-large", message))
            return None
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        message = f"byte {error.start} is not UTF-8: save the file as UTF-8"
        problems.append(Problem(shown(path), line, "not-utf8", message, True))
    except OSError as error:
        message = f"{error.strerror}: make the file readable or remove it"
        problems.append(Problem(shown(path), 1, "unreadable", message, True))
    return None


def toml(path: Path, problems: list[Problem]) -> tuple[str, dict[str, Any]]:
    """A file's text and its data; both empty where there is none, or none that can be read."""
    if not path.is_file() or (text := text_of(path, problems)) is None:
        return "", {}
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        problems.append(Problem(shown(path), int(line[1]) if line else 1, "toml", str(error)))
    except (ValueError, RecursionError) as error:  # a number of thousands of digits; lists in lists
        why = "lists or tables too deep in one another" * isinstance(error, RecursionError)
        problems.append(Problem(shown(path), 1, "toml", why or " ".join(str(error).split())))
    else:
        if depth(data) <= limits.DEEPEST:
            return text, data
        message = f"more than {limits.DEEPEST} lists and tables in one another"
        problems.append(Problem(shown(path), 1, "toml", message))
    return "", {}


def depth(data: object) -> int:
    """How many lists and tables stand in one another, without a call for each."""
    deepest, open_ = 0, [(data, 0)]
    while open_:
        one, level = open_.pop()
        deepest = max(deepest, level)
        if isinstance(one, dict | list):
            inner = one.values() if isinstance(one, dict) else one
            open_ += [(value, level + 1) for value in inner]
    return deepest
