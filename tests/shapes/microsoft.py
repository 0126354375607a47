"""What the shapes of Sentinel and of Defender XDR have in common."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import escape

#: A table's name, and a row of it.
Row = dict[str, Any]
Document = tuple[str, Row]


class Fields(dict[str, str]):
    """Values of an event's fields; what it does not have is an empty text, as in the products."""

    def __missing__(self, key: str) -> str:
        return ""


def number(value: str) -> int | None:
    """A number, or nothing."""
    return int(value) if value.isdecimal() else None


def text(value: str | tuple[str, ...]) -> str:
    """A value as text; Sysmon's `-` for what it does not know is none."""
    found = value if isinstance(value, str) else "\n".join(value)
    return "" if found == "-" else found


def hashes(fields: Mapping[str, str]) -> Row:
    """Hashes in lower case; the sensor has the SHA1 also where Sysmon was not told to."""
    pairs = re.findall(r"(?i)\b(MD5|SHA1|SHA256)=(\w+)", fields.get("Hashes", ""))
    found = {algorithm.upper(): value for algorithm, value in pairs}
    if "SHA1" not in found:
        whole = json.dumps(dict(fields), sort_keys=True)
        found["SHA1"] = hashlib.sha1(whole.encode()).hexdigest()
    return {name: value.lower() for name, value in found.items()}


def name(path: str) -> str:
    """The last part of a path."""
    return re.split(r"[\\/]", path)[-1]


def account(user: str, prefix: str) -> Row:
    """`DOMAIN\\user` in its two columns."""
    domain, _, plain = user.rpartition("\\")
    return {f"{prefix}AccountDomain": domain.lower(), f"{prefix}AccountName": plain.lower()}


def initiating(fields: Mapping[str, str], image: str = "Image") -> Row:
    """What is known of the process that did it."""
    path = fields.get(image, "")
    return {
        "InitiatingProcessFileName": name(path),
        "InitiatingProcessFolderPath": path,
        **account(fields.get("User", ""), "InitiatingProcess"),
    }


def services(fields: Mapping[str, Any]) -> bool:
    """Whether an event is of the service control manager, whose data are called param1 and on.

    Of other providers those are names that an exporter gave to data without a name.
    """
    return fields.get("Provider_Name") == "Service Control Manager"


def raw(fields: Mapping[str, str]) -> Fields:
    """Values as they stand in XML."""
    return Fields((key, escape(value)) for key, value in fields.items())


def sysmon(fields: Mapping[str, str], system: str = "windows") -> Row:
    """What all of ASIM's parsers of Sysmon give."""
    return {
        "EventProduct": "Sysmon" if system == "windows" else "Sysmon for Linux",
        "EventVendor": "Microsoft",
        "EventCount": 1,
        "EventResult": "Success",
        "EventOriginalType": fields.get("EventID", ""),
        "Dvc": fields["Computer"],
        "DvcOs": "Windows" if system == "windows" else "Linux",
    }


def mde(fields: Mapping[str, str]) -> Row:
    """What ASIM's parsers of Defender's sensor give: the device's name is split."""
    host, _, domain = fields["Computer"].lower().partition(".")
    return {
        "EventProduct": "M365 Defender for Endpoint",
        "EventVendor": "Microsoft",
        "DvcHostname": host,
        "DvcDomain": domain,
        "DvcFQDN": fields["Computer"].lower(),
        "Dvc": fields["Computer"].lower(),
    }
