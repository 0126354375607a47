"""The rightful owners of the names that the later stages borrow."""

from __future__ import annotations

from tests.replay.benign.site import (
    CHROME,
    DEFENDER,
    EXPLORER,
    FIREFOX,
    SVCHOST,
    SYSTEM32,
    Event,
    Site,
)

COMODO = "Comodo Security Solutions, Inc."
MICROSOFT = ("Microsoft Windows", "Microsoft Corporation")
COMODO_FOLDER = r"C:\Program Files\COMODO\COMODO Internet Security"
SERVER = SYSTEM32 + r"\TpmVscMgrSvr.exe"


def library(site: Site) -> list[Event]:
    """Libraries of other programs, and of Windows."""
    machine = site.machine()
    teams = rf"{machine.home}\AppData\Local\Microsoft\Teams\current"
    microsoft = site.random.choice(MICROSOFT)
    image, loaded, signer = site.random.choice(
        [
            (teams + r"\Teams.exe", teams + r"\ffmpeg.dll", microsoft),
            (r"C:\Program Files\Element\Element.exe", r"C:\Program Files\Element\ffmpeg.dll", ""),
            (machine.client(), SYSTEM32 + r"\guard64.dll", COMODO),
            (machine.client(), COMODO_FOLDER + r"\guard64.dll", COMODO),
            (CHROME, SYSTEM32 + r"\guard64.dll", COMODO),
            (SVCHOST, SYSTEM32 + r"\wlbsctrl.dll", microsoft),
            (CHROME, SYSTEM32 + r"\d3dcompiler_47.dll", microsoft),
            (SERVER, SYSTEM32 + r"\winscard.dll", microsoft),
            (SVCHOST, SYSTEM32 + r"\devobj.dll", microsoft),
        ]
    )
    return [site.loaded(machine, image, loaded, signer)]


def program(site: Site) -> list[Event]:
    """Defender, and the manager of virtual smart cards."""
    machine = site.machine()
    if site.random.random() < 0.7:
        parent = SYSTEM32 + r"\services.exe"
        return site.started(machine, DEFENDER, f'"{DEFENDER}"', ParentImage=parent)
    line = "tpmvscmgr.exe create /name Corp /AdminKey DEFAULT /PIN PROMPT /generate"
    manager = SYSTEM32 + r"\tpmvscmgr.exe"
    return [
        *site.started(machine, manager, line),
        *site.started(machine, SERVER, f"{SERVER} -Embedding", ParentImage=SVCHOST),
    ]


def file(site: Site) -> list[Event]:
    """Files whose names are near those of the campaign."""
    machine = site.machine()
    hive = r"AppData\Local\Microsoft\Windows\UsrClass.dat{53b39e88}.TxR.0.regtrans-ms"
    image, target = site.random.choice(
        [
            (SVCHOST, SYSTEM32 + r"\catroot2\edb.chk"),
            (SVCHOST, SYSTEM32 + r"\catroot2\edb.log"),
            (SVCHOST, rf"{machine.home}\{hive}"),
            (EXPLORER, rf"{machine.home}\NTUSER.DAT{{1}}.TMContainer00000001.regtrans-ms"),
            ("System", SYSTEM32 + r"\config\TxR\{016888b9-6c6f-11de}.TxR.1.regtrans-ms"),
            (CHROME, rf"{machine.home}\Downloads\manifest.json"),
            (EXPLORER, rf"{machine.home}\Documents\iocs-3cx-18.12.416.txt"),
            (DEFENDER, DEFENDER.replace("MsMpEng.exe", "MpCmdRun.exe")),
        ]
    )
    return [site.written(machine, image, target)]


def pipe(site: Site) -> list[Event]:
    """Pipes of browsers."""
    number = site.random.randint(1000, 9999)
    image, name = site.random.choice(
        [
            (CHROME, rf"\chrome.nativeMessaging.out.{number}"),
            (FIREFOX, rf"\gecko.{number}.{number}.{number}"),
            (FIREFOX, rf"\gecko-crash-server-pipe.{number}"),
            (CHROME, rf"\mojo.{number}.{number}.{site.digest(16)}"),
        ]
    )
    return [site.sysmon(site.machine(), 17, Image=image, PipeName=name)]
