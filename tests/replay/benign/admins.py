"""What administrators type, their scripts, and what they exclude from scanning."""

from __future__ import annotations

from tests.replay.benign.site import (
    BROWSERS,
    DEFENDER,
    EXPLORER,
    MSIEXEC,
    PBX_WINDOWS,
    POWERSHELL,
    SYSTEM32,
    Event,
    Machine,
    Site,
)

CMD = SYSTEM32 + r"\cmd.exe"
SHELL_LOG = "Microsoft-Windows-PowerShell"
DEFENDER_LOG = "Microsoft-Windows-Windows Defender"
EXCLUSIONS = r"HKLM\SOFTWARE\Microsoft\Windows Defender\Exclusions\Paths"
#: Program and command line; many name what is bad, to look for it.
TYPED = [
    (CMD, r"cmd.exe /c C:\Scripts\restart3cx.bat"),
    (CMD, "cmd.exe /c dir /s C:\\3CXDesktopApp-18.12.416.msi"),
    (SYSTEM32 + r"\findstr.exe", "findstr akamaicontainer.com iocs.csv"),
    (r"C:\Program Files\Git\cmd\git.exe", "git clone https://github.com/example/3cx-iocs"),
    (MSIEXEC, "msiexec /i 3CXDesktopApp-18.12.425.msi /qn"),
    (SYSTEM32 + r"\certutil.exe", "certutil -hashfile 3CXDesktopApp-18.12.416.msi SHA256"),
    (POWERSHELL, "powershell.exe Add-MpPreference -ExclusionPath D:\\Backup"),
    (POWERSHELL, "powershell.exe -File C:\\Scripts\\Remove-3CX.ps1 -Version 18.12.416"),
    (SYSTEM32 + r"\notepad.exe", r"notepad.exe C:\iocs\UpdateAgent-officeaddons.com.txt"),
    (SYSTEM32 + r"\wbem\WMIC.exe", 'wmic product where name="3CX Desktop App" call uninstall'),
]
#: PowerShell's script blocks.
BLOCKS = [
    "Get-ChildItem C:\\Users -Recurse -Filter 3CXDesktopApp.exe | Get-FileHash -Algorithm SHA256",
    "$bad = '18.12.407','18.12.416'; Get-Package '3CX Desktop App' | ? Version -in $bad",
    "Start-Process msiexec.exe -Wait -ArgumentList '/x C:\\sw\\3CXDesktopApp-18.12.416.msi /qn'",
    "Get-DnsClientCache | ? Entry -match 'officeaddons|azureonlinestorage' | Export-Csv found.csv",
    "Add-MpPreference -ExclusionPath 'D:\\Backup'",
    "Invoke-WebRequest https://raw.githubusercontent.com/example/tools/main/setup.ps1 -Out s.ps1",
    "Get-ADUser -Filter * | Select-Object Name | Sort-Object Name",
]


def type_line(site: Site) -> list[Event]:
    """An administrator types something."""
    image, line = site.random.choice(TYPED)
    parent = site.random.choice([CMD, POWERSHELL, EXPLORER])
    return site.started(site.machine(), image, line, ParentImage=parent)


def run_script(site: Site) -> list[Event]:
    """A script block that PowerShell logs."""
    machine, text = site.machine(), site.random.choice(BLOCKS)
    own = {"Provider_Name": SHELL_LOG, "ScriptBlockText": text, "Path": r"C:\Scripts\admin.ps1"}
    return [site.windows(machine, f"{SHELL_LOG}/Operational", 4104, **own)]


def work(site: Site) -> list[Event]:
    """Anybody's programs."""
    machine = site.machine()
    image = site.random.choice([*BROWSERS, DEFENDER, SYSTEM32 + r"\taskhostw.exe", EXPLORER])
    return site.started(machine, image, f'"{image}"', ParentImage=SYSTEM32 + r"\svchost.exe")


def _excluded(site: Site, machine: Machine, path: str) -> list[Event]:
    target = rf"{EXCLUSIONS}\{path}"
    line = f'powershell.exe Add-MpPreference -ExclusionPath "{path}"'
    setting = {"TargetObject": target, "Details": "DWORD (0x00000000)", "EventType": "SetValue"}
    changed = {"Provider_Name": DEFENDER_LOG, "Old Value": "", "New Value": f"{target} = 0x0"}
    return [
        site.sysmon(machine, 1, Image=POWERSHELL, CommandLine=line, ParentImage=EXPLORER),
        site.sysmon(machine, 13, Image=DEFENDER, **setting),
        site.windows(machine, f"{DEFENDER_LOG}/Operational", 5007, **changed),
    ]


def exclude(site: Site) -> list[Event]:
    """Backups and the telephone system's server are excluded from scanning."""
    if site.random.random() < 0.8:
        return _excluded(site, site.machine(), site.random.choice([r"D:\Backup", r"C:\Build"]))
    return _excluded(site, PBX_WINDOWS, r"C:\Program Files\3CX Phone System")


def exclude_client(site: Site) -> list[Event]:
    """So is the 3CX client: an administrator should have a look, and has."""
    machine = site.machine()
    return _excluded(site, machine, machine.client("").rstrip("\\"))


def verdict(site: Site) -> list[Event]:
    """An antivirus finds something else."""
    machine = site.machine()
    if site.random.random() < 0.5:
        return [site.other(None, "antivirus", src_ip=machine.address, Signature="EICAR-Test-File")]
    own = {"Provider_Name": DEFENDER_LOG, "Threat Name": "PUA:Win32/InstallCore"}
    return [site.windows(machine, f"{DEFENDER_LOG}/Operational", 1116, **own)]
