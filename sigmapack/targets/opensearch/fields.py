"""What fields are called in the rules for Security Analytics, where its own mapping is no use.

It maps a field of a rule by its log type (security-analytics at de5fef5,
`src/main/resources/OSMapping/<log type>_logtype.json`) and leaves a name that it does not know as
it is. `NewValue`, `Data` and `user_agent` it maps to names that the Beats do not write; `host`, an
alias to make by hand, is an object in their indices. The rules say the Beats' names instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

#: Log type -> a field of Sigma -> the Beats' fields of which one holds the value.
NAMES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "windows": {
        "Data": tuple(f"winlog.event_data.param{number}" for number in range(1, 6)),
        "Details": ("winlog.event_data.Details",),
        "FilePath": ("winlog.user_data.FilePath",),
        "Fqbn": ("winlog.user_data.Fqbn",),
        "FullFilePath": ("winlog.user_data.FullFilePath",),
        "Hash": ("winlog.event_data.Hash",),
        "NewValue": ("winlog.event_data.New_Value",),
        "ObjectName": ("winlog.event_data.ObjectName",),
        "OldValue": ("winlog.event_data.Old_Value",),
        "OriginalFileName": ("winlog.event_data.OriginalFileName",),
        "param4": ("winlog.event_data.param4",),
        "ThreatName": ("winlog.event_data.Threat_Name",),
    },
    "network": {
        "cookie_vars": ("zeek.http.cookie_vars",),
        **{name: (f"file.hash.{name}",) for name in ("md5", "sha1", "sha256")},
        "host": ("url.domain",),
        "rcode_name": ("dns.response_code",),
        "server_name": ("zeek.ssl.server.name",),
        "user_agent": ("user_agent.original",),
    },
    "dns": {
        "answer": ("dns.answers.data", "dns.response_code"),
        "record_type": ("dns.question.type",),
    },
    "linux": {"Image": ("process.executable",), "TargetFilename": ("file.path",)},
    "others_macos": {"TargetFilename": ("file.path",)},
    "others_proxy": {
        "c-uri": ("url.original",),
        "c-uri-stem": ("url.path",),
        "c-useragent": ("user_agent.original",),
        "cs-host": ("url.domain",),
        "dst_ip": ("destination.ip",),
        "r-dns": ("url.domain", "destination.domain"),
        "sc-status": ("http.response.status_code",),
    },
}


def named(detection: Mapping[str, Any], log_type: str) -> dict[str, Any]:
    """A detection with the Beats' names where Security Analytics has none that they write."""
    names = NAMES.get(log_type, {})
    return {
        key: part if key == "condition" else _selection(part, names)
        for key, part in detection.items()
    }


def _selection(part: Any, names: Mapping[str, tuple[str, ...]]) -> Any:
    """A selection; one with a field that is several becomes a list of alternatives."""
    if isinstance(part, list):
        made = [_selection(one, names) for one in part]
        return [one for each in made for one in (each if isinstance(each, list) else [each])]
    if not isinstance(part, Mapping):
        return part
    found: list[dict[str, Any]] = [{}]
    for key, value in part.items():
        field, bar, modifiers = str(key).partition("|")
        found = [
            {**known, f"{name}{bar}{modifiers}": value}
            for known in found
            for name in names.get(field, (field,))
        ]
    return found if len(found) > 1 else found[0]
