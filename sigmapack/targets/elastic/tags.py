"""The names by which Kibana's users filter rules, as elastic/detection-rules gives them.

Read from `EXPECTED_RULE_TAGS` and the tests of tags of elastic/detection-rules at commit 14cf530
(detection_rules/schemas/definitions.py, tests/test_all_rules.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sigmapack.content.correlation import read_correlation
from sigmapack.content.model import Content, LogSource, Rule

SYSTEMS = {"windows": "Windows", "macos": "macOS", "linux": "Linux"}
#: What an index pattern or data set is called, of those that a tag of theirs stands for.
DATA = {
    "logs-endpoint.": "Elastic Defend",
    "logs-windows.sysmon_operational-": "Sysmon",
    "logs-sysmon_linux.": "Linux Sysmon Logs",
    "logs-windows.powershell": "PowerShell Logs",
    "logs-system.security-": "Windows Security Event Logs",
    "logs-system.system-": "Windows System Event Logs",
    '"network_traffic.dns"': "Network Packet Capture",
    '"panw.panos"': "PAN-OS Logs",
    '"fortinet_fortigate.log"': "Fortinet FortiGate Logs",
}
TYPES = {"eql": "Event Correlation (EQL)", "esql": "ESQL", "threat_match": "Indicator Match"}


def tags(content: Content, rule: Rule, entry: Mapping[str, Any], read: Sequence[str]) -> list[str]:
    """The tags of a rule.

    Args:
        content: what was read.
        rule: the rule.
        entry: what Kibana gets of it: `type`, `query`, `threat`, maybe `building_block_type`.
        read: the index patterns that it reads.
    """
    sources = list(logsources(content, rule))
    domains = {"Endpoint" if on_host(source) else "Network" for source in sources}
    systems = {SYSTEMS[source.product] for source in sources if source.product in SYSTEMS}
    told = " ".join([*read, str(entry["query"])])
    uses = ["Threat Detection", *(["Network Security Monitoring"] if "Network" in domains else [])]
    kinds = [TYPES[entry["type"]]] if entry["type"] in TYPES else []
    blocks = ["BBR"] if "building_block_type" in entry else []
    return [
        *(f"Domain: {name}" for name in sorted(domains)),
        *(f"OS: {name}" for name in sorted(systems)),
        *(f"Use Case: {name}" for name in uses),
        *(["Use Case: Threat Hunting"] if rule.is_hunting else []),
        *(f"Tactic: {one['tactic']['name']}" for one in entry["threat"]),
        *(f"Data Source: {name}" for start, name in DATA.items() if start in told),
        *(f"Rule Type: {name}" for name in [*kinds, *blocks]),
        "Resources: Investigation Guide",
        "Threat: 3CX supply-chain compromise",
        "Vuln: CVE-2023-29059",
        "TLP: CLEAR",
    ]


def logsources(content: Content, rule: Rule) -> Iterator[LogSource]:
    """The log sources of a rule, or of those that it joins."""
    if not rule.is_correlation:
        yield rule.logsource
        return
    for name in read_correlation(rule).members:
        yield from logsources(content, content.by_name[name])


def on_host(source: LogSource) -> bool:
    """Whether a log is written on the host that it is about."""
    if source.service == "dns-server-analytic":
        return False
    return source.product in SYSTEMS or source.category == "antivirus"
