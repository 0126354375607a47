"""Made-up Sysmon events in the form of evtx_dump, as many as wanted: equal for an equal seed."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

#: Event identifiers, as often as a workstation has them.
IDS = [1] * 10 + [3] * 25 + [5] * 8 + [7] * 20 + [10] * 10 + [11] * 12 + [13] * 10 + [22] * 5
PROGRAMS = (
    "C:\\Windows\\System32\\svchost.exe",
    "C:\\Windows\\explorer.exe",
    "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
    "C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe",
    "C:\\Windows\\System32\\backgroundTaskHost.exe",
    "C:\\Windows\\System32\\conhost.exe",
    "C:\\Users\\user\\AppData\\Local\\Microsoft\\Teams\\current\\Teams.exe",
)
#: What makes an event a candidate: most of them are no match.
CLIENT = "C:\\Users\\user\\AppData\\Local\\Programs\\3CXDesktopApp\\app\\3CXDesktopApp.exe"
NAMES = ("www.example.com", "login.example.net", "updates.example.org", "dc1.corp.example")
INDICATORS = ("akamaicontainer.com", "msstorageazure.com", "sbmsa.wiki")


def write(path: Path, count: int, share: float, seed: int = 7) -> None:
    """Write events as JSON Lines.

    Args:
        path: the file.
        count: of events.
        share: of candidates among them, from 0 to 1.
        seed: of the random numbers.
    """
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for event in events(count, share, seed):
            file.write(json.dumps(event, separators=(",", ":")) + "\n")


def events(count: int, share: float, seed: int) -> Iterator[dict[str, Any]]:
    """The events, in the order of their times, over 28 days."""
    chance = random.Random(seed)
    for number in range(count):
        wanted = chance.random() < share
        identifier = chance.choice(IDS)
        time = (
            f"2023-03-{1 + number * 28 // count:02d}T{chance.randrange(24):02d}:"
            f"{chance.randrange(60):02d}:{chance.randrange(60):02d}.{chance.randrange(1000):03d}Z"
        )
        system = {
            "Provider": {"#attributes": {"Name": "Microsoft-Windows-Sysmon"}},
            "EventID": identifier,
            "EventRecordID": number,
            "TimeCreated": {"#attributes": {"SystemTime": time}},
            "Channel": "Microsoft-Windows-Sysmon/Operational",
            "Computer": f"WS-{chance.randrange(400):04d}.corp.example",
        }
        data = _data(chance, identifier, CLIENT if wanted else chance.choice(PROGRAMS))
        data["UtcTime"] = time.replace("T", " ").rstrip("Z")
        yield {"Event": {"System": system, "EventData": data}}


def _data(chance: random.Random, identifier: int, image: str) -> dict[str, Any]:
    def hexadecimal(digits: int) -> str:
        return f"{chance.getrandbits(4 * digits):0{digits}X}"

    data: dict[str, Any] = {
        "ProcessGuid": f"{{{hexadecimal(8)}-{hexadecimal(4)}-{hexadecimal(12)}}}",
        "ProcessId": chance.randrange(400, 60_000),
        "Image": image,
        "User": "CORP\\user",
    }
    if identifier == 1:
        data |= {
            "CommandLine": f'"{image}" --type=renderer --handle={chance.randrange(9999)}',
            "ParentImage": chance.choice(PROGRAMS),
            "Hashes": f"MD5={hexadecimal(32)},SHA256={hexadecimal(64)}",
            "CurrentDirectory": "C:\\Windows\\system32\\",
            "IntegrityLevel": "Medium",
        }
    elif identifier == 3:
        data |= {
            "Protocol": "tcp",
            "Initiated": "true",
            "SourceIp": f"10.1.{chance.randrange(255)}.{chance.randrange(255)}",
            "DestinationIp": f"192.0.2.{chance.randrange(255)}",
            "DestinationPort": 443,
        }
    elif identifier == 7:
        data |= {
            "ImageLoaded": f"C:\\Windows\\System32\\{chance.choice(['ntdll', 'user32'])}.dll",
            "Hashes": f"SHA256={hexadecimal(64)}",
            "SignatureStatus": "Valid",
        }
    elif identifier == 10:
        data |= {
            "SourceImage": image,
            "TargetImage": chance.choice(PROGRAMS),
            "GrantedAccess": "0x1410",
            "CallTrace": "C:\\Windows\\SYSTEM32\\ntdll.dll+9d4e4|KERNELBASE.dll+2c13e",
        }
    elif identifier == 11:
        data |= {"TargetFilename": f"C:\\Users\\user\\AppData\\Local\\Temp\\{hexadecimal(8)}.tmp"}
    elif identifier == 13:
        data |= {"TargetObject": f"HKLM\\System\\Services\\bam\\{hexadecimal(6)}", "Details": "1"}
    elif identifier == 22:
        name = chance.choice(INDICATORS if image == CLIENT else NAMES)
        data |= {"QueryName": name, "QueryStatus": "0", "QueryResults": "::ffff:192.0.2.9;"}
    return data
