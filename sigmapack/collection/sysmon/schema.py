"""What of Sysmon's schema is used: events by id, and the fields that a filter may ask for.

Windows: schema 4.90 (Sysmon 15), the first with FileExecutableDetected. `Sysmon64.exe -s 4.90`
prints it; https://github.com/darkoperator/vscode-sysmon keeps the print as
schema/manifests/windows/sysmon-4.90.xml.
Linux: schema 4.81, https://github.com/Sysinternals/SysmonCommon, manifest.xml.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Event:
    """An event's filter tag, the fields that a filter may ask for, and what to know of it."""

    tag: str
    fields: frozenset[str]
    note: str = ""
    same: Mapping[str, str] = field(default_factory=dict)
    """What Sigma rules call a field otherwise."""
    instead: int = 0
    """The id that is logged, where two say the same."""


@dataclass(frozen=True)
class Product:
    """A Sysmon: its schema, its events by id, and what it switches on by itself."""

    name: str
    source: str
    schema: str
    path: str
    events: Mapping[int, Event]
    hashes: bool
    silent: tuple[str, ...]
    """Tags that log everything where no filter is given, so that one must be."""


def _event(tag: str, fields: str, note: str = "", instead: int = 0, **same: str) -> Event:
    return Event(tag, frozenset(fields.split()), note, same, instead)


PROCESS = _event(
    "ProcessCreate",
    "Image FileVersion Description Product Company OriginalFileName CommandLine CurrentDirectory "
    "User IntegrityLevel Hashes ParentImage ParentCommandLine ParentUser",
)
NETWORK = _event(
    "NetworkConnect",
    "Image User Protocol Initiated SourceIp SourceHostname SourcePort DestinationIp "
    "DestinationHostname DestinationPort",
    "DestinationHostname is the name that the address leads back to, "
    "rarely the one that was asked for.",
)
FILE = _event("FileCreate", "Image TargetFilename User")
REGISTRY = _event("RegistryEvent", "EventType Image TargetObject Details User")
PIPE = _event("PipeEvent", "EventType PipeName Image User")
DELETED = _event(
    "FileDeleteDetected",
    "User Image TargetFilename Hashes IsExecutable",
    "It says what event 23 says, which keeps a copy of each file.",
    instead=26,
)

WINDOWS = Product(
    name="Sysmon 15 or later on Windows",
    source="sysmon",
    schema="4.90",
    path="windows/sysmon.xml",
    events={
        1: PROCESS,
        3: NETWORK,
        7: _event(
            "ImageLoad",
            "Image ImageLoaded FileVersion Description Product Company OriginalFileName Hashes "
            "Signed Signature SignatureStatus User",
            "To compare hashes, Sysmon has to hash every library that is loaded. Where that costs "
            "too much, drop the lines on hashes: rules on names and on written files stay.",
        ),
        11: FILE,
        12: REGISTRY,
        13: REGISTRY,
        14: REGISTRY,
        15: _event(
            "FileCreateStreamHash",
            "Image TargetFilename Hash Contents User",
            "Browsers and mail programs mark a download with a stream: this event has its hash.",
            Hashes="Hash",
        ),
        17: PIPE,
        18: PIPE,
        22: _event(
            "DnsQuery",
            "QueryName QueryStatus QueryResults Image User",
            'To keep all names, for those that become known later, write onmatch="exclude" '
            "and no filter.",
        ),
        23: DELETED,
        26: DELETED,
        29: _event("FileExecutableDetected", "User Image TargetFilename Hashes"),
    },
    hashes=True,
    silent=("ProcessCreate", "ProcessTerminate"),
)

#: Sysmon for Linux hashes programs that are started, from release 1.3.0 on and where the option
#: says so; of deleted files its field stays blank (sysmonforlinux.c, m_HashType; pull request 121).
LINUX = Product(
    name="Sysmon for Linux",
    source="linux",
    schema="4.81",
    path="linux/sysmon.xml",
    events={1: PROCESS, 3: NETWORK, 11: FILE, 23: DELETED, 26: DELETED},
    hashes=True,
    silent=("ProcessCreate", "ProcessTerminate"),
)
