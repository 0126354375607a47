"""Windows channels: every service and category of SigmaHQ's rules has one, whatever its case."""

from __future__ import annotations

from pathlib import Path

import pytest

from sigmapack.content.load import read_sources
from sigmapack.content.model import LogSource
from sigmapack.events.channels import channel_map, short_names
from tests.reading.sample import SYSMON, dumped, one, source

CHANNELS = channel_map(read_sources())
#: Services of Windows in SigmaHQ's rules, with a channel of each.
SERVICES = {
    "application": "Application",
    "applocker": "Microsoft-Windows-AppLocker/MSI and Script",
    "appmodel-runtime": "Microsoft-Windows-AppModel-Runtime/Admin",
    "appxdeployment-server": "Microsoft-Windows-AppXDeploymentServer/Operational",
    "appxpackaging-om": "Microsoft-Windows-AppxPackaging/Operational",
    "bits-client": "Microsoft-Windows-Bits-Client/Operational",
    "bitlocker": "Microsoft-Windows-BitLocker/BitLocker Management",
    "capi2": "Microsoft-Windows-CAPI2/Operational",
    "certificateservicesclient-lifecycle-system": (
        "Microsoft-Windows-CertificateServicesClient-Lifecycle-System/Operational"
    ),
    "codeintegrity-operational": "Microsoft-Windows-CodeIntegrity/Operational",
    "diagnosis-scripted": "Microsoft-Windows-Diagnosis-Scripted/Operational",
    "dns-client": "Microsoft-Windows-DNS-Client/Operational",
    "dns-server": "DNS Server",
    "dns-server-analytic": "Microsoft-Windows-DNSServer/Analytical",
    "dns-server-audit": "Microsoft-Windows-DNSServer/Audit",
    "driver-framework": "Microsoft-Windows-DriverFrameworks-UserMode/Operational",
    "firewall-as": "Microsoft-Windows-Windows Firewall With Advanced Security/Firewall",
    "iis-configuration": "Microsoft-IIS-Configuration/Operational",
    "ldap": "Microsoft-Windows-LDAP-Client/Debug",
    "lsa-server": "Microsoft-Windows-LSA/Operational",
    "microsoft-servicebus-client": "Microsoft-ServiceBus-Client/Admin",
    "msexchange-management": "MSExchange Management",
    "ntlm": "Microsoft-Windows-NTLM/Operational",
    "openssh": "OpenSSH/Operational",
    "powershell": "PowerShellCore/Operational",
    "powershell-classic": "Windows PowerShell",
    "printservice-admin": "Microsoft-Windows-PrintService/Admin",
    "printservice-operational": "Microsoft-Windows-PrintService/Operational",
    "security": "Security",
    "security-mitigations": "Microsoft-Windows-Security-Mitigations/User Mode",
    "shell-core": "Microsoft-Windows-Shell-Core/Operational",
    "smbclient-connectivity": "Microsoft-Windows-SmbClient/Connectivity",
    "smbclient-security": "Microsoft-Windows-SmbClient/Security",
    "smbserver-connectivity": "Microsoft-Windows-SMBServer/Connectivity",
    "sysmon": SYSMON,
    "system": "System",
    "taskscheduler": "Microsoft-Windows-TaskScheduler/Operational",
    "terminalservices-localsessionmanager": (
        "Microsoft-Windows-TerminalServices-LocalSessionManager/Operational"
    ),
    "vhdmp": "Microsoft-Windows-VHDMP-Operational",
    "windefend": "Microsoft-Windows-Windows Defender/Operational",
    "wmi": "Microsoft-Windows-WMI-Activity/Operational",
}
#: Categories of Windows in SigmaHQ's rules, with an event of each.
CATEGORIES = {
    "clipboard_capture": (SYSMON, 24),
    "create_remote_thread": (SYSMON, 8),
    "create_stream_hash": (SYSMON, 15),
    "dns_query": (SYSMON, 22),
    "driver_load": (SYSMON, 6),
    "file_access": ("Microsoft-Windows-Kernel-File/Analytic", 12),
    "file_block_executable": (SYSMON, 27),
    "file_block_shredding": (SYSMON, 28),
    "file_change": (SYSMON, 2),
    "file_delete": (SYSMON, 26),
    "file_event": (SYSMON, 11),
    "file_executable_detected": (SYSMON, 29),
    "file_rename": ("Microsoft-Windows-Kernel-File/Analytic", 27),
    "image_load": (SYSMON, 7),
    "network_connection": (SYSMON, 3),
    "pipe_created": (SYSMON, 18),
    "process_access": (SYSMON, 10),
    "process_creation": ("Security", 4688),
    "process_tampering": (SYSMON, 25),
    "process_termination": (SYSMON, 5),
    "ps_classic_provider_start": ("Windows PowerShell", 600),
    "ps_classic_script": ("Windows PowerShell", 800),
    "ps_classic_start": ("Windows PowerShell", 400),
    "ps_module": ("PowerShellCore/Operational", 4103),
    "ps_script": ("PowerShellCore/Operational", 4104),
    "raw_access_thread": (SYSMON, 9),
    "registry_add": (SYSMON, 12),
    "registry_delete": (SYSMON, 12),
    "registry_event": (SYSMON, 13),
    "registry_rename": (SYSMON, 14),
    "registry_set": (SYSMON, 13),
    "sysmon_error": (SYSMON, 255),
    "sysmon_status": (SYSMON, 16),
    "wmi_event": (SYSMON, 21),
}


@pytest.mark.parametrize("service", SERVICES)
def test_a_channel_is_a_service(tmp_path: Path, service: str) -> None:
    for channel in (SERVICES[service], SERVICES[service].upper()):
        assert source("windows", None, service) in one(tmp_path, dumped(channel, 1, {})).logsource


@pytest.mark.parametrize("category", CATEGORIES)
def test_an_event_of_a_channel_is_a_category(tmp_path: Path, category: str) -> None:
    channel, number = CATEGORIES[category]
    found = one(tmp_path, dumped(channel, number, {})).logsource
    assert source("windows", category) in found
    assert source("windows", category) not in one(tmp_path, dumped(channel, 9999, {})).logsource


@pytest.mark.parametrize(
    ("kind", "category", "other"),
    [
        ("CreateKey", "registry_add", "registry_delete"),
        ("DeleteKey", "registry_delete", "registry_add"),
        ("DeleteValue", "registry_delete", "registry_add"),
    ],
)
def test_a_key_that_is_made_is_none_that_is_deleted(
    tmp_path: Path, kind: str, category: str, other: str
) -> None:
    """Both are Sysmon's event 12: rules on deleted keys matched those that were made."""
    found = one(tmp_path, dumped(SYSMON, 12, {"EventType": kind})).logsource
    assert {source("windows", category), source("windows", "registry_event")} <= set(found)
    assert source("windows", other) not in found


def test_what_products_are_told_of_is_read_as_before() -> None:
    """`channels.toml` adds to `logsources.toml`, and takes nothing away."""
    sources = read_sources()
    for key, entry in sources.logsources.items():
        for event in entry["events"] if key.startswith("windows/") else ():
            channel = sources.sources[event["source"]]["channel"].lower()
            part = key.partition("/")[2]
            for number in event.get("ids", [None]):
                own = LogSource("windows", *((part, None) if number else (None, part)))
                assert own in CHANNELS[channel, number]


def test_a_short_name_stands_for_a_channel_that_is_known() -> None:
    assert [name for name in short_names().values() if (name, None) not in CHANNELS] == []


def test_a_channel_is_told_by_its_provider(tmp_path: Path) -> None:
    record = {"EventID": 5861, "Provider_Name": "Microsoft-Windows-WMI-Activity", "Computer": "W"}
    assert source("windows", None, "wmi") in one(tmp_path, record).logsource


@pytest.mark.parametrize(
    ("provider", "number", "expected"),
    [
        ("Microsoft-Windows-Kernel-File", 12, source("windows", "file_access")),
        ("Microsoft-Windows-LDAP-Client", 30, source("windows", None, "ldap")),
        ("Microsoft-Windows-DNSServer", 256, source("windows", None, "dns-server-analytic")),
        ("Microsoft-Windows-RPC", 6, source("windows", None)),
    ],
)
def test_a_trace_has_a_provider_and_no_channel(
    tmp_path: Path, provider: str, number: int, expected: LogSource
) -> None:
    """Every record of a converted trace was unreadable, for want of the provider that it has."""
    event = dumped("", number, {"ProcNum": 14}, provider)
    event["Event"]["System"]["Channel"] = None
    found = one(tmp_path, event)
    assert found.logsource[0] == expected
    assert found.fields["ProcNum"] == "14"


@pytest.mark.parametrize(
    ("number", "category"), [(1, "process_creation"), (3, "network_connection"), (11, "file_event")]
)
def test_sysmon_for_linux_is_not_windows(tmp_path: Path, number: int, category: str) -> None:
    event = dumped("Linux-Sysmon/Operational", number, {"Image": "/bin/sh"}, "Linux-Sysmon")
    found = one(tmp_path, event)
    assert found.logsource == (source("linux", category), source("linux", None, "sysmon"))
    event["Event"]["System"]["Channel"] = None
    assert one(tmp_path, event).logsource == found.logsource
