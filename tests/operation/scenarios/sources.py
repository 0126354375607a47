"""Sites with a single source of logs, or with nothing to find."""

from __future__ import annotations

from tests.operation.model import HOUR, MINUTE
from tests.operation.sensors import EDR, SOON, Draft, Record, record
from tests.operation.site import START, Outline, finding, host, visit

TIME = START + 9 * HOUR + 7 * MINUTE
ALONE = {
    "Sysmon alone": "sysmon",
    "its own sensor alone": EDR,
    "DNS client log alone": "dns_client",
    "one resolver": "resolver",
    "Windows DNS server alone": "dns_server",
    "Zeek": "zeek",
    "one proxy": "proxy",
}
CLIENT = r"C:\Users\user01\AppData\Local\Programs\3CXDesktopApp\app-18.12.416\3CXDesktopApp.exe"
SECURITY = {
    "Channel": "Security",
    "Provider_Name": "Microsoft-Windows-Security-Auditing",
    "EventID": 4688,
    "SubjectUserName": "user01",
    "SubjectDomainName": "CORP",
    "NewProcessName": CLIENT,
    "NewProcessId": "0x1a2c",
    "ParentProcessName": r"C:\Windows\explorer.exe",
    "ProcessId": "0x9f4",
    "CommandLine": f'"{CLIENT}"',
}


def auditing() -> Outline:
    """Security 4688 alone: a client of an affected build starts, known by its folder."""
    own, _ = host(1)
    drafts = [Draft("security", {**SECURITY, "Computer": own}, TIME)]
    return Outline("Security 4688 alone", drafts, [finding(1)])


def removed() -> Outline:
    """A bad build is uninstalled, as the advisory asks: nobody is a victim of that."""
    own, _ = host(1)
    removal = record(
        "proc_creation_win_threecx_affected_installer",
        Computer=own,
        Image=r"C:\Windows\System32\msiexec.exe",
        CommandLine=r"msiexec.exe /x C:\Windows\Installer\3CXDesktopApp-18.12.416.msi /qn",
        ParentImage=r"C:\Windows\explorer.exe",
    )
    drafts = [Draft(sensor, removal, TIME, SOON) for sensor in ("sysmon", EDR)]
    return Outline("a bad build is removed", drafts)


def only_fixed() -> Outline:
    """Five hosts that only ever had fixed builds, whose client asks for its own PBX."""
    drafts: list[Draft] = []
    for number in range(1, 6):
        own, _ = host(number)
        start: Record = record("proc_creation_win_threecx_fixed_build", Computer=own)
        program = str(start["Image"])
        drafts += [Draft(sensor, start, TIME + number) for sensor in ("sysmon", EDR)]
        by = ("sysmon", EDR, "resolver", "proxy")
        drafts += visit(TIME + 60 + number, number, by, "pbx.corp.example", program=program)
    return Outline("only fixed builds", drafts)


def handed_out() -> Outline:
    """A telephone system on Linux gets the affected package that it hands out to its clients."""
    own, _ = host(1)
    package = record("file_event_lnx_threecx_affected_package", Computer=own)
    drafts = [Draft(sensor, package, TIME) for sensor in ("sysmon", EDR)]
    return Outline("a telephone system hands out a bad build", drafts, [finding(1)])


def on_the_wire() -> Outline:
    """Zeek hashes the affected installer on its way from a share."""
    _, address = host(1)
    file = {**record("zeek_files_threecx_malicious_hash"), "id.orig_h": address}
    return Outline(
        "a bad build is copied over the network", [Draft("zeek", file, TIME)], [finding(1)]
    )


OUTLINES = (
    Outline("empty site"),
    *(Outline(name, visit(TIME, 1, (by,)), [finding(1)]) for name, by in ALONE.items()),
    auditing(),
    removed(),
    only_fixed(),
    handed_out(),
    on_the_wire(),
)
