"""Scripts for a host without an agent: PowerShell for Windows, POSIX shell for Macs and Linux.

Both read only. They print a line, or an object, for each find, and end with 1 where there is one,
0 where there is none, and 3 where there is none but something could not be read: Intune takes 1 of
a detection script for "with issues" (learn.microsoft.com/mem/intune/fundamentals/remediations).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from importlib.resources import files

from sigmapack.content.words import Words
from sigmapack.exposure.looked_for import (
    LARGEST,
    PLACES,
    PRODUCT,
    Searched,
    about,
    expanded,
    of_platform,
)

SHELL, POWERSHELL = "find-threecx.sh", "Find-ThreeCX.ps1"
#: Bytes in a block of `find -size` (POSIX).
BLOCK = 512


def shell(search: Searched, words: Words) -> str:
    """The script for Macs and Linux."""
    known = {
        f"{one.value}\t{one.confidence}\t{printable(about(one))}"
        for platform in ("macos", "linux")
        for one in of_platform(search, platform)
    }
    traces = [
        f"    traces {quoted(words(trace.finds))} {trace.sure} "
        + " ".join(_path(path) for one in trace.paths for path in expanded(one, trace.platform))
        for trace in search.traces
        if trace.platform != "windows"
    ]
    places = [
        _path(path)
        for platform in ("macos", "linux")
        for one in PLACES[platform]
        for path in expanded(one, platform)
    ]
    return _filled(
        SHELL,
        {
            "synopsis": words("Finds bad builds of the 3CX client, and what its stages left."),
            "here": words("this host"),
            "mounted": words("a disk of another host, mounted there"),
            "also": words("these folders, too"),
            "columns": words("Prints kind, confidence, path and what it is, between tabs."),
            "exits": _exits(words),
            "known": "\n".join(sorted(known)),
            "windows": " ".join(search.windows),
            "macos": " ".join(search.macos),
            "blocks": str(LARGEST // BLOCK),
            "bad": _inside(words("Bad build of the 3CX client")),
            "package": quoted(
                words("Package of a bad build, which the telephone system hands out")
            )[1:-1],
            "product": PRODUCT,
            "traces": "\n".join(traces),
            "places": " ".join(dict.fromkeys(places)),
            "unread": _inside(words("nothing was found, and some files could not be read")),
        },
    )


def powershell(search: Searched, words: Words) -> str:
    """The script for Windows, with a byte order mark: 5.1 reads others in the host's code page."""
    known = [(o.value, o.confidence, about(o)) for o in of_platform(search, "windows")]
    traces = [
        (path.replace("/", "\\"), trace.sure, words(trace.finds))
        for trace in search.traces
        if trace.platform == "windows"
        for path in trace.paths
    ]
    places = [f"    {_single(path.replace('/', chr(92)))}" for path in PLACES["windows"]]
    text = _filled(
        POWERSHELL,
        {
            "synopsis": words("Finds bad builds of the 3CX client, and what its stages left."),
            "exits": _exits(words),
            "root": words(
                "The drive to look at; another than the system's is one of another host."
            ),
            "also": words("More folders whose files are hashed."),
            "json": words("Prints one JSON array in place of objects."),
            "builds": ", ".join(map(_single, search.windows)),
            "known": _csv(sorted(known)),
            "traces": _csv(traces),
            "places": "\n".join(places),
            "product": PRODUCT,
            "bad": _double(words("Bad build of the 3CX client")),
            "largest": str(LARGEST),
            "unread": _double(words("nothing was found, and some files could not be read")),
        },
    )
    return "\ufeff" + text.replace("\n", "\r\n")


def _exits(words: Words) -> str:
    return words(
        "Reads only. Ends with 1 where something was found, 0 where nothing was, and 3 where"
        " nothing was but some files could not be read."
    )


def _filled(name: str, values: Mapping[str, str]) -> str:
    text = (files(__package__) / name).read_text("utf-8")
    for key, value in values.items():
        text = text.replace(f"@@{key}@@", value)
    return text


def printable(text: str) -> str:
    """A text in one line, as a line of a here-document can hold it."""
    return "".join(c if c.isprintable() else "?" for c in " ".join(text.split()))


def quoted(text: str) -> str:
    """A text as one word of the shell."""
    return "'" + text.replace("'", "'\\''") + "'"


def _path(pattern: str) -> str:
    """A pattern of paths below the root: only `*` is left to the shell."""
    parts = [f'"{part}"' if part else "" for part in pattern.split("*")]
    return '"$root"' + "*".join(parts)


def _inside(text: str) -> str:
    """A text between double quotes of the shell."""
    return "".join(f"\\{c}" if c in '"$`\\' else c for c in text)


def _single(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _double(text: str) -> str:
    """A text between double quotes of PowerShell."""
    return "".join(f"`{c}" if c in '"$`' else c for c in text)


def _csv(rows: Iterable[tuple[str, ...]]) -> str:
    """Rows of a here-string: every value in quotes, so that no line begins with its end."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerows([tuple(map(printable, row)) for row in rows])
    return out.getvalue().rstrip("\n")
