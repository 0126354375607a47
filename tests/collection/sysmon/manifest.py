"""Sysmon's published schema, the part that configurations here use, in our own words.

`Sysmon64.exe -s 4.90` prints it. Read in https://github.com/darkoperator/vscode-sysmon,
schema/manifests/windows/sysmon-4.90.xml (commit 16a080ce), and for Linux in
https://github.com/Sysinternals/SysmonCommon, manifest.xml (schema 4.81). What may stand in what is
in the same repository's manifest.tt, which makes the DTD that Sysmon checks a configuration by.
"""

from __future__ import annotations

#: Every condition of the element `filters`.
CONDITIONS = frozenset(
    {
        *("is", "is not", "is any", "image", "less than", "more than"),
        *("contains", "contains any", "contains all"),
        *("excludes", "excludes any", "excludes all"),
        *("begin with", "not begin with", "end with", "not end with"),
    }
)

#: Options that are elements of the root.
OPTIONS = frozenset(
    {"HashAlgorithms", "CheckRevocation", "DnsLookup", "ArchiveDirectory", "FieldSizes"}
)
ALGORITHMS = frozenset({"MD5", "SHA1", "SHA256", "IMPHASH"})

_ID = "RuleName UtcTime ProcessGuid ProcessId"
_PROCESS = (
    f"{_ID} Image FileVersion Description Product Company OriginalFileName CommandLine "
    "CurrentDirectory User LogonGuid LogonId TerminalSessionId IntegrityLevel Hashes "
    "ParentProcessGuid ParentProcessId ParentImage ParentCommandLine ParentUser"
)
_NETWORK = (
    f"{_ID} Image User Protocol Initiated SourceIsIpv6 SourceIp SourceHostname SourcePort "
    "SourcePortName DestinationIsIpv6 DestinationIp DestinationHostname DestinationPort "
    "DestinationPortName"
)
_FILE = f"{_ID} Image TargetFilename CreationUtcTime User"
_DELETED = f"{_ID} User Image TargetFilename Hashes IsExecutable"

#: Event id -> (its tag, its fields).
WINDOWS = {
    1: ("ProcessCreate", _PROCESS),
    3: ("NetworkConnect", _NETWORK),
    5: ("ProcessTerminate", f"{_ID} Image User"),
    7: (
        "ImageLoad",
        f"{_ID} Image ImageLoaded FileVersion Description Product Company OriginalFileName Hashes "
        "Signed Signature SignatureStatus User",
    ),
    11: ("FileCreate", _FILE),
    12: ("RegistryEvent", f"{_ID} EventType Image TargetObject User"),
    13: ("RegistryEvent", f"{_ID} EventType Image TargetObject Details User"),
    14: ("RegistryEvent", f"{_ID} EventType Image TargetObject NewName User"),
    15: ("FileCreateStreamHash", f"{_FILE} Hash Contents"),
    17: ("PipeEvent", f"{_ID} EventType PipeName Image User"),
    18: ("PipeEvent", f"{_ID} EventType PipeName Image User"),
    22: ("DnsQuery", f"{_ID} QueryName QueryStatus QueryResults Image User"),
    23: ("FileDelete", f"{_DELETED} Archived"),
    26: ("FileDeleteDetected", _DELETED),
    29: ("FileExecutableDetected", f"{_ID} User Image TargetFilename Hashes"),
}
LINUX = {number: WINDOWS[number] for number in (1, 3, 5, 11, 23, 26)}

#: Schema version -> its events.
SCHEMAS = {"4.90": WINDOWS, "4.81": LINUX}

#: Tags that log everything without a filter (`ruledefault`); all others nothing.
LOGGED = frozenset({"ProcessCreate", "ProcessTerminate"})
