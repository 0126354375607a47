"""What every search of this folder looks for: builds, hashes, and files that stages left.

Facts behind the traces: the rules of `sigma_rules/` on the same files, which name their sources. A
trace is one whose very place is unusual; what Windows itself has there (`TxR`) is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sigmapack.content.model import Content
from sigmapack.content.words import noted
from sigmapack.exports.feed import Indicator

#: A version as builds have it; others cannot be compared part by part.
VERSION = re.compile(r"\d+(\.\d+)*")
#: No file of the campaign is larger; hashing larger ones would only cost time.
LARGEST = 256 * 1024 * 1024
#: The name under which Windows lists the client, and the id of its bundle on a Mac.
PRODUCT, BUNDLE = "3CX Desktop App", "com.electron.3cx-desktop-app"
CVE = "CVE-2023-29059"


class Trace(NamedTuple):
    """Files that a stage left: patterns of paths with `/`, in which `~` is any user's folder and
    `*` any name; what they are, and how sure a find is."""

    platform: str
    paths: tuple[str, ...]
    finds: str
    sure: str


TRACES = (
    Trace(
        "windows",
        (
            "~/AppData/Local/Programs/3CXDesktopApp/manifest",
            "~/AppData/Local/Programs/3CXDesktopApp/app/manifest",
            "~/AppData/Local/Programs/3CXDesktopApp/app-*/manifest",
        ),
        noted("Timer of the implant, beside the client: a bad build ran here"),
        "high",
    ),
    Trace(
        "windows",
        ("/Windows/System32/MsMpEng.exe",),
        noted("Tunnel that poses as Defender, where Defender never is"),
        "high",
    ),
    Trace(
        "windows",
        ("/Windows/System32/wlbsctrl.dll",),
        noted("Library that the service IKEEXT starts, as the loader TAXHAUL did"),
        "medium",
    ),
    Trace(
        "windows",
        ("/Windows/System32/catroot2/edb.chk.log", "/Windows/System32/krwve.jat"),
        noted("File of the backdoor Gopuram"),
        "high",
    ),
    Trace(
        "windows",
        (
            "/ProgramData/TPM/TpmVscMgrSvr.exe",
            "/ProgramData/TPM/devobj.dll",
            "/ProgramData/TPM/msvcr100.dll",
            "/ProgramData/TPM/winscard.dll",
        ),
        noted("File of the trojanized X_TRADER"),
        "high",
    ),
    Trace(
        "macos",
        (
            "~/Library/Application Support/3CX Desktop App/.main_storage",
            "~/Library/Application Support/3CX Desktop App/.session-lock",
            "~/Library/Application Support/3CX Desktop App/UpdateAgent",
        ),
        noted("File of the implant on a Mac"),
        "high",
    ),
    Trace(
        "macos",
        ("/Library/Graphics/Quartz", "/private/etc/apdl.cf"),
        noted("File of the backdoor POOLRAT"),
        "high",
    ),
    Trace(
        "linux",
        ("~/.config/guiconfigd", "~/.config/apdl.cf"),
        noted("File of the backdoor SimplexTea"),
        "high",
    ),
)

#: Folders whose files are hashed, by platform, written as the paths of traces.
PLACES = {
    "windows": (
        "~/AppData/Local/Programs/3CXDesktopApp",
        "~/Downloads",
        "/Program Files/3CXDesktopApp",
        "/Program Files (x86)/3CXDesktopApp",
        "/ProgramData/TPM",
    ),
    "macos": (
        "/Applications/3CX Desktop App.app",
        "~/Applications/3CX Desktop App.app",
        "~/Downloads",
        "~/Library/Application Support/3CX Desktop App",
        "/Library/Graphics",
    ),
    "linux": ("~/Downloads", "~/.config", "/var/lib/3cxpbx"),
}
#: What osquery and Velociraptor call a platform.
PLATFORMS = {"windows": "windows", "macos": "darwin", "linux": "linux"}
#: Where users have their folders.
HOMES = {"windows": ("/Users/*",), "macos": ("/Users/*",), "linux": ("/home/*", "/root")}


@dataclass(frozen=True)
class Searched:
    """What the lookups name, with a client's changes."""

    hashes: tuple[Indicator, ...]
    """Without rows of low confidence, by table and value."""
    windows: tuple[str, ...]
    """Bad builds, by platform."""
    macos: tuple[str, ...]
    traces: Sequence[Trace] = TRACES


def of_platform(search: Searched, platform: str) -> list[Indicator]:
    """The hashes of files that a host of a platform may hold.

    A telephone system on Linux holds the clients of all platforms, which it hands out.
    """
    installers = (".msi", ".nupkg", ".dmg", ".zip")
    return [
        one
        for one in search.hashes
        if one.platform in (platform, "any")
        or (platform == "linux" and one.file_name.lower().endswith(installers))
    ]


def searched(content: Content, hashes: Iterable[Indicator]) -> Searched:
    """What is looked for.

    Args:
        content: the pack's, or a client's.
        hashes: all indicators of the kind.
    """
    known = [one for one in hashes if one.confidence != "low"]
    return Searched(
        tuple(sorted(known, key=lambda one: (one.table, one.value))),
        _builds(content, "builds_affected_windows"),
        _builds(content, "builds_affected_macos"),
    )


def _builds(content: Content, table: str) -> tuple[str, ...]:
    lookup = content.lookups.get(table)
    rows = lookup.rows if lookup else ()
    found = [row.values["version"] for row in rows if row.values.get("confidence") != "low"]
    return tuple(version for version in found if VERSION.fullmatch(version))


def expanded(path: str, platform: str) -> tuple[str, ...]:
    """A pattern of paths, with the folders of users in place of `~`."""
    if not path.startswith("~"):
        return (path,)
    return tuple(home + path[1:] for home in HOMES[platform])


def about(one: Indicator) -> str:
    """What a file with this hash is, in one line."""
    name = f" ({one.file_name})" if one.file_name else ""
    return " ".join(f"{one.role}{name}".split())
