"""The site: its machines and programs, its clock, and the random state of the generator."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

Event = dict[str, Any]
#: Weeks after the fixed builds were out: what is left of the bad one is being removed.
START = datetime(2023, 5, 8, tzinfo=UTC)

SYSMON = "Microsoft-Windows-Sysmon"
SYSTEM32 = r"C:\Windows\System32"
CHROME = r"C:\Program Files\Google\Chrome\Application\chrome.exe"
EDGE = r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe"
FIREFOX = r"C:\Program Files\Mozilla Firefox\firefox.exe"
BROWSERS = [CHROME, EDGE, FIREFOX]
EXPLORER = r"C:\Windows\explorer.exe"
SVCHOST = SYSTEM32 + r"\svchost.exe"
MSIEXEC = SYSTEM32 + r"\msiexec.exe"
POWERSHELL = SYSTEM32 + r"\WindowsPowerShell\v1.0\powershell.exe"
DEFENDER = r"C:\ProgramData\Microsoft\Windows Defender\Platform\4.18.23020.8-0\MsMpEng.exe"
CODE = r"C:\Program Files\Microsoft VS Code\Code.exe"
GIT = r"C:\Program Files\Git\mingw64\libexec\git-core\git-remote-https.exe"
FIXED = ["18.12.422", "18.12.425", "18.13.959"]
BAD = ["18.12.407", "18.12.416"]
ALGORITHMS = {"MD5": 32, "SHA256": 64, "IMPHASH": 32}


@dataclass(frozen=True)
class Machine:
    """A host as its own log and the sensors of the network know it."""

    name: str
    address: str
    user: str = "SYSTEM"

    @property
    def home(self) -> str:
        return rf"C:\Users\{self.user}"

    def client(self, leaf: str = r"app\3CXDesktopApp.exe") -> str:
        """A file of the 3CX client, which is installed for the user."""
        return rf"{self.home}\AppData\Local\Programs\3CXDesktopApp\{leaf}"


WORKSTATIONS = [
    Machine(f"WS-{n:04}.corp.example", f"10.20.{1 + n // 100}.{10 + n % 100}", f"user{n:03}")
    for n in range(1, 201)
]
RESOLVER = Machine("DC-01.corp.example", "10.20.0.53")
PBX_LINUX = Machine("pbx.corp.example", "10.20.9.5", "phonesystem")
PBX_WINDOWS = Machine("PBX-02.corp.example", "10.20.9.6")
IMAGING = Machine("IMG-01.corp.example", "10.20.9.30", "admin01")


class Site:
    """The random state of the generator, and its clock."""

    def __init__(self, seed: int, start: datetime = START) -> None:
        self.random = random.Random(seed)
        self.now = start

    def pause(self, seconds: float) -> None:
        """Let time pass between two activities: somewhere between none and twice that."""
        self.now += timedelta(milliseconds=self.random.randint(0, int(2000 * seconds)))

    def tick(self) -> str:
        """The next moment within an activity, ISO 8601."""
        self.now += timedelta(milliseconds=self.random.randint(1, 40))
        return self.now.isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def machine(self) -> Machine:
        return self.random.choice(WORKSTATIONS)

    def digest(self, length: int = 64) -> str:
        """Hexadecimal digits that stand in no table."""
        return f"{self.random.getrandbits(4 * length):0{length}x}"

    def hashes(self) -> str:
        return ",".join(f"{k}={self.digest(v).upper()}" for k, v in ALGORITHMS.items())

    def fixed(self) -> str:
        return self.random.choices(FIXED, [1, 12, 4])[0]

    def windows(self, machine: Machine, channel: str, number: int, **data: Any) -> Event:
        """An event of a Windows channel but Sysmon's."""
        return {
            "Channel": channel,
            "EventID": number,
            "Computer": machine.name,
            "TimeCreated": self.tick(),
            **data,
        }

    def sysmon(self, machine: Machine, number: int, **data: Any) -> Event:
        return {
            "Channel": f"{SYSMON}/Operational",
            "Provider_Name": SYSMON,
            "EventID": number,
            "Computer": machine.name,
            "UtcTime": self.tick().replace("T", " ").rstrip("Z"),
            "ProcessId": self.random.randint(400, 30_000),
            "User": f"CORP\\{machine.user}",
            **data,
        }

    def started(self, machine: Machine, image: str, line: str, **data: Any) -> list[Event]:
        """A process that starts, as Sysmon or the security log or both of them have it."""
        chosen = self.random.choices(("sysmon", "audit", "both"), [6, 3, 1])[0]
        parent = data.get("ParentImage", EXPLORER)
        events = []
        if chosen != "audit":
            fields = {"Hashes": self.hashes(), "ParentImage": parent, **data}
            events.append(self.sysmon(machine, 1, Image=image, CommandLine=line, **fields))
        if chosen != "sysmon":
            fields = {
                "Provider_Name": "Microsoft-Windows-Security-Auditing",
                "SubjectUserName": machine.user,
                "SubjectDomainName": "CORP",
                "NewProcessName": image,
                "CommandLine": self.random.choice([line, line, "-"]),
                "ParentProcessName": parent,
            }
            events.append(self.windows(machine, "Security", 4688, **fields))
        return events

    def written(self, machine: Machine, image: str, target: str) -> Event:
        return self.sysmon(machine, 11, Image=image, TargetFilename=target)

    def loaded(self, machine: Machine, image: str, library: str, signer: str = "") -> Event:
        """A library that is loaded; without a signer it is unsigned."""
        signed = {"Signed": "true", "Signature": signer, "SignatureStatus": "Valid"}
        unsigned = {"Signed": "false", "Signature": "-", "SignatureStatus": "Unavailable"}
        own = {"ImageLoaded": library, "Hashes": self.hashes(), **(signed if signer else unsigned)}
        return self.sysmon(machine, 7, Image=image, **own)

    def other(self, product: str | None, category: str, **data: Any) -> Event:
        """An event of a log that is neither Windows' nor Zeek's."""
        source = {"product": product, "category": category} if product else {"category": category}
        return {"logsource": source, "timestamp": self.tick(), **data}

    def zeek(self, log: str, client: Machine, **data: Any) -> Event:
        self.tick()
        place = {"ts": round(self.now.timestamp(), 3), "uid": f"C{self.digest(12)}"}
        return {"_path": log, **place, "id.orig_h": client.address, **data}
