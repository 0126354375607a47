"""Synthetic normal activity of a site with 3CX: what must raise no alarm. Seeded, no clock.

Hosts run the fixed client, telephone systems update it, people browse, scripts fetch from GitHub,
administrators exclude backups from scanning. Near-misses of part "true negatives" of the pack's
research (lookalikes, vendor domains, Electron's child processes, real libraries) are mixed in.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

Event = dict[str, Any]

START = datetime(2023, 3, 20, 6, tzinfo=UTC)
HOSTS = [f"WS-{number:04}.corp.example" for number in range(1, 201)]
CLIENT = r"C:\Users\user{0}\AppData\Local\Programs\3CXDesktopApp"
ROAMING = r"C:\Users\user001\AppData\Roaming\3CXDesktopApp"
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
WINDOWS_DNS = "Microsoft-Windows-DNS-Client/Operational"
DEFENDER_LOG = "Microsoft-Windows-Windows Defender/Operational"


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


def lookup(site: Site) -> Event:
    name, image = site.name(), site.image()
    if image.endswith("3CXDesktopApp.exe") and "githubusercontent" in name.lower():
        image = POWERSHELL
    status = site.random.choice(["0", "0", "0", "9003"])
    results = "::ffff:203.0.113.7;" if status == "0" else "-"
    fields = {"QueryName": name, "QueryStatus": status, "QueryResults": results}
    if site.random.random() < 0.2:
        return {
            "Channel": WINDOWS_DNS,
            "Provider_Name": "Microsoft-Windows-DNS-Client",
            "EventID": 3008,
            "Computer": site.random.choice(HOSTS),
            "TimeCreated": site.tick(),
            **fields,
        }
    return site.sysmon(22, Image=image, **fields)


def connection(site: Site) -> Event:
    name = site.random.choice(["-", "-", "-", site.name()])
    image = site.image()
    if "githubusercontent" in name.lower():
        image = POWERSHELL
    outgoing = site.random.choice(["true", "true", "false"])
    return site.sysmon(
        3,
        Image=image,
        Protocol="tcp",
        Initiated=outgoing,
        SourceIp=site.address(),
        DestinationIp="203.0.113.7",
        DestinationHostname=name,
        DestinationPort=443,
    )


def process(site: Site) -> Event:
    client = site.client()
    chosen = site.random.randrange(6)
    common = {"Hashes": site.hashes(), "ParentImage": r"C:\Windows\explorer.exe"}
    fixed = {
        "FileVersion": site.random.choice(FIXED),
        "Product": "3CX Desktop App",
        "Company": "3CX Ltd",
        "OriginalFileName": "3CXDesktopApp.exe",
    }
    if chosen == 0:
        return site.sysmon(1, **common, **fixed, Image=client, CommandLine=f'"{client}"')
    if chosen == 1:
        kind = site.random.choice(["gpu-process", "renderer", "utility", "crashpad-handler"])
        line = f'"{client}" --type={kind}'
        return site.sysmon(1, **{**common, "ParentImage": client}, **fixed, Image=client,
                           CommandLine=line)  # fmt: skip
    if chosen == 2:
        version = site.random.choice(FIXED).removesuffix(".0")
        image = site.client("Update.exe")
        line = f"{image} --update https://pbx.corp.example:5001/electron/update/win32/{version}"
        return site.sysmon(1, **common, Image=image, CommandLine=line, FileVersion="2.0.1.0")
    if chosen == 3:
        line = site.random.choice(
            [
                r"cmd.exe /c C:\Scripts\restart3cx.bat",
                "findstr akamaicontainer.com iocs.csv",
                "powershell.exe Add-MpPreference -ExclusionPath D:\\Backup",
                "git clone https://github.com/example/3cx-iocs",
                "msiexec /i 3CXDesktopApp-18.12.425.msi /qn",
            ]
        )
        return site.sysmon(1, **common, Image=POWERSHELL, CommandLine=line)
    if chosen == 4:
        return site.sysmon(1, **{**common, "ParentImage": POWERSHELL}, **fixed, Image=client,
                           CommandLine=client)  # fmt: skip
    return {
        "Channel": "Security",
        "Provider_Name": "Microsoft-Windows-Security-Auditing",
        "EventID": 4688,
        "Computer": site.random.choice(HOSTS),
        "TimeCreated": site.tick(),
        "SubjectUserName": "user001",
        "SubjectDomainName": "CORP",
        "NewProcessName": site.random.choice([client, DEFENDER, CHROME]),
        "CommandLine": "-",
        "ParentProcessName": site.random.choice(OTHERS),
    }


def file(site: Site) -> Event:
    image = site.client()
    choices = [
        (image, site.client(r"app\manifest.json")),
        (image, ROAMING + r"\Local Storage\leveldb\MANIFEST-000001"),
        (CHROME, r"C:\Users\user001\AppData\Local\Google\Chrome\User Data\Default\History"),
        (CHROME, r"C:\Users\user001\Downloads\3CXDesktopApp-18.12.425.msi"),
        (r"C:\Windows\explorer.exe", r"C:\Users\user001\NTUSER.DAT{1}.TM.blf"),
        (SVCHOST, r"C:\Windows\System32\catroot2\edb.chk"),
        ("System", r"C:\Windows\System32\config\TxR\{016888b9-6c6f-11de}.TxR.1.regtrans-ms"),
        (r"C:\Windows\servicing\TrustedInstaller.exe", r"C:\Windows\System32\wlbsctrl.dll"),
    ]  # fmt: skip
    image, name = site.random.choice(choices)
    return site.sysmon(11, Image=image, TargetFilename=name)


def module(site: Site) -> Event:
    teams = r"C:\Users\user001\AppData\Local\Microsoft\Teams\current"
    choices = [
        (site.client(), site.client(r"app\ffmpeg.dll"), "true", "3CX Ltd"),
        (teams + r"\Teams.exe", teams + r"\ffmpeg.dll", "true", "Microsoft Corporation"),
        (site.client(), r"C:\Windows\System32\guard64.dll", "true", "Comodo Security Solutions"),
        (SVCHOST, r"C:\Windows\System32\wlbsctrl.dll", "true", "Microsoft Windows"),
        (CHROME, r"C:\Windows\System32\d3dcompiler_47.dll", "true", "Microsoft Corporation"),
    ]
    image, loaded, signed, signer = site.random.choice(choices)
    return site.sysmon(
        7,
        Image=image,
        ImageLoaded=loaded,
        Hashes=site.hashes(),
        Signed=signed,
        Signature=signer,
        SignatureStatus="Valid",
    )


def setting(site: Site) -> Event:
    exclusion = r"HKLM\SOFTWARE\Microsoft\Windows Defender\Exclusions\Paths\D:\Backup"
    if site.random.random() < 0.5:
        target = site.random.choice([exclusion, r"HKU\S-1-5-21-1\SOFTWARE\3CX\Settings"])
        return site.sysmon(13, Image=SVCHOST, TargetObject=target, Details="DWORD (0x00000000)")
    return {
        "Channel": DEFENDER_LOG,
        "Provider_Name": "Microsoft-Windows-Windows Defender",
        "EventID": 5007,
        "Computer": site.random.choice(HOSTS),
        "TimeCreated": site.tick(),
        "Old Value": "",
        "New Value": f"{exclusion} = 0x0",
    }


def resolver(site: Site) -> Event:
    return {
        "logsource": {"category": "dns"},
        "timestamp": site.tick(),
        "src_ip": site.address(),
        "query": site.name(),
        "record_type": "A",
        "answer": site.random.choice(["203.0.113.7", "NXDOMAIN", "0.0.0.0"]),
    }


def web(site: Site) -> Event:
    name = site.name().rstrip(".")
    path = site.random.choice(
        ["/", "/office", "/downloads", "/SomeIcons/images/main/icon3.ico", "/?q=officeaddons.com"]
    )
    version = "18.11.1197" if name in VENDOR else "18.12.425"
    agent = f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) 3CXDesktopApp/{version} Electron/19.1.9"
    cookie = site.random.choice(["-", "__utma=1.2.3; __utmc=4", "x__tutma2=1"])
    return {
        "logsource": {"category": "proxy"},
        "timestamp": site.tick(),
        "src_ip": site.address(),
        "cs-method": "GET",
        "cs-host": name,
        "r-dns": name,
        "c-uri": f"https://{name}{path}",
        "c-uri-stem": path.partition("?")[0],
        "c-useragent": agent,
        "cs-cookie": cookie,
        "sc-status": site.random.choice([200, 200, 403]),
    }


def zeek(site: Site) -> Event:
    site.tick()
    common = {"ts": site.now.timestamp(), "uid": "C0", "id.orig_h": site.address()}
    kind = site.random.choice(["dns", "ssl", "http"])
    if kind == "dns":
        code = site.random.choice(["NOERROR", "NXDOMAIN"])
        return {**common, "_path": "dns", "query": site.name(), "rcode_name": code}
    if kind == "ssl":
        return {**common, "_path": "ssl", "server_name": site.name(), "established": True}
    path = site.random.choice(["/office", "/feed", "/IconStorage/images/main/icon1.ico"])
    names = ["__utma", "__utmc"]
    host = site.name()
    return {**common, "_path": "http", "host": host, "uri": path, "cookie_vars": names}


def mac(site: Site) -> Event:
    support = "/Users/user01/Library/Application Support/3CX Desktop App/"
    app = "/Applications/3CX Desktop App.app/Contents/MacOS/3CX Desktop App"
    leaf = site.random.choice(["config.json", "Cookies", "Cache/Cache_Data/data_0"])
    common = {"timestamp": site.tick(), "Computer": "MAC-0012.corp.example"}
    if site.random.random() < 0.5:
        source = {"product": "macos", "category": "file_event"}
        return {"logsource": source, **common, "Image": app, "TargetFilename": support + leaf}
    updater = site.random.choice(
        ["/Library/Google/GoogleSoftwareUpdateAgent", "/usr/libexec/SoftwareUpdateAgent"]
    )
    source = {"product": "macos", "category": "process_creation"}
    return {"logsource": source, **common, "Image": updater, "CommandLine": updater}


KINDS: dict[Callable[[Site], Event], int] = {
    lookup: 25,
    connection: 12,
    process: 15,
    file: 8,
    module: 8,
    setting: 2,
    resolver: 10,
    web: 10,
    zeek: 8,
    mac: 2,
}


def events(count: int, seed: int) -> Iterator[Event]:
    """`count` events in order of time; the same for the same seed."""
    site = Site(seed)
    makers, weights = list(KINDS), list(KINDS.values())
    for _ in range(count):
        yield site.random.choices(makers, weights)[0](site)
