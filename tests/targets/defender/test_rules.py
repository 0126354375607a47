"""Defender's packages: custom detections as Microsoft Graph has them, indicators as imported."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
import zipfile
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from sigmapack.compiling.compile import compile_target
from sigmapack.compiling.product import Query
from sigmapack.content.correlation import read_correlation
from sigmapack.content.load import load
from sigmapack.targets.defender import TARGET, indicators, rules
from tests.engines import tools
from tests.targets.sample import MakeContent, compiled, correlated, rule

ROOT = Path(__file__).resolve().parents[3]
GRAPH = "msgraph-beta-sdk==1.66.0"
KIOTA = ("microsoft-kiota-abstractions==1.16.0", "microsoft-kiota-serialization-json==1.16.0")
DEPRECATED = {"isEnabled", "detectorId", "lastRunDetails", "period", "nextRunDateTime"}
DEPRECATED |= {"category", "mitreTechniques", "impactedAssets", "responseActions"}
#: Minutes of each frequency, and how far Defender then looks back
#: (https://learn.microsoft.com/defender-xdr/custom-detection-rules).
LOOKBACK = {"PT1H": (60, 240), "PT3H": (180, 720), "PT12H": (720, 2880), "P1D": (1440, 43200)}
#: https://learn.microsoft.com/defender-xdr/advanced-hunting-schema-tables
STARTER = (
    "Timestamp DeviceId DeviceName ReportId ActionType InitiatingProcessAccountName "
    "InitiatingProcessAccountDomain InitiatingProcessAccountSid InitiatingProcessSHA1 "
    "InitiatingProcessSHA256 InitiatingProcessFolderPath "
)
FILE = "FileName FolderPath SHA1 SHA256 "
COLUMNS = {
    "DeviceEvents": STARTER + FILE,
    "DeviceFileEvents": STARTER + FILE,
    "DeviceImageLoadEvents": STARTER + FILE,
    "DeviceNetworkEvents": f"{STARTER} RemoteIP RemoteUrl",
    "DeviceProcessEvents": f"{STARTER} {FILE} AccountName AccountDomain AccountSid "
    "ProcessCommandLine",
    "DeviceRegistryEvents": f"{STARTER} RegistryKey RegistryValueName RegistryValueData",
}


@cache
def queries() -> tuple[Query, ...]:
    return tuple(query for query in compile_target(load(ROOT), TARGET) if query.path)


@cache
def files() -> dict[str, bytes]:
    return {file.path: file.data for file in TARGET.package(load(ROOT), queries())}


@cache
def detections() -> dict[str, dict[str, Any]]:
    """Custom detections by their files' stems."""
    return {
        Path(path).stem: json.loads(data)
        for path, data in files().items()
        if path.startswith("custom_detections/")
    }


def rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(files()[f"indicators/{name}.csv"].decode())))


def test_every_query_is_a_custom_detection_byte_for_byte_and_switched_off() -> None:
    found = {stem: one["queryCondition"]["queryText"] for stem, one in detections().items()}
    assert found == {Path(query.path).stem: query.text for query in queries()}
    assert {one["status"] for one in detections().values()} == {"disabled"}
    for key in ("id", "displayName"):
        assert len({one[key] for one in detections().values()}) == len(found)


def test_a_detection_runs_so_often_that_its_span_is_looked_back() -> None:
    for query in queries():
        name = detections()[Path(query.path).stem]["schedule"]["frequency"]
        every, back = LOOKBACK[name]
        if query.rule.is_correlation:
            span = read_correlation(query.rule).seconds // 60
            assert back >= span + every or back == span == 43200, query.rule.name
        if query.rule.is_hunting:
            assert name == "P1D"


def test_alerts_carry_severity_guidance_and_techniques() -> None:
    for one in detections().values():
        alert = one["detectionAction"]["alertTemplate"]
        assert alert["severity"] in ("informational", "low", "medium", "high")
        assert alert["recommendedActions"].startswith("Check first:\n1. ")
        assert "Tell: " in alert["recommendedActions"]
        assert alert["tactics"]
        for tactic in alert["tactics"]:
            assert re.fullmatch(r"([A-Z][a-z]+)+", tactic["tactic"])
            for technique in tactic["techniques"]:
                assert re.fullmatch(r"T\d{4}", technique["technique"])
                for sub in technique.get("subTechniques", ()):
                    assert sub.startswith(f"{technique['technique']}.")


def output(text: str) -> set[str]:
    """The columns of a query's rows, of several tables those of all."""
    lines = [line for line in text.splitlines() if not line.startswith("//")]
    if "let Hits =" in text:
        kept = re.findall(r"\| project ([^=]+),\s+SigmaRule = ", text)
        found = set.intersection(*({n.strip() for n in part.split(",")} for part in kept))
        return found | {"SigmaRule", *(["FirstSeen"] if "FirstSeen" in text else [])}
    names = re.findall(r"\bDevice\w*Events\b", lines[0])
    found = set.intersection(*(set(COLUMNS[name].split()) for name in names))
    return found | set(re.findall(r"^\| extend (\w+) =", "\n".join(lines), re.MULTILINE))


def test_rows_have_what_defender_needs_and_what_alerts_name() -> None:
    for one in detections().values():
        found = output(one["queryCondition"]["queryText"])
        assert found >= {"Timestamp", "DeviceId", "ReportId"}, one["displayName"]
        alert = one["detectionAction"]["alertTemplate"]
        assert alert["entityMappings"]["hosts"] == [
            {"deviceIdColumn": "DeviceId", "nameColumn": "DeviceName"}
        ]
        named = [c for parts in alert["entityMappings"].values() for p in parts for c in p.values()]
        assert {*named, *alert.get("customDetails", {}).values()} <= found, one["displayName"]


def test_a_query_without_the_needed_columns_is_refused(make_content: MakeContent) -> None:
    content = make_content(one=rule("one", "s: {Image: x.exe}\ncondition: s"))
    query = compiled(TARGET, content)["one"]
    query = replace(query, text=f"{query.text}| project Timestamp, DeviceId\n")
    with pytest.raises(ValueError, match=r"one\.yml: the rows of its query lack ReportId"):
        TARGET.package(content, (query,))


def test_a_span_that_defender_never_looks_back_is_refused(make_content: MakeContent) -> None:
    query = correlated(TARGET, make_content, "temporal", span="31d")
    with pytest.raises(ValueError, match="Defender looks back 30 days at most"):
        rules.frequency(query.rule)


READ = """
import json, sys, types
# The package's own __init__ asks for a whole HTTP client; its models do not.
package = types.ModuleType("msgraph_beta")
package.__path__ = [sys.argv[1] + "/msgraph_beta"]
sys.modules["msgraph_beta"] = package
from kiota_serialization_json.json_parse_node import JsonParseNode
from kiota_serialization_json.json_serialization_writer import JsonSerializationWriter
from msgraph_beta.generated.models.security.detection_rule import DetectionRule
def unknown(value):
    for key, part in value.backing_store.enumerate_():
        if key == "additional_data" and part and type(value).__name__ != "AlertCustomDetails":
            yield type(value).__name__, part
        # A list is stored with its length.
        part = part[0] if isinstance(part, tuple) else part
        for one in part if isinstance(part, list) else [part]:
            if hasattr(one, "backing_store"):
                yield from unknown(one)
def untyped(value):
    if isinstance(value, dict):
        return {key: untyped(part) for key, part in value.items() if key != "@odata.type"}
    return [untyped(part) for part in value] if isinstance(value, list) else value
documents = json.load(sys.stdin)
for name, document in documents.items():
    parsed = JsonParseNode(document).get_object_value(DetectionRule)
    assert not list(unknown(parsed)), (name, list(unknown(parsed)))
    assert parsed.schedule.frequency.total_seconds() >= 3600
    writer = JsonSerializationWriter()
    writer.write_object_value(None, parsed)
    again = untyped(json.loads(writer.get_serialized_content()))
    again["schedule"] = document["schedule"]
    assert again == document, name
print(len(documents))
"""


@pytest.fixture(scope="module")
def graph() -> Path:
    """The models of Microsoft Graph (beta), without the client around them."""
    folder = tools.cache("graph", GRAPH.replace("==", "-"))
    if (folder / "complete").exists():
        return folder
    pip = [sys.executable, "-m", "pip"]
    commands = (
        [*pip, "install", "-q", "--target", str(folder), *KIOTA],
        [*pip, "download", "-q", "--no-deps", "--dest", str(folder), GRAPH],
    )
    for command in commands:
        if subprocess.run(command, check=False, capture_output=True).returncode:
            tools.missing(GRAPH)
    (wheel,) = folder.glob("msgraph_beta_sdk-*.whl")
    with zipfile.ZipFile(wheel) as packed:
        models = "msgraph_beta/generated/models/"
        packed.extractall(folder, [n for n in packed.namelist() if n.startswith(models)])
    wheel.unlink()
    (folder / "complete").touch()
    return folder


def test_the_models_of_graph_know_every_property_and_none_is_deprecated(graph: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", READ, str(graph)],
        input=json.dumps(detections()),
        env={"PYTHONPATH": str(graph), "PATH": ""},
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) == len(queries())
    for one in detections().values():
        alert = one["detectionAction"]["alertTemplate"]
        for part in (one, one["schedule"], one["detectionAction"], alert):
            assert not DEPRECATED & set(part)


def test_indicators_have_the_columns_and_values_of_the_import() -> None:
    for name in ("indicators_alert", "indicators_block"):
        found = rows(name)
        assert 0 < len(found) <= 500
        assert tuple(found[0]) == indicators.COLUMNS
        assert len({(row["IndicatorType"], row["IndicatorValue"]) for row in found}) == len(found)
        for row in found:
            value, hexadecimal = row["IndicatorValue"], r"[0-9a-f]{%d}"
            pattern = {
                "DomainName": r"[a-z0-9.-]+\.[a-z]+",
                "Url": r"https?://[\w.-]+/\S+",
                "FileSha1": hexadecimal % 40,
                "FileSha256": hexadecimal % 64,
            }[row["IndicatorType"]]
            assert re.fullmatch(pattern, value), value
            assert row["Title"] and row["Description"] and row["RecommendedActions"]
            assert row["ExpirationTime"] == "" and row["GenerateAlert"] == "True"
            assert row["Severity"] in ("Low", "Medium", "High")
            assert row["Category"] in ("CommandAndControl", "Malware")
            assert row["Action"] == ("Audit" if name.endswith("alert") else "Block")


def test_only_what_the_advisory_lists_or_is_certain_is_blocked() -> None:
    known: dict[str, list[tuple[str, str, str]]] = {}
    for lookup in load(ROOT).lookups.values():
        for row in lookup.rows:
            entry = (lookup.name, row.values.get("confidence", ""), row.values.get("advisory", ""))
            known.setdefault(row.values[lookup.key].lower(), []).append(entry)
    for blocked in rows("indicators_block"):
        found = known[blocked["IndicatorValue"].lower()]
        assert any(level == "high" or listed == "yes" for _, level, listed in found)
        assert not any(name.endswith("_low") for name, _, _ in found)
    alerted = {row["IndicatorValue"] for row in rows("indicators_alert")}
    assert {row["IndicatorValue"] for row in rows("indicators_block")} <= alerted
    advisory = [value for value, found in known.items() if any(e[2] == "yes" for e in found)]
    assert set(advisory) <= {row["IndicatorValue"] for row in rows("indicators_block")}
    for told in rows("indicators_alert"):
        assert any(level != "low" for _, level, _ in known[told["IndicatorValue"].lower()])


def test_more_indicators_than_one_import_takes_are_split(make_content: MakeContent) -> None:
    header = "domain,role,platform,confidence,source,first_seen,last_seen,valid_until,advisory\n"
    lines = "".join(f"d{n}.example.com,c2,any,high,test,,,,no\n" for n in range(501))
    content = make_content({"ioc_domains": header + lines})
    found = {file.path: file.data for file in indicators.files(content)}
    assert sorted(found) == [
        "indicators/indicators_alert.csv",
        "indicators/indicators_alert_2.csv",
        "indicators/indicators_block.csv",
        "indicators/indicators_block_2.csv",
    ]
    assert len(found["indicators/indicators_block.csv"].splitlines()) == 501
