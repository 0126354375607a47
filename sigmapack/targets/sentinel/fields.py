"""Microsoft Sentinel: what Sigma's log sources and fields are called.

ASIM schemas (https://learn.microsoft.com/azure/sentinel/normalization-about-schemas) where there is
one; else the tables Event (https://learn.microsoft.com/azure/azure-monitor/reference/tables/event)
and those of the Defender XDR connector, which are called as in Defender XDR.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sigmapack.targets.kql import devices
from sigmapack.targets.kql.tables import Table, hashes, hives, only
from sigmapack.targets.sentinel.eventlog import (
    APPLICATION,
    APPLOCKER,
    AUDITING,
    DNS_CLIENT,
    SCRIPT,
    SERVICE,
    STREAM,
    WINDEFEND,
)
from sigmapack.targets.sentinel.values import ANSWERS, SENSOR, answers, code, first, whole_path
from sigmapack.targets.sentinel.web import ADDRESS, URL, WEB, ZEEK

DEVICE = {"Computer": "DvcHostname"}
PROCESS = Table(
    {
        **DEVICE,
        "Image": "TargetProcessName",
        "CommandLine": "TargetProcessCommandLine",
        "OriginalFileName": "OriginalFileName",
        "FileVersion": "TargetProcessFileVersion",
        "Product": "TargetProcessFileProduct",
        "Description": "TargetProcessFileDescription",
        "Company": "TargetProcessFileCompany",
        "User": "TargetUsername",
        "ParentImage": "ActingProcessName",
        "ParentCommandLine": "ActingProcessCommandLine",
        "SHA256": "TargetProcessSHA256",
        "SHA1": "TargetProcessSHA1",
        "MD5": "TargetProcessMD5",
    },
    # The original name was in TargetProcessFilename until the schema had a column for it; the
    # parser of Sysmon for Linux (0.3.1) calls the company TargetProcessCompany; that of Defender's
    # sensor (vimProcessEventMicrosoft365D 0.2.0) leaves what the file says of itself in the columns
    # of its table, and has the file's present name in TargetProcessFilename.
    {
        "OriginalFileName": first(
            "TargetProcessFileOriginalName",
            "ProcessVersionInfoOriginalFileName",
            "TargetProcessFilename",
        ),
        "TargetProcessFileCompany": first(
            "TargetProcessFileCompany", "TargetProcessCompany", "ProcessVersionInfoCompanyName"
        ),
        "TargetProcessFileVersion": first(
            "TargetProcessFileVersion", "ProcessVersionInfoProductVersion"
        ),
        "TargetProcessFileProduct": first(
            "TargetProcessFileProduct", "ProcessVersionInfoProductName"
        ),
        "TargetProcessFileDescription": first(
            "TargetProcessFileDescription", "ProcessVersionInfoFileDescription"
        ),
    },
    {"Hashes": hashes},
)
FILE = Table(
    {
        **DEVICE,
        "Image": "ActingProcessName",
        "CommandLine": "ActingProcessCommandLine",
        "TargetFilename": "FilePath",
        "FileName": "FilePath",
        "User": "ActorUsername",
        "SHA256": "TargetFileSHA256",
        "SHA1": "TargetFileSHA1",
        "MD5": "TargetFileMD5",
    },
    # The parser of Defender's sensor (ASimFileEventMicrosoft365D 0.2.1) appends the file's name to
    # a path that ends with it already.
    {
        "FilePath": f'iff(EventProduct == "{SENSOR}" and (TargetFilePath endswith '
        r'strcat(TargetFileName, @"\", TargetFileName) or TargetFilePath endswith '
        r'strcat(TargetFileName, "/", TargetFileName)), substring(TargetFilePath, 0, '
        "strlen(TargetFilePath) - strlen(TargetFileName) - 1), TargetFilePath)"
    },
    {"Hashes": hashes},
)
REGISTRY = Table(
    {
        **DEVICE,
        "Image": "ActingProcessName",
        "TargetObject": "TargetObject",
        "Details": "RegistryValueData",
        "User": "ActorUsername",
    },
    {"TargetObject": r'strcat(RegistryKey, "\\", RegistryValue)'},
    {"TargetObject": hives},
)
NETWORK = Table(
    {
        **DEVICE,
        **ADDRESS,
        "Image": "ProcessPath",
        "Initiated": "Direction",
        "DestinationHostname": "DstName",
        "DestinationIp": "DstIpAddr",
        "DestinationPort": "DstPortNumber",
        "SourceIp": "SrcIpAddr",
        "User": "SrcUsername",
    },
    # Some parsers put a whole URL into the destination's name. That of Sysmon's connections (0.1)
    # gives no direction and puts the process that opens one on the other side.
    {
        "Swapped": 'EventProduct == "Sysmon" and isempty(NetworkDirection)',
        "Opener": "iff(Swapped, coalesce(DstProcessName, SrcProcessName), SrcProcessName)",
        "ProcessPath": whole_path("Opener"),
        "Direction": 'iff(Swapped, iff(isempty(DstProcessName), "Inbound", "Outbound"), '
        "NetworkDirection)",
        "DstName": rf'extract({URL}([^/:?#]+)", 1, coalesce(DstFQDN, iff(isempty(DstDomain), '
        'DstHostname, strcat(DstHostname, ".", DstDomain))))',
    },
    {
        "Initiated": lambda values: {
            "Initiated": [
                "Outbound" if str(value).lower() == "true" else "Inbound" for value in values
            ]
        }
    },
)
DNS = Table(
    {
        **DEVICE,
        **ADDRESS,
        **ZEEK,
        "Image": "SrcProcessName",
        "User": "SrcUsername",
        "query": "DnsQuery",
        "QueryName": "DnsQuery",
        "QNAME": "DnsQuery",
        "Source": "SrcIpAddr",
        "QueryStatus": "DnsResponseCode",
        "rcode_name": "EventResultDetails",
        "qtype_name": "DnsQueryTypeName",
        "record_type": "DnsQueryTypeName",
        "Answer": "DnsAnswers",
    },
    # Products write answers as text, JSON or Sysmon's list: whatever separates them becomes `;`,
    # and so does what stands before an IPv4 address that is written as one of IPv6.
    {"DnsAnswers": ANSWERS.format('DnsResponseName, ";", EventResultDetails')},
    {
        "QueryStatus": code,
        "QueryResults": answers,
        "answer": answers,
        "answers": answers,
        "EventID": only(256, 257),
    },
)
#: Of a resolver's reply without records, which only logs that have all replies tell.
RESOLVER = replace(
    DNS,
    columns={
        "DnsAnswers": ANSWERS.format(
            'DnsResponseName, ";", EventResultDetails, iff(isempty(DnsResponseName) and '
            'EventSubType =~ "response" and EventProduct in~ ("NIOS", "Route 53") and '
            'EventResultDetails =~ "NOERROR", ";NODATA", "")'
        )
    },
)
#: Where a host has Sysmon and Defender's sensor, both report a lookup.
LOOKUPS = replace(DNS, echo=(f'EventProduct == "{SENSOR}"', "tolower(DnsQuery)"))

TABLES: Mapping[str, Table] = {
    "windows/application": APPLICATION,
    "windows/dns-client": DNS_CLIENT,
    "windows/windefend": WINDEFEND,
    "windows/ps_script": SCRIPT,
    "windows/system": SERVICE,
    "windows/applocker": APPLOCKER,
    "windows/security": AUDITING,
    "windows/dns-server-analytic": DNS,
    "windows/dns_query": LOOKUPS,
    "any/dns": RESOLVER,
    "zeek/dns": DNS,
    "any/proxy": WEB,
    "zeek/http": WEB,
    "any/firewall": NETWORK,
    "windows/create_stream_hash": STREAM,
    "windows/registry_set": REGISTRY,
    "windows/file_executable_detected": FILE,
    "windows/file_access": FILE,
    "windows/image_load": devices.IMAGE_LOAD,
    "windows/pipe_created": devices.PIPE,
    "any/antivirus": devices.ANTIVIRUS,
    **{f"{system}/process_creation": PROCESS for system in ("windows", "linux")},
    **{f"{system}/file_event": FILE for system in ("windows", "linux")},
    "windows/file_delete": FILE,
    **{f"{system}/network_connection": NETWORK for system in ("windows", "linux")},
    "macos/process_creation": devices.PROCESS,
    "macos/file_event": devices.FILE,
    "macos/file_delete": devices.FILE,
    "macos/network_connection": devices.NETWORK,
}


def _device(of: Table) -> str:
    """The device's name without its domain, which only some sources log.

    Some of ASIM's parsers for Sysmon leave DvcHostname empty, that of connections has the other
    end's name there.
    """
    name = str(of.fields["Computer"])
    if name == "DvcHostname":
        name = "coalesce(DvcHostname, Dvc)"
    if of is NETWORK:
        name = f"iff(Swapped, Dvc, {name})"
    return f'tostring(split({name}, ".")[0])'


TABLES = {
    key: replace(of, columns={**of.columns, "Device": _device(of)})
    if "Computer" in of.fields
    else of
    for key, of in TABLES.items()
}
#: Made columns that alerts show, of rules on what happens on a host: whose host it is, and which
#: file, since the columns that parsers give are at times another's name or no path.
SHOWN = ("Device", "FilePath")
#: Log sources that only the tables of the Defender XDR connector hold.
CONNECTOR = frozenset(key for key, of in TABLES.items() if "DeviceName" in of.fields.values())


def shown(key: str) -> tuple[str, ...]:
    """The made columns that an alert of a log source shows."""
    of = TABLES[key]
    host = key.startswith(("windows/", "linux/")) and key != "windows/dns-server-analytic"
    if not host or of.fields.get("Computer") != "DvcHostname":
        return ()
    return tuple(name for name in SHOWN if name in of.columns)
