"""Windows is serviced: updates, upgrades, images that are mounted or applied to a drive.

The files of a whole Windows are written below other folders, those that later stages borrow the
names of with them.
"""

from __future__ import annotations

from tests.replay.benign.site import IMAGING, SYSTEM32, Event, Site

STACK = "amd64_microsoft-windows-servicingstack_31bf3856ad364e35_10.0.19041.2905_none_7e1a"
TIWORKER = rf"C:\Windows\WinSxS\{STACK}\TiWorker.exe"
TRUSTED = r"C:\Windows\servicing\TrustedInstaller.exe"
SETUP = r"C:\$WINDOWS.~BT\Sources\SetupHost.exe"
DISM = SYSTEM32 + r"\Dism.exe"
#: What a Windows holds that is like what the rules look for, below the folder where it stands.
HELD = [
    r"Windows\System32\wlbsctrl.dll",
    r"Windows\System32\TpmVscMgrSvr.exe",
    r"Windows\System32\winscard.dll",
    r"Windows\System32\devobj.dll",
    r"Windows\System32\catroot2\edb.chk",
    r"Windows\System32\config\TxR\{53b39e88-18c4-11ea-a811-000d3aa4692b}.TxR.1.regtrans-ms",
    r"Program Files\Windows Defender\MsMpEng.exe",
]
TXR = r"Windows\System32\config\TxR\{53b39e88-18c4-11ea-a811-000d3aa4692b}.TxR.0.regtrans-ms"


def _host(site: Site, folder: str) -> str:
    return rf"{folder}\{site.digest(8).upper()}\DismHost.exe"


def patch(site: Site) -> list[Event]:
    """The monthly update replaces files of the system in place."""
    machine = site.machine()
    image = site.random.choice([TIWORKER, TIWORKER, TRUSTED, SYSTEM32 + r"\poqexec.exe"])
    component = r"C:\Windows\WinSxS\amd64_microsoft-windows-wlbs_31bf_10.0.19041.2913_none_3f2c"
    targets = [SYSTEM32 + r"\wlbsctrl.dll", component + r"\wlbsctrl.dll"]
    events = site.started(machine, image, f"{image} -Embedding", ParentImage=TRUSTED)
    events += [site.written(machine, image, target) for target in targets]
    own = SYSTEM32 + r"\config\TxR\{016888b9-6c6f-11de-8d1d-001e0bcde3ec}.TxR.0.regtrans-ms"
    return [*events, site.written(machine, "System", own)]


def upgrade(site: Site) -> list[Event]:
    """An upgrade lays the new Windows beside the old one."""
    machine = site.machine()
    root = r"C:\$WINDOWS.~BT\NewOS"
    temp = _host(site, r"C:\$WINDOWS.~BT\Work")
    events = site.started(machine, SETUP, f"{SETUP} /Install /Quiet", ParentImage=TRUSTED)
    events += [site.written(machine, SETUP, rf"{root}\{held}") for held in HELD]
    events.append(site.written(machine, temp, rf"{root}\Windows\System32\wlbsctrl.dll"))
    return [*events, site.written(machine, "System", rf"{root}\{TXR}")]


def mount(site: Site) -> list[Event]:
    """An image is mounted in a folder and serviced there."""
    root = r"D:\Mount\install"
    image = _host(site, rf"{IMAGING.home}\AppData\Local\Temp")
    line = rf"Dism.exe /Mount-Wim /WimFile:D:\install.wim /Index:6 /MountDir:{root}"
    events = site.started(IMAGING, DISM, line)
    events += [site.written(IMAGING, image, rf"{root}\{held}") for held in HELD]
    service = SYSTEM32 + r"\wimserv.exe"
    return [*events, site.written(IMAGING, service, rf"{root}\{HELD[0]}")]


def apply(site: Site) -> list[Event]:
    """An image is applied to a drive of its own, and serviced offline."""
    line = r"Dism.exe /Apply-Image /ImageFile:D:\install.wim /Index:6 /ApplyDir:V:\ "
    events = site.started(IMAGING, DISM, line.strip())
    host = _host(site, rf"{IMAGING.home}\AppData\Local\Temp")
    events += [site.written(IMAGING, DISM, rf"V:\{held}") for held in HELD]
    events += [site.written(IMAGING, image, rf"V:\{HELD[0]}") for image in (host, TIWORKER)]
    return [*events, site.written(IMAGING, "System", rf"V:\{TXR}")]


def copy_registry_logs(site: Site) -> list[Event]:
    """The registry's logs of an image come with its other files: whoever unpacks it writes them.

    This is presumed of images, not measured: in the public data that was read no such event is.
    """
    return [
        site.written(site.machine(), SETUP, rf"C:\$WINDOWS.~BT\NewOS\{TXR}"),
        site.written(IMAGING, DISM, rf"V:\{TXR}"),
    ]
