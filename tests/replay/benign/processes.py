"""Processes of Windows: the client, its updater, and what administrators type."""

from __future__ import annotations

from tests.replay.benign.site import CHROME, DEFENDER, FIXED, HOSTS, OTHERS, POWERSHELL, Event, Site

KINDS = ["gpu-process", "renderer", "utility", "crashpad-handler"]
#: What administrators type.
TYPED = [
    r"cmd.exe /c C:\Scripts\restart3cx.bat",
    "findstr akamaicontainer.com iocs.csv",
    "powershell.exe Add-MpPreference -ExclusionPath D:\\Backup",
    "git clone https://github.com/example/3cx-iocs",
    "msiexec /i 3CXDesktopApp-18.12.425.msi /qn",
]


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
    running = {**common, **fixed, "Image": client}
    if chosen == 0:
        return site.sysmon(1, **running, CommandLine=f'"{client}"')
    if chosen == 1:
        line = f'"{client}" --type={site.random.choice(KINDS)}'
        return site.sysmon(1, **{**running, "ParentImage": client}, CommandLine=line)
    if chosen == 2:
        return updater(site, common)
    if chosen == 3:
        line = site.random.choice(TYPED)
        return site.sysmon(1, **common, Image=POWERSHELL, CommandLine=line)
    if chosen == 4:
        return site.sysmon(1, **{**running, "ParentImage": POWERSHELL}, CommandLine=client)
    return audited(site, client)


def updater(site: Site, common: dict[str, str]) -> Event:
    version = site.random.choice(FIXED).removesuffix(".0")
    image = site.client("Update.exe")
    line = f"{image} --update https://pbx.corp.example:5001/electron/update/win32/{version}"
    return site.sysmon(1, **common, Image=image, CommandLine=line, FileVersion="2.0.1.0")


def audited(site: Site, client: str) -> Event:
    """Event 4688 of the security log."""
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
