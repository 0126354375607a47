"""Reading text files: how a path is shown, and what is said of a file that cannot be read."""

from __future__ import annotations

from pathlib import Path

from sigmapack.content.model import Problem


def shown(path: Path | str) -> str:
    """A path as the user would write it: relative to the current folder where it lies below."""
    path = Path(path)
    try:
        return path.resolve().relative_to(Path.cwd()).as_posix()
    except ValueError:
        return path.as_posix()


def text_of(path: Path, problems: list[Problem]) -> str | None:
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        message = f"byte {error.start} is not UTF-8: save the file as UTF-8"
        problems.append(Problem(shown(path), line, "not-utf8", message, True))
    except OSError as error:
        message = f"{error.strerror}: make the file readable or remove it"
        problems.append(Problem(shown(path), 1, "unreadable", message, True))
    return None
