"""The site: its hosts, programs and names, and the random state of the generator."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

Event = dict[str, Any]
START = datetime(2023, 3, 20, 6, tzinfo=UTC)
HOSTS = [f"WS-{number:04}.corp.example" for number in range(1, 201)]
CLIENT = r"C:\Users\user{0}\AppData\Local\Programs\3CXDesktopApp"
NAMES = ("MD5", "SHA256", "IMPHASH")
CHROME = r"C:\Program Files\Google\Chrome\Application\chrome.exe"
SVCHOST = r"C:\Windows\System32\svchost.exe"
POWERSHELL = r"C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe"
DEFENDER = r"C:\ProgramData\Microsoft\Windows Defender\Platform\4.18.23020.8-0\MsMpEng.exe"
OTHERS = [CHROME, SVCHOST, POWERSHELL, DEFENDER, r"C:\Windows\explorer.exe"]
VENDOR = """
www.3cx.com downloads-global.3cx.com activate.3cx.com rps.3cx.com smtp-proxy.3cx.net
webmeeting.3cx.net 1648.3cx.cloud pbx-corp.my3cx.us pbx-corp.on3cx.de pbx-corp.3cx.eu elastix.com
""".split()  # noqa: SIM905
LOOKALIKES = """
xakamaicontainer.com akamaicontainer.com.example.org xakamaicontainer.com.example.org
myofficeaddons.com officeaddons.com.mx notpbxsources.com azureonlinestorage.com.evil.test
azureedge.net a248.e.akamaized.net corp.azurewebsites.net corpbackup.blob.core.windows.net
appsforoffice.microsoft.com visualstudio.com msedge.api.cdp.microsoft.com
msstorageazure.azureedge.net deploy.static.akamaitechnologies.com
""".split()  # noqa: SIM905
COMMON = """
www.google.com www.bing.com login.microsoftonline.com outlook.office365.com teams.microsoft.com
github.com raw.githubusercontent.com objects.githubusercontent.com fcm.googleapis.com
courier.push.apple.com ctldl.windowsupdate.com www.wikipedia.org pbx.corp.example wpad.corp.example
""".split()  # noqa: SIM905
FIXED = ["18.12.422.0", "18.12.425.0", "18.13.959.0"]


class Site:
    """The random state of the generator."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.now = START

    def tick(self) -> str:
        """The next moment, ISO 8601."""
        self.now += timedelta(milliseconds=self.random.randint(50, 60_000))
        return self.now.isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def hashes(self) -> str:
        digits = (f"{self.random.getrandbits(4 * n):0{n}X}" for n in (32, 64, 32))
        return ",".join(f"{a}={v}" for a, v in zip(NAMES, digits, strict=True))

    def name(self) -> str:
        choice = self.random.choices([COMMON, VENDOR, LOOKALIKES], [70, 20, 10])[0]
        name = self.random.choice(choice)
        name += self.random.choice(["", "", "", "."])
        return name.title() if self.random.random() < 0.1 else name

    def image(self) -> str:
        return self.random.choice([self.client(), self.client(), *OTHERS])

    def client(self, leaf: str = r"app\3CXDesktopApp.exe") -> str:
        return CLIENT.format(f"{self.random.randint(1, 200):03}") + "\\" + leaf

    def sysmon(self, number: int, **data: Any) -> Event:
        time = self.tick()
        return {
            "Channel": "Microsoft-Windows-Sysmon/Operational",
            "Provider_Name": "Microsoft-Windows-Sysmon",
            "EventID": number,
            "Computer": self.random.choice(HOSTS),
            "UtcTime": time.replace("T", " ").rstrip("Z"),
            "ProcessId": self.random.randint(400, 30_000),
            "User": f"CORP\\user{self.random.randint(1, 200):03}",
            **data,
        }

    def address(self) -> str:
        return f"10.20.{self.random.randint(1, 8)}.{self.random.randint(2, 250)}"
