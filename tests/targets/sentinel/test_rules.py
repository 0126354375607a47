"""Sentinel's packages: the checks of Azure/Azure-Sentinel, and Microsoft's own models of ARM.

The checks are those of `.script/tests/detectionTemplateSchemaValidation` in Azure/Azure-Sentinel
(C#, with its test of connector names), said again here; columns are those of its empty ASIM
parsers (`Parsers/*/Parsers/vim*Empty.yaml`).
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import uuid
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from sigmapack.compiling.compile import compile_target
from sigmapack.compiling.product import Query
from sigmapack.content.correlation import read_correlation
from sigmapack.content.load import load
from sigmapack.targets.sentinel import TARGET, arm
from sigmapack.targets.sentinel import rules as sentinel_rules
from tests.engines import tools
from tests.targets.sample import MakeContent, compiled, rule

ROOT = Path(__file__).resolve().parents[3]
SDK = "azure-mgmt-securityinsight==2.0.0b2"
REQUIRED = {"id", "name", "description", "severity", "requiredDataConnectors", "queryFrequency"}
REQUIRED |= {"queryPeriod", "triggerOperator", "triggerThreshold", "query", "kind", "version"}
TACTICS = {
    "InitialAccess": {"T1195"},
    "Persistence": {"T1543", "T1574"},
    "PrivilegeEscalation": {"T1543", "T1574"},
    "DefenseEvasion": {"T1027", "T1036", "T1070", "T1218", "T1562", "T1564", "T1574"},
    "Discovery": {"T1217"},
    "Execution": {"T1059", "T1204"},
    "Exfiltration": {"T1041"},
    "CommandAndControl": {"T1071", "T1090", "T1102", "T1573"},
}
#: Identifiers of entities, each with those of which one must be there ("+": both).
IDENTIFIERS = {
    "Account": ({"Name", "FullName", "NTDomain", "Sid"}, ["FullName", "Sid", "Name"]),
    "DNS": ({"DomainName"}, ["DomainName"]),
    "File": ({"Directory", "Name"}, ["Name"]),
    "FileHash": ({"Algorithm", "Value"}, ["Algorithm+Value"]),
    "Host": ({"DnsDomain", "HostName", "FullName"}, ["FullName", "HostName"]),
    "IP": ({"Address"}, ["Address"]),
    "Malware": ({"Name", "Category"}, ["Name"]),
    "Process": ({"ProcessId", "CommandLine"}, ["CommandLine", "ProcessId"]),
    "RegistryKey": ({"Hive", "Key"}, ["Key", "Hive"]),
    "RegistryValue": ({"Name", "Value", "ValueType"}, ["Name"]),
    "URL": ({"Url"}, ["Url"]),
}
DEVICE = (
    "DeviceName ActionType FileName FolderPath SHA256 InitiatingProcessAccountName "
    "InitiatingProcessAccountDomain InitiatingProcessAccountSid InitiatingProcessId "
    "InitiatingProcessCommandLine InitiatingProcessFolderPath "
)
COLUMNS = {
    "_Im_ProcessEvent": "DvcHostname TargetUsername TargetProcessId TargetProcessCommandLine "
    "TargetProcessName ActingProcessName TargetProcessSHA256",
    "_Im_FileEvent": "DvcHostname ActorUsername ActingProcessId ActingProcessCommandLine "
    "ActingProcessName TargetFileName TargetFileDirectory TargetFilePath HashType Hash",
    "_Im_RegistryEvent": "DvcHostname ActorUsername ActingProcessId ActingProcessCommandLine "
    "ActingProcessName RegistryKey RegistryValue RegistryValueData",
    "_Im_NetworkSession": "DvcHostname SrcUsername SrcProcessId SrcProcessName SrcIpAddr "
    "DstIpAddr EventProduct",
    "_Im_Dns": "DvcHostname SrcUsername SrcProcessId SrcProcessName SrcIpAddr DnsQuery "
    "EventProduct EventResultDetails",
    "_Im_WebSession": "SrcUsername SrcIpAddr DstIpAddr Url EventProduct HttpUserAgent",
    # https://learn.microsoft.com/azure/azure-monitor/reference/tables/event and those beside it
    "Event": "Computer EventID",
    "DeviceEvents": DEVICE,
    "DeviceFileEvents": DEVICE,
    "DeviceImageLoadEvents": DEVICE,
    "DeviceNetworkEvents": f"{DEVICE} RemoteIP RemoteUrl",
    "DeviceProcessEvents": f"{DEVICE} AccountName AccountDomain AccountSid ProcessId "
    "ProcessCommandLine",
}


@cache
def queries() -> tuple[Query, ...]:
    return tuple(query for query in compile_target(load(ROOT), TARGET) if query.path)


@cache
def files() -> dict[str, bytes]:
    return {file.path: file.data for file in TARGET.package(load(ROOT), queries())}


@cache
def documents(folder: str) -> dict[str, dict[str, Any]]:
    """Files of a folder by stem, read."""
    named = {Path(path): data for path, data in files().items() if path.startswith(f"{folder}/")}
    return {path.stem: yaml.safe_load(data) for path, data in named.items()}


def resources(name: str) -> list[dict[str, Any]]:
    return list(json.loads(files()[name])["resources"])


def minutes(text: str) -> int:
    return int(text[:-1]) * {"m": 1, "h": 60, "d": 1440}[text[-1]]


def test_every_query_is_one_rule_or_one_hunting_query_byte_for_byte() -> None:
    rules, hunts = documents("analytic_rules"), documents("hunting_queries")
    assert not set(rules) & set(hunts)
    texts = {stem: found["query"] for stem, found in {**rules, **hunts}.items()}
    assert texts == {Path(query.path).stem: query.text for query in queries()}


def test_what_a_scheduled_rule_cannot_hold_is_a_hunting_query() -> None:
    by_stem = {Path(query.path).stem: query for query in queries()}
    for stem, found in documents("hunting_queries").items():
        query = by_stem[stem]
        assert "kind" not in found and found["tactics"] and found["relevantTechniques"]
        span = read_correlation(query.rule).seconds if query.rule.is_correlation else 0
        assert query.rule.is_hunting or len(query.text) > 10_000 or span > 14 * 86400, stem
    for stem, found in documents("analytic_rules").items():
        assert len(found["query"]) <= 10_000 and not by_stem[stem].rule.is_hunting


def test_rules_have_what_the_repository_of_microsoft_asks_for() -> None:
    found = [*documents("analytic_rules").values(), *documents("hunting_queries").values()]
    assert len({one["id"] for one in found}) == len(found)
    for one in found:
        assert str(uuid.UUID(one["id"])) == one["id"]
        assert len(one["name"]) <= 256 and len(one["description"]) <= 5_000
        assert "Tell: " in one["description"], one["name"]
        assert re.fullmatch(r"\d+\.\d+\.\d+", one["version"]) and len(one["version"]) <= 20
        connectors = {entry["connectorId"] for entry in one["requiredDataConnectors"]}
        assert connectors <= {"MicrosoftThreatProtection"}
        assert bool(connectors) == ("\nDevice" in one["query"] or "(Device" in one["query"])
    for one in documents("analytic_rules").values():
        assert set(one) >= REQUIRED
        assert one["severity"] in ("Informational", "Low", "Medium", "High")
        assert (one["kind"], one["triggerOperator"], one["triggerThreshold"]) == (
            "Scheduled",
            "gt",
            0,
        )


def test_rules_look_back_further_than_their_interval_and_over_the_span() -> None:
    by_id = {query.rule.id: query.rule for query in queries()}
    for one in documents("analytic_rules").values():
        every, back = minutes(one["queryFrequency"]), minutes(one["queryPeriod"])
        assert 5 <= every < back <= 14 * 1440, one["name"]
        assert back < 2 * 1440 or every >= 60, one["name"]
        source = by_id[one["id"]]
        if source.is_correlation:
            assert back >= read_correlation(source).seconds / 60 + every, one["name"]


def test_every_technique_stands_with_a_tactic_that_microsoft_gives_it() -> None:
    for folder in ("analytic_rules", "hunting_queries"):
        for one in documents(folder).values():
            assert one["tactics"] and set(one["tactics"]) <= set(TACTICS), one["name"]
            for technique in one["relevantTechniques"]:
                assert re.fullmatch(r"T\d{4}(\.\d{3})?", technique)
                parent = technique.partition(".")[0]
                assert any(parent in TACTICS[tactic] for tactic in one["tactics"]), technique


def output(one: dict[str, Any]) -> set[str]:
    """The columns of a query's rows that entities and details may name."""
    text = "\n".join(line for line in one["query"].splitlines() if not line.startswith("//"))
    if "let Hits =" not in text:
        made = re.findall(r"^\| extend (\w+) =", text, re.MULTILINE)
        away = re.findall(r"project-away (\w+)", text)
        return {*COLUMNS[text.splitlines()[0]].split(), *made} - set(away)
    kept = re.findall(r"\| project ([^=]+),\s+SigmaRule = ", text)
    made = ["SigmaKey", "SigmaRule", *(["FirstSeen"] if "FirstSeen" in text else [])]
    return {name.strip() for part in kept for name in part.split(",")} | set(made)


def test_entities_are_whole_and_name_columns_that_the_query_has() -> None:
    for folder in ("analytic_rules", "hunting_queries"):
        for one in documents(folder).values():
            mapped = one["entityMappings"]
            assert 1 <= len(mapped) <= 10, one["name"]
            for entity in mapped:
                fields = {f["identifier"]: f["columnName"] for f in entity["fieldMappings"]}
                known, needed = IDENTIFIERS[entity["entityType"]]
                assert 1 <= len(fields) <= 3 and set(fields) <= known, one["name"]
                assert any(set(fields) >= set(part.split("+")) for part in needed), one["name"]
                assert set(fields.values()) <= output(one), one["name"]


def test_details_and_titles_of_alerts_name_columns_that_the_query_has() -> None:
    for one in documents("analytic_rules").values():
        assert 1 <= len(one["customDetails"]) <= 20
        for name, column in one["customDetails"].items():
            assert re.fullmatch(r"[a-zA-Z]\w{0,19}", name)
            assert column in output(one), (one["name"], column)
        title = one.get("alertDetailsOverride", {}).get("alertDisplayNameFormat", "")
        assert len(title) <= 256 and title.count("{{") <= 3
        assert set(re.findall(r"{{(\w+)}}", title)) <= output(one)
        grouping = one["incidentConfiguration"]["groupingConfiguration"]
        kinds = {entity["entityType"] for entity in one["entityMappings"]}
        assert set(grouping.get("groupByEntities", ())) <= kinds


def plain(value: Any) -> Any:
    """What Azure makes of a text: two brackets at its start are one."""
    return value[1:] if isinstance(value, str) and value.startswith("[[") else value


def test_the_template_has_every_rule_switched_off_with_the_same_query() -> None:
    texts = {query.rule.id: query.text for query in queries()}
    found = {}
    for resource in resources("azuredeploy.json"):
        properties = resource["properties"]
        identifier = re.findall(r"[0-9a-f]{8}-[0-9a-f-]{27}", resource["name"])[-1]
        found[identifier] = plain(properties["query"])
        if resource["type"].endswith("/alertRules"):
            assert properties["enabled"] is False
            asked = "Device" in json.dumps(properties["query"])
            assert ("condition" in resource) <= asked
        else:
            assert properties["category"] == "Hunting Queries"
    assert found == texts


def test_templates_keep_the_limits_of_azure_and_have_no_stray_expression() -> None:
    for name in ("azuredeploy.json", "watchlists.json"):
        assert len(files()[name]) < 4_000_000
        document = json.loads(files()[name])
        assert len(document["resources"]) <= 800
        used = set(re.findall(r"parameters\('(\w+)'\)", files()[name].decode()))
        assert used == set(document["parameters"])
        for resource in document["resources"]:
            for text in strings(resource["properties"]):
                assert not re.fullmatch(r"\[(?!\[).*\]", text, re.DOTALL), text[:80]


def strings(value: Any) -> list[str]:
    """All texts in a value."""
    if isinstance(value, str):
        return [value]
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for part in parts for text in strings(part)]


def test_a_text_in_brackets_is_no_expression() -> None:
    found = arm.escaped({"name": "[a()]", "properties": {"name": "[a]", "q": "[a] b"}})
    assert found == {"name": "[a()]", "properties": {"name": "[[a]", "q": "[a] b"}}


def test_templates_are_split_and_refuse_what_azure_does(monkeypatch: pytest.MonkeyPatch) -> None:
    many = [{"name": str(number), "properties": {}} for number in range(801)]
    paths = [file.path for file in arm.split("azuredeploy", many)]
    assert paths == ["azuredeploy.json", "azuredeploy_2.json"]
    large = [{"name": "large", "properties": {"query": "x" * 1_000_001}}]
    with pytest.raises(ValueError, match=r"large has 1,000,\d+ bytes, Azure takes 1,000,000"):
        arm.split("azuredeploy", large)


def test_watchlists_carry_their_tables_and_are_keyed_by_a_column() -> None:
    found = resources("watchlists.json")
    assert len(found) == len(load(ROOT).lookups)
    for resource in found:
        properties = resource["properties"]
        text = files()[f"watchlists/{properties['watchlistAlias']}.csv"].decode()
        assert properties["rawContent"] == text
        assert properties["itemsSearchKey"] in text.splitlines()[0].split(",")
        assert properties["contentType"] == "Text/Csv"


def test_what_is_too_long_is_refused_with_its_limit(make_content: MakeContent) -> None:
    text = rule("one", "s: {Image: x.exe}\ncondition: s")
    content = make_content(one=text + f"description: {'word ' * 1_001}")
    query = compiled(TARGET, content)["one"]
    with pytest.raises(ValueError, match=r"one\.yml: the description .* Sentinel takes 5,000"):
        TARGET.package(content, (query,))


def test_levels_become_severities_and_hunting_rules_hunting_queries(
    make_content: MakeContent,
) -> None:
    detection = "s: {Image: x.exe}\ncondition: s"
    worst = rule("one", detection).replace("level: high", "level: critical")
    hunt = rule("two", detection, n=2) + "tags: [detection.threat-hunting]\n"
    content = make_content(one=worst, two=hunt)
    found = sentinel_rules.rules(content, tuple(compiled(TARGET, content).values()))
    assert [entry.get("severity") for entry in found] == ["High", None]
    assert found[0]["queryFrequency"] == "5m" and found[0]["version"] == "1.0.0"


CHECK = """
import json, sys
import isodate
from azure.mgmt.securityinsight import models
from azure.mgmt.securityinsight._serialization import Deserializer, Serializer
classes = {name: one for name, one in vars(models).items() if isinstance(one, type)}
read, write = Deserializer(classes), Serializer(classes)
enums = {
    "severity": models.AlertSeverity, "triggerOperator": models.TriggerOperator,
    "tactics": models.AttackTactic, "entityType": models.EntityMappingType,
    "aggregationKind": models.EventGroupingAggregationKind, "kind": models.AlertRuleKind,
    "matchingMethod": models.MatchingMethod, "groupByEntities": models.EntityMappingType,
}
times = {"queryFrequency", "queryPeriod", "suppressionDuration", "lookbackDuration"}
def normal(value, key=""):
    if isinstance(value, dict):
        return {name: normal(part, name) for name, part in value.items()}
    if isinstance(value, list):
        return [normal(part, key) for part in value]
    if key in enums:
        assert value in [one.value for one in enums[key]], (key, value)
    return str(isodate.parse_duration(value)) if key in times else value
counted = {}
for name in sys.argv[1:]:
    for resource in json.load(open(name))["resources"]:
        kind = resource["type"].rpartition("/")[2]
        model = {"alertRules": "ScheduledAlertRule", "watchlists": "Watchlist"}.get(kind)
        if model is None:
            continue
        body = {key: resource[key] for key in ("kind", "properties") if key in resource}
        # This release of the models is older than the property.
        body["properties"].pop("sourceType", None)
        parsed = read(model, body)
        again = write.body(parsed, model)
        assert normal(again) == normal(body), resource["name"]
        counted[kind] = counted.get(kind, 0) + 1
print(json.dumps(counted))
"""


@pytest.fixture(scope="module")
def sdk() -> Path:
    """Microsoft's models of the interface, in a folder of their own."""
    folder = tools.cache("azure", SDK.replace("==", "-"))
    if not (folder / "complete").exists():
        command = [sys.executable, "-m", "pip", "install", "-q", "--target", str(folder), SDK]
        if subprocess.run(command, check=False, capture_output=True).returncode:
            tools.missing(SDK)
        (folder / "complete").touch()
    return folder


def test_the_models_of_azure_take_every_rule_and_watchlist(sdk: Path, tmp_path: Path) -> None:
    names = ("azuredeploy.json", "watchlists.json")
    for name in names:
        (tmp_path / name).write_bytes(files()[name])
    command = [sys.executable, "-c", CHECK, *(str(tmp_path / name) for name in names)]
    environment = {"PYTHONPATH": str(sdk), "PATH": ""}
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "alertRules": len(documents("analytic_rules")),
        "watchlists": len(load(ROOT).lookups),
    }
