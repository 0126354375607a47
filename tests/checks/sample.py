"""A small pack that follows the house rules, as text."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from sigmapack.content.model import Problem

OWN_RULE = """\
title: Sample Domain Was Asked For By A Windows Host
id: 6f1c7a3e-54a2-4f0e-9a38-0d5c1f2b7a01
name: dns_query_win_sample
status: experimental
description: |
    Detects a sample, with all that the house rules ask and no more.
license: Apache-2.0
references:
    - https://nvd.nist.gov/vuln/detail/CVE-2023-29059
author: 3CX Detection Pack Maintainers
date: 2026-11-23
tags:
    - attack.command-and-control
    - attack.t1071.004
    - cve.2023-29059
    - tlp.clear
    - detection.emerging-threats
logsource:
    product: windows
    category: dns_query
detection:
    selection:
        QueryName|expand: '%ioc_domains%'
    condition: selection
response: sample
falsepositives:
    - Analysts who resolve the domain
level: high
"""
ATTACK = """\
version = "19.1"
[tactics]
command-and-control = { id = "TA0011", name = "Command and Control" }
[techniques]
"T1071.004" = { name = "DNS", tactics = ["command-and-control"] }
"""
NEVER = """\
vendor_domains = ["vendor.example.org"]
[false_indicators]
"false.example.com" = "made up"
"""
RESPONSE = """
contact = "team@example.org"
[playbook.sample]
title = "Sample"
check = ["Look."]
contain = ["Stop it."]
tell = "Tell {contact}."
"""
COVERAGE = """
[[stage]]
id = "X1"
title = "Sample"
techniques = []
rules = ["dns_query_win_sample"]
"""
MakePack = Callable[..., list[Problem]]


def only(found: list[Problem]) -> tuple[str, int, str, str]:
    (problem,) = found
    return Path(problem.path).name, problem.line, problem.code, problem.message
