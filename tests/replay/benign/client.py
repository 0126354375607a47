"""The fixed 3CX client: it starts, it has Electron's children, it opens browsers for calls."""

from __future__ import annotations

from tests.replay.benign.names import browsed, vendor
from tests.replay.benign.site import (
    BROWSERS,
    CHROME,
    EXPLORER,
    POWERSHELL,
    SVCHOST,
    Event,
    Machine,
    Site,
)

TYPES = ["gpu-process", "renderer", "utility --utility-sub-type=network.mojom.NetworkService"]
VENDOR = "3CX Ltd"
PACKAGED = r"C:\Program Files\WindowsApps\3CXDMCC.3CX_20.0.6.0_x64__97f1hnz6y6tba"
SCRIPTS = [SVCHOST, POWERSHELL, r"C:\Windows\System32\cmd.exe", r"C:\Tools\AutoHotkey.exe"]


def _version(site: Site) -> dict[str, str]:
    return {
        "FileVersion": f"{site.fixed()}.0",
        "Product": "3CX Desktop App",
        "Company": VENDOR,
        "OriginalFileName": "3CXDesktopApp.exe",
    }


def start(site: Site) -> list[Event]:
    """The client starts: by the user or a script, with its children, libraries and files."""
    machine = site.machine()
    image, version = machine.client(), _version(site)
    parent = site.random.choice([EXPLORER, EXPLORER, machine.client("Update.exe"), *SCRIPTS])
    events = site.started(machine, image, f'"{image}"', ParentImage=parent, **version)
    for kind in TYPES:
        line = f'"{image}" --type={kind} --user-data-dir="{machine.home}"'
        events += site.started(machine, image, line, ParentImage=image, **version)
    handler = machine.client(r"app\crashpad_handler.exe")
    events += site.started(machine, handler, f'"{handler}" --no-rate-limit', ParentImage=image)
    # Electron's library is often unsigned.
    signer = VENDOR if site.random.random() < 0.7 else ""
    events.append(site.loaded(machine, image, machine.client(r"app\ffmpeg.dll"), signer))
    events.append(applocker(site, machine, image, version["FileVersion"]))
    return [*events, _file(site, machine), _connection(site, machine, image, vendor(site))]


def start_older(site: Site) -> list[Event]:
    """A build before the campaign starts: on Windows 18.11.1213 is clean, on macOS it is not."""
    machine, build = site.machine(), site.random.choice(["18.11.1197", "18.11.1213"])
    version = {**_version(site), "FileVersion": f"{build}.0"}
    image = machine.client(rf"app-{build}\3CXDesktopApp.exe")
    return site.started(machine, image, f'"{image}"', **version)


def softphone(site: Site) -> list[Event]:
    """The client of version 20, another program, runs and opens a browser for a call."""
    machine, browser = site.machine(), site.random.choice(BROWSERS)
    image = PACKAGED + r"\3CXSoftphone.exe"
    return [
        *site.started(machine, image, f'"{image}"', FileVersion="20.0.6.0", Company=VENDOR),
        *site.started(machine, browser, f'"{browser}" tel:+18295550100', ParentImage=image),
    ]


def _file(site: Site, machine: Machine) -> Event:
    roaming = rf"{machine.home}\AppData\Roaming\3CXDesktopApp"
    target = site.random.choice(
        [
            machine.client(r"app\manifest.json"),
            roaming + r"\Local Storage\leveldb\MANIFEST-000001",
            roaming + r"\config.json",
            roaming + r"\manifest",
        ]
    )
    return site.written(machine, machine.client(), target)


def _connection(site: Site, machine: Machine, image: str, name: str) -> Event:
    # Sysmon has the name of a connection seldom, and then it is the address's reverse name.
    shown = site.random.choice(["-", "-", "-", name])
    return site.sysmon(
        machine,
        3,
        Image=image,
        Protocol="tcp",
        Initiated=site.random.choice(["true", "true", "false"]),
        SourceIp=machine.address,
        DestinationIp="203.0.113.7",
        DestinationHostname=shown,
        DestinationPort=443,
    )


def connect(site: Site) -> list[Event]:
    """Connections of browsers and services."""
    machine = site.machine()
    image = site.random.choice([*BROWSERS, *BROWSERS, SVCHOST])
    return [_connection(site, machine, image, browsed(site))]


def applocker(site: Site, machine: Machine, image: str, version: str) -> Event:
    """AppLocker let a program run."""
    publisher = f"O=3CX LTD, L=NICOSIA, C=CY\\3CX DESKTOP APP\\3CXDESKTOPAPP.EXE\\{version}"
    own = {"FilePath": image, "Fqbn": publisher, "FileHash": site.digest().upper()}
    channel = "Microsoft-Windows-AppLocker/EXE and DLL"
    return site.windows(machine, channel, 8002, PolicyName="EXE", **own)


def call(site: Site) -> list[Event]:
    """A call comes in: the client opens the page of the caller in a browser."""
    machine = site.machine()
    page = f"https://crm.corp.example/contact?number=+1829555{site.random.randint(100, 199):04}"
    browser = site.random.choice(BROWSERS)
    line = f'"{browser}" --single-argument {page}'
    return site.started(machine, browser, line, ParentImage=machine.client())


def crm(site: Site) -> list[Event]:
    """The client is set to run a program on a call, or opens the folder of recordings."""
    machine = site.machine()
    program = site.random.choice([r"C:\Program Files\Corp CRM\crm.exe", EXPLORER])
    return site.started(machine, program, f'"{program}" /call', ParentImage=machine.client())


def update(site: Site) -> list[Event]:
    """Squirrel asks the telephone system for a newer build, and fetches it."""
    machine, version = site.machine(), site.fixed()
    image = machine.client("Update.exe")
    address = f"https://pbx.corp.example:5001/electron/update/win32/{version}"
    verb = site.random.choice(["--update", "--download", "--checkForUpdate"])
    events = site.started(machine, image, f'"{image}" {verb} {address}', FileVersion="2.0.1.0")
    package = machine.client(rf"packages\3CXDesktopApp-{version}-full.nupkg")
    return [*events, site.written(machine, image, package)]


def history(site: Site) -> list[Event]:
    """Browsers write their history, and a backup reads it."""
    machine = site.machine()
    path = rf"{machine.home}\AppData\Local\Google\Chrome\User Data\Default\History"
    backup = r"C:\Program Files\Corp Backup\agent.exe"
    opened = {"Image": backup, "FileName": path}
    channel = "Microsoft-Windows-Kernel-File"
    return [
        site.written(machine, CHROME, path),
        site.windows(machine, f"{channel}/Analytic", 12, Provider_Name=channel, **opened),
    ]
