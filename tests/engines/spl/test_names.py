"""Events by the names of the vendors' add-ons, which a shape of all events does not have.

Each document is as its source has it: classic rendering of Windows events (the messages of
https://learn.microsoft.com/windows/security/threat-protection/auditing/event-4688 and of
https://learn.microsoft.com/defender-endpoint/troubleshoot-microsoft-defender-antivirus, taken apart
at their colons), XML of the add-ons (splunk/security_content, data_sources/), and the data models
of the Common Information Model (https://docs.splunk.com/Documentation/CIM).
"""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from tests.engines.spl.content import compiled, known
from tests.engines.spl.engine import tables
from tests.engines.spl.text import spoken

pytestmark = pytest.mark.engines("teragrep")

DOMAIN = "akamaicontainer.com"
CLIENT = "C:\\Users\\u\\AppData\\Local\\Programs\\3CXDesktopApp\\app\\3CXDesktopApp.exe"
DEFENDER = "WinEventLog:Microsoft-Windows-Windows Defender/Operational"
POWERSHELL = "Microsoft-Windows-PowerShell/Operational"
APPLOCKER = "Microsoft-Windows-AppLocker/EXE and DLL"
WEB = {"index": "proxy", "tag": ["web", "proxy"], "src": "10.0.0.1", "host": "collector"}
DNS = {"index": "dns", "tag": ["dns", "network", "resolution"], "src": "10.0.0.1", "query": DOMAIN}
TRAFFIC = {"index": "net", "tag": ["network", "communicate"], "host": "console"}
#: Letter and what it is, rule, document, what the result says; None where it must not match.
CASES: dict[str, tuple[str, dict[str, Any], dict[str, str] | None]] = {
    "(c) an antivirus console tells of a host": (
        "av_threecx_threat",
        {
            **{"index": "av", "tag": ["malware", "attack"], "signature": "SamScissors"},
            **{"host": "console", "dest": "PC-1"},
        },
        {"dest": "pc-1", "signature": "samscissors"},
    ),
    "(c) a Mac's process, sent by a console": (
        "proc_creation_macos_threecx_updateagent",
        {
            **{"index": "mac", "tag": ["process", "report"], "host": "console", "dest": "Mac-1"},
            "process_path": "/Users/u/Library/Application Support/3CX Desktop App/UpdateAgent",
        },
        {"dest": "mac-1"},
    ),
    "(c) a Mac's connection, whose `dest_host` is the far end": (
        "net_connection_macos_threecx_c2_domain",
        {**TRAFFIC, "os": "macOS", "dvc": "Mac-1", "dest": "192.0.2.1", "dest_host": DOMAIN},
        {"src": "mac-1", "domain": DOMAIN},
    ),
    "(e) the same by CrowdStrike's name of the system": (
        "net_connection_macos_threecx_c2_domain",
        {**TRAFFIC, "event_platform": "Mac", "src": "Mac-1", "dest": DOMAIN},
        {"src": "mac-1", "domain": DOMAIN},
    ),
    "(e) the same by OCSF's": (
        "net_connection_macos_threecx_c2_domain",
        {**TRAFFIC, "device.os.name": "macOS", "dvc": "Mac-1", "dest_host": DOMAIN},
        {"src": "mac-1", "domain": DOMAIN},
    ),
    "(e) a firewall's connection of a PC is no Mac's": (
        "net_connection_macos_threecx_c2_domain",
        {**TRAFFIC, "src": "10.0.0.1", "dest": DOMAIN, "action": "allowed"},
        None,
    ),
    "(f) a code by its name": (
        "net_dns_threecx_c2_domain_blocked",
        {**DNS, "reply_code": "NXDomain"},
        {"src": "10.0.0.1", "domain": DOMAIN},
    ),
    "(f) a code by its number": (
        "net_dns_threecx_c2_domain_blocked",
        {**DNS, "reply_code_id": "3"},
        {"src": "10.0.0.1", "domain": DOMAIN},
    ),
    "(f) no error": (
        "net_dns_threecx_c2_domain_blocked",
        {**DNS, "reply_code": "NoError", "reply_code_id": "0", "answer": "192.0.2.1"},
        None,
    ),
    "(f) a proxy that answers a block with a page": (
        "proxy_threecx_c2_domain_blocked",
        {**WEB, "action": "blocked", "status": "200", "url_domain": DOMAIN, "user": "u"},
        {"src": "10.0.0.1", "domain": DOMAIN, "user": "u"},
    ),
    "(f) a proxy that lets through": (
        "proxy_threecx_c2_domain_blocked",
        {**WEB, "action": "allowed", "status": "200", "url_domain": DOMAIN},
        None,
    ),
    "(g) the installer's name with its quotes": (
        "win_application_threecx_affected_installer",
        {
            **{"index": "w", "source": "XmlWinEventLog:Application", "Name": "'MsiInstaller'"},
            **{"EventCode": "1033", "Computer": "PC-1"},
            "EventData_Xml": "<Data>3CX Desktop App</Data><Data>18.12.416</Data>",
        },
        {"dest": "pc-1"},
    ),
    "(g) 4688 in the classic rendering": (
        "proc_creation_win_threecx_suspicious_child",
        {
            **{"index": "w", "source": "WinEventLog:Security", "EventCode": "4688"},
            **{"ComputerName": "PC-1", "New_Process_Name": "C:\\Windows\\System32\\cmd.exe"},
            **{"Creator_Process_Name": CLIENT, "Process_Command_Line": "cmd.exe /c whoami"},
        },
        {"dest": "pc-1", "process_path": "c:\\windows\\system32\\cmd.exe"},
    ),
    "(g) Defender's verdict in the classic rendering": (
        "win_defender_threecx_threat",
        {
            **{"index": "w", "source": DEFENDER, "EventCode": "1116", "ComputerName": "PC-1"},
            "Name": "Trojan:Win64/SamScissors",
        },
        {"dest": "pc-1"},
    ),
    "(g) Defender's change in the classic rendering": (
        "win_defender_threecx_exclusion",
        {
            **{"index": "w", "source": DEFENDER, "EventCode": "5007", "ComputerName": "PC-1"},
            "New_value": "HKLM\\SOFTWARE\\Windows Defender\\Exclusions\\Paths\\C:\\3CX = 0x0",
        },
        {"dest": "pc-1"},
    ),
    "(g) 4663 in the classic rendering": (
        "win_security_threecx_browser_history",
        {
            **{"index": "w", "source": "WinEventLog:Security", "EventCode": "4663"},
            **{"ComputerName": "PC-1", "Process_Name": CLIENT},
            "Object_Name": "C:\\Users\\u\\Google\\Chrome\\User Data\\Default\\History",
        },
        {"dest": "pc-1", "process_path": CLIENT.lower()},
    ),
    "(g) a script in the classic rendering": (
        "posh_ps_threecx_defender_exclusion",
        {
            **{"index": "w", "source": f"WinEventLog:{POWERSHELL}", "EventCode": "4104"},
            "ComputerName": "PC-1",
            "Message": "Creating Scriptblock text (1 of 1): Add-MpPreference -ExclusionPath 3CX",
        },
        {"dest": "pc-1"},
    ),
    "(g) AppLocker's fields in XML": (
        "win_applocker_threecx_affected_build",
        {
            **{"index": "w", "source": f"XmlWinEventLog:{APPLOCKER}", "EventCode": "8002"},
            "Computer": "PC-1",
            "UserData_Xml": "<RuleAndFileData><FilePath>%OSDRIVE%\\A\\PHONE.EXE</FilePath>"
            "<Fqbn>O=X\\Y\\3CXDESKTOPAPP.EXE\\18.12.416.00</Fqbn></RuleAndFileData>",
        },
        {"dest": "pc-1", "file_path": "%osdrive%\\a\\phone.exe"},
    ),
    "(h) a lookup, its host, user and program": (
        "dns_query_win_threecx_c2_domain_by_client",
        {
            **{"index": "w", "source": "XmlWinEventLog:Microsoft-Windows-Sysmon/Operational"},
            **{"EventCode": "22", "Computer": "PC-1", "host": "collector", "User": "CORP\\u"},
            **{"QueryName": DOMAIN, "Image": CLIENT},
        },
        {"src": "pc-1", "user": "corp\\u", "domain": DOMAIN, "process_path": CLIENT.lower()},
    ),
}


@cache
def found() -> dict[str, dict[str, Any]]:
    """Case -> the result of its rule, where its document matches."""
    groups = {
        case: ({0: [document]}, {case: spoken(compiled()[rule].text, known())})
        for case, (rule, document, _) in CASES.items()
    }
    return {case: rows[0] for case, rows in tables(groups).items() if rows}


@pytest.mark.parametrize("case", list(CASES))
def test_an_event_by_its_vendors_names_is_found_and_names_whom(case: str) -> None:
    """Letters (c), (e), (f), (g) and (h): the case says which."""
    wanted = CASES[case][2]
    assert (case in found()) == (wanted is not None)
    if wanted is not None:
        assert {field: found()[case].get(field) for field in wanted} == wanted


def test_the_classic_rendering_is_only_asked_where_it_has_the_fields() -> None:
    """Letter (g): the name that a DNS client asked for is in no field of its message."""
    assert '"WinEventLog:' not in known()["logsource_dns_client"]
