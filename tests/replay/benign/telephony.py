"""Telephone systems: they fetch fixed clients from the vendor and hand them out."""

from __future__ import annotations

from tests.replay.benign.dns import seen
from tests.replay.benign.site import PBX_LINUX, PBX_WINDOWS, Event, Machine, Site
from tests.replay.benign.web import client_agent, file_seen, proxied

DOWNLOADS = "downloads-global.3cx.com"
PACKAGES = "/downloads/v180/templates/clients/3CXDesktopApp-{}.msi"
LINUX_ROOT = "/var/lib/3cxpbx/Instance1/Data/Http"
WINDOWS_ROOT = r"C:\ProgramData\3CX\Instance1\Data\Http"
SERVICE = r"C:\Program Files\3CX Phone System\Bin\3CXManagementConsole.exe"


def check(site: Site) -> list[Event]:
    """A telephone system asks the vendor for updates."""
    machine = site.random.choice([PBX_LINUX, PBX_WINDOWS])
    name = site.random.choice(["activate.3cx.com", DOWNLOADS, "rps.3cx.com", "smtp-proxy.3cx.net"])
    program = SERVICE if machine is PBX_WINDOWS else "/usr/lib/3cxpbx/3CXManagementConsole"
    wire = list(seen(site, machine, program, name, (1, 28), ("resolver", "zeek"), True))
    agent = "3CX Phone System 18.0.7.312"
    asked = proxied(site, machine, name, "/apiv2/updates", agent)
    return [*wire, asked, site.zeek("ssl", machine, server_name=name, established=True)]


def fetch_linux(site: Site) -> list[Event]:
    """The system on Linux fetches a fixed client and lays it out."""
    build = site.fixed()
    program = "/usr/lib/3cxpbx/3CXManagementConsole"
    stored = f"{LINUX_ROOT}/electron/windows/3CXDesktopApp-{build}.msi"
    common = {"Computer": PBX_LINUX.name, "Image": program, "User": PBX_LINUX.user}
    reached = {"DestinationHostname": DOWNLOADS, "DestinationIp": "203.0.113.7"}
    out = {"Protocol": "tcp", "Initiated": "true", "DestinationPort": 443}
    line = f"{program} --download {DOWNLOADS}{PACKAGES.format(build)}"
    return [
        site.other("linux", "process_creation", **common, CommandLine=line),
        site.other("linux", "network_connection", **common, **reached, **out),
        proxied(site, PBX_LINUX, DOWNLOADS, PACKAGES.format(build), "3CX Phone System"),
        site.other("linux", "file_event", **common, TargetFilename=stored),
        site.other("linux", "file_event", **common, TargetFilename=f"{LINUX_ROOT}/3CX-{build}.dmg"),
        site.other("linux", "file_event", **common, TargetFilename="/root/.config/htop/htoprc"),
    ]


def fetch_windows(site: Site) -> list[Event]:
    """The system on Windows does, and deletes the bad client that it handed out before."""
    build = site.fixed()
    folder = WINDOWS_ROOT + r"\electron\windows"
    reached = {"DestinationHostname": DOWNLOADS, "DestinationIp": "203.0.113.7"}
    out = {"Protocol": "tcp", "Initiated": "true", "DestinationPort": 443}
    old = rf"{folder}\3CXDesktopApp-18.12.416.msi"
    return [
        *seen(site, PBX_WINDOWS, SERVICE, DOWNLOADS, (1, 28), ("sysmon", "dns_server"), True),
        site.sysmon(PBX_WINDOWS, 3, Image=SERVICE, **reached, **out),
        site.written(PBX_WINDOWS, SERVICE, rf"{folder}\3CXDesktopApp-{build}.msi"),
        site.written(PBX_WINDOWS, SERVICE, rf"{folder}\3CXDesktopApp-{build}-full.nupkg"),
        site.sysmon(PBX_WINDOWS, 26, Image=SERVICE, TargetFilename=old),
        *site.started(PBX_WINDOWS, SERVICE, f'"{SERVICE}"', Product="3CX Phone System"),
    ]


def hand_out(site: Site) -> list[Event]:
    """Clients ask the telephone system for a newer build and fetch it."""
    machine, build = site.machine(), site.fixed()
    host = site.random.choice(["pbx.corp.example:5001", "pbx-corp.3cx.lat", "pbx-corp.my3cx.mx"])
    agent = client_agent(build)
    path = f"/electron/update/win32/{build}/RELEASES"
    kind = site.random.choice(["application/x-msi", "application/zip"])
    return [
        proxied(site, machine, host, path, agent),
        _asked(site, machine, host, path, agent),
        file_seen(site, machine, kind),
    ]


def _asked(site: Site, machine: Machine, host: str, path: str, agent: str) -> Event:
    return site.zeek("http", machine, host=host, uri=path, user_agent=agent)
