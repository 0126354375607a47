"""The bad build is removed and a fixed one installed, by hand, by tools, by Squirrel."""

from __future__ import annotations

from tests.replay.benign.site import BAD, EXPLORER, MSIEXEC, SVCHOST, Event, Machine, Site

PRODUCT = "3CX Desktop App"
UNINSTALL = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall"
#: How msiexec is told to remove a package.
TOLD = [
    'msiexec.exe /x "{package}" /qn',
    '"C:\\Windows\\System32\\msiexec.exe" /X {package} /passive /norestart',
    'msiexec.exe /qn /uninstall "{package}"',
    "msiexec.exe -x {package} -quiet REBOOT=ReallySuppress",
    "msiexec.exe /x {{4F0CDF3B-5B2E-4D0E-8E0C-1C5A4B7D2A11}} /qn",
]
#: Programs beside 3CX's, one of them with the number of a bad build.
OTHERS = [
    ("Acme Suite", "18.12.416"),
    ("7-Zip 22.01 (x64)", "22.01"),
    ("Google Chrome", "113.0.5672.93"),
    ("3CX Phone System", "18.0.7.312"),
]


def _installer(site: Site, machine: Machine, number: int, data: str) -> Event:
    """An event of the Windows Installer in the application log."""
    return site.windows(machine, "Application", number, Provider_Name="MsiInstaller", Data=data)


def remove(site: Site) -> list[Event]:
    """A bad build goes: the installer's process and what it writes to the application log."""
    machine, build = site.machine(), site.random.choice(BAD)
    folder = site.random.choice([rf"{machine.home}\Downloads", r"\\files.corp.example\sw"])
    package = rf"{folder}\3CXDesktopApp-{build}.msi"
    line = site.random.choice(TOLD).format(package=package)
    parent = site.random.choice([EXPLORER, SVCHOST, r"C:\Windows\CCM\CcmExec.exe"])
    said = f"{PRODUCT}\n{build}\n1033\n0\n3CX Ltd\n(NULL)"
    gone = {"Image": MSIEXEC, "TargetFilename": machine.client()}
    key = rf"{UNINSTALL}\{{4F0CDF3B-5B2E-4D0E-8E0C-1C5A4B7D2A11}}"
    return [
        *site.started(machine, MSIEXEC, line, ParentImage=parent, OriginalFileName="msiexec.exe"),
        _installer(site, machine, 1040, f"{package}\n4711\n(NULL)\n(NULL)"),
        site.written(machine, MSIEXEC, rf"C:\Config.Msi\{site.digest(6)}.rbs"),
        site.sysmon(machine, 26, **gone),
        site.sysmon(machine, 12, Image=MSIEXEC, EventType="DeleteKey", TargetObject=key),
        _installer(site, machine, 11724, f"Product: {PRODUCT} -- Removal completed successfully."),
        _installer(site, machine, 1034, said),
        _installer(site, machine, 1042, f"{package}\n4711\n(NULL)\n(NULL)"),
    ]


def squirrel(site: Site) -> list[Event]:
    """The user removes it in Windows' settings: Squirrel does it, and files go."""
    machine, build = site.machine(), site.random.choice(BAD)
    image = machine.client("Update.exe")
    parent = site.random.choice([EXPLORER, r"C:\Windows\ImmersiveControlPanel\SystemSettings.exe"])
    package = machine.client(rf"packages\3CXDesktopApp-{build}-full.nupkg")
    line = f'"{image}" --uninstall'
    return [
        *site.started(machine, image, line, ParentImage=parent, FileVersion="2.0.1.0"),
        site.sysmon(machine, 26, Image=image, TargetFilename=package),
        site.sysmon(machine, 26, Image=image, TargetFilename=machine.client()),
    ]


def install(site: Site) -> list[Event]:
    """A fixed build is installed, with what the installer writes to the registry."""
    machine, build = site.machine(), site.fixed()
    package = rf"{machine.home}\Downloads\3CXDesktopApp-{build}.msi"
    line = f'"{MSIEXEC}" /i "{package}" /qn'
    said = f"{PRODUCT}\n{build}\n1033\n0\n3CX Ltd\n(NULL)"
    done = f"Product: {PRODUCT} -- Installation completed successfully."
    return [
        site.written(machine, site.random.choice([EXPLORER, SVCHOST]), package),
        *site.started(machine, MSIEXEC, line, OriginalFileName="msiexec.exe"),
        _installer(site, machine, 1040, f"{package}\n4711\n(NULL)\n(NULL)"),
        *_registered(site, machine, PRODUCT, build),
        _installer(site, machine, 1033, said),
        _installer(site, machine, 11707, done),
    ]


def _registered(site: Site, machine: Machine, product: str, version: str) -> list[Event]:
    key = rf"{UNINSTALL}\{{{site.digest(8)}-0000-4000-8000-{site.digest(12)}}}"
    values = {"DisplayName": product, "DisplayVersion": version}
    return [
        site.sysmon(machine, 13, Image=MSIEXEC, TargetObject=rf"{key}\{name}", Details=value)
        for name, value in values.items()
    ]


def other_product(site: Site) -> list[Event]:
    """Another program is installed or removed."""
    machine = site.machine()
    product, version = site.random.choice(OTHERS)
    number = site.random.choice([1033, 1034])
    said = f"{product}\n{version}\n1033\n0\nAcme Corporation\n(NULL)"
    registered = _registered(site, machine, product, version)
    return [*registered, _installer(site, machine, number, said)]
