"""Microsoft Defender XDR: hunting queries in KQL, custom detections, indicators.

`queries` makes a query of a rule, `rules` the custom detections (`entities` whom they name),
`indicators` the files to import under Indicators. The tables are those of `kql.devices`. A script
in PowerShell, which is packed as it stands, creates the custom detections and updates them.
"""

from __future__ import annotations

from pathlib import Path

from sigmapack.compiling.product import Artifact, Query, Target
from sigmapack.content.model import Content
from sigmapack.targets import csv_text
from sigmapack.targets.defender import indicators
from sigmapack.targets.defender import rules as defender_rules
from sigmapack.targets.defender.queries import KQL

UPDATE = "Update-CustomDetections.ps1"


def _package(content: Content, queries: tuple[Query, ...]) -> list[Artifact]:
    """Custom detections and what imports them, indicators to alert on or block, lookups as CSV."""
    tables = [
        Artifact(f"lookups/{name}.csv", csv_text.table(content.lookups[name]))
        for name in sorted(content.lookups)
    ]
    rules = defender_rules.rules(content, queries)
    script = Artifact(UPDATE, Path(__file__).with_name(UPDATE).read_bytes())
    return [*rules, script, *indicators.files(content), *tables]


TARGET = Target("defender", "Microsoft Defender XDR", (KQL,), _package)
