"""What Macs log: the 3CX client, and the update agents of others."""

from __future__ import annotations

from tests.replay.benign.names import vendor
from tests.replay.benign.site import Event, Site

APP = "/Applications/3CX Desktop App.app/Contents/MacOS/3CX Desktop App"
SUPPORT = "/Users/user01/Library/Application Support"
LEAVES = ["config.json", "Cookies", "Cache/Cache_Data/data_0", "Local Storage/leveldb/LOG"]
AGENTS = [
    "/Library/Google/GoogleSoftwareUpdate/GoogleSoftwareUpdateAgent",
    "/usr/libexec/SoftwareUpdateAgent",
    f"{SUPPORT}/Acme Phone/UpdateAgent",
    "/Library/Printers/Acme/UpdateAgent.app/Contents/MacOS/UpdateAgent",
]
FILES = [
    "/Library/Graphics/Quartz Composer Plug-Ins/Acme.plugin/Contents/Info.plist",
    "/Users/user01/Downloads/3CXDesktopApp-18.12.425.dmg",
    "/Users/user01/Library/Saved Application State/com.electron.3cx-desktop-app.savedState/data",
    f"{SUPPORT}/Acme Phone/.session-lock",
]


def mac(site: Site) -> list[Event]:
    """One thing that a Mac does."""
    host = {"Computer": f"MAC-{site.random.randint(1, 12):04}.corp.example", "User": "user01"}
    chosen = site.random.randrange(5)
    if chosen == 0:
        target = f"{SUPPORT}/3CX Desktop App/{site.random.choice(LEAVES)}"
        return [site.other("macos", "file_event", **host, Image=APP, TargetFilename=target)]
    if chosen == 1:
        target = site.random.choice(FILES)
        image = "/System/Library/CoreServices/Finder.app/Contents/MacOS/Finder"
        return [site.other("macos", "file_event", **host, Image=image, TargetFilename=target)]
    if chosen == 2:
        reached = {"DestinationHostname": vendor(site), "DestinationPort": 443}
        return [site.other("macos", "network_connection", **host, Image=APP, **reached)]
    if chosen == 3:
        helper = f"{APP.removesuffix('MacOS/3CX Desktop App')}Frameworks/3CX Desktop App Helper"
        own = {"Image": helper, "CommandLine": f"{helper} --type=renderer", "ParentImage": APP}
        return [site.other("macos", "process_creation", **host, **own)]
    return _agent(site, host)


def _agent(site: Site, host: dict[str, str]) -> list[Event]:
    """Another vendor's agent runs through a shell, and one of them cleans up after itself."""
    agent = site.random.choice(AGENTS)
    shell = {"Image": "/bin/sh", "CommandLine": f'sh -c "{agent}" >/dev/null 2>&1'}
    started = {"Image": agent, "CommandLine": agent, "ParentImage": "/bin/sh"}
    return [
        site.other("macos", "process_creation", **host, **shell, ParentImage="/sbin/launchd"),
        site.other("macos", "process_creation", **host, **started),
        site.other("macos", "file_delete", **host, Image=agent, TargetFilename=agent),
    ]
