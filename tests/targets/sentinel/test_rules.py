"""Sentinel's analytics rules and hunting queries, by the checks of Azure/Azure-Sentinel.

The checks are those of `.script/tests/detectionTemplateSchemaValidation` in Azure/Azure-Sentinel
(C#, with its test of connector names), said again here.
"""

from __future__ import annotations

import re
import uuid
from pathlib import Path

import pytest

from sigmapack.compiling.product import gathered
from sigmapack.content.correlation import read_correlation
from sigmapack.content.load import load
from sigmapack.targets.sentinel import TARGET
from sigmapack.targets.sentinel import rules as sentinel_rules
from tests.conftest import ROOT
from tests.targets.sample import MakeContent, compiled, rule
from tests.targets.sentinel.shipped import documents, queries

#: What tells of the attack by other rules only, and names nothing of ATT&CK.
CONTEXT = ("Fixed 3CX Desktop Client Build Running",)
REQUIRED = {"id", "name", "description", "severity", "requiredDataConnectors", "queryFrequency"}
REQUIRED |= {"queryPeriod", "triggerOperator", "triggerThreshold", "query", "kind", "version"}
TACTICS = {
    "InitialAccess": {"T1195"},
    "Persistence": {"T1543", "T1574"},
    "PrivilegeEscalation": {"T1055", "T1543", "T1574"},
    "DefenseEvasion": {"T1027", "T1036", "T1055", "T1070", "T1218", "T1562", "T1564", "T1574"},
    "Discovery": {"T1217"},
    "Execution": {"T1059", "T1204", "T1559"},
    "Exfiltration": {"T1041"},
    "CommandAndControl": {"T1071", "T1090", "T1102", "T1105", "T1573"},
}


def minutes(text: str) -> int:
    return int(text[:-1]) * {"m": 1, "h": 60, "d": 1440}[text[-1]]


def unframed(text: str) -> str:
    """The query in an analytics rule without what makes it raise a finding once."""
    ingested = r"SigmaIngested = coalesce\(ingestion_time\(\), now\(\)\)"
    bound = r"\| where SigmaIngested > ago\(\w+\) and SigmaIngested <= now\(\)"
    text, single = re.subn(rf"^\| extend {ingested}\n{bound}\n", "", text, flags=re.MULTILINE)
    text, several = re.subn(
        r"(?s)\| where SigmaIngested <= now\(\)\n\);\n"
        r"let EarlierHits = .*?\nlet Raised = .*?\n\| project (SigmaKey|SigmaValue);\n"
        r"(.*?)\| where \1 !in \(Raised\)\n",
        r");\n\2",
        text,
    )
    assert single + several == 1
    return text


def test_every_query_is_one_rule_or_one_hunting_query_byte_for_byte() -> None:
    rules, hunts = documents("analytic_rules"), documents("hunting_queries")
    assert not set(rules) & set(hunts)
    texts = {stem: unframed(found["query"]) for stem, found in rules.items()}
    texts |= {stem: found["query"] for stem, found in hunts.items()}
    assert texts == {Path(query.path).stem: query.text for query in queries()}


def test_the_frame_is_of_the_rules_own_interval() -> None:
    for one in documents("analytic_rules").values():
        intervals = re.findall(r"SigmaIngested (?:<=|>) ago\((\w+)\)", one["query"])
        assert intervals == [one["queryFrequency"]], one["name"]


def test_what_a_scheduled_rule_cannot_hold_is_a_hunting_query() -> None:
    by_stem = {Path(query.path).stem: query for query in queries()}
    analytic = [
        query for query in queries() if Path(query.path).stem in documents("analytic_rules")
    ]
    told = gathered(load(ROOT), analytic)
    for stem, found in documents("hunting_queries").items():
        query = by_stem[stem]
        assert "kind" not in found
        named = "tactics" in found, "relevantTechniques" in found
        assert named == (found["name"] not in CONTEXT,) * 2
        span = read_correlation(query.rule).seconds if query.rule.is_correlation else 0
        quiet = not query.rule.alerts or query.rule.name in told
        assert quiet or len(query.text) > 9_000 or span > 14 * 86400, stem
    for stem, found in documents("analytic_rules").items():
        assert len(found["query"]) <= 10_000 and by_stem[stem].rule.alerts
        assert by_stem[stem].rule.name not in told


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
        sure = "\n".join(line for line in one["query"].splitlines() if "isfuzzy" not in line)
        assert bool(connectors) == bool(re.search(r"\bDevice\w*Events\b", sure))
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
        assert back - every >= 120 or back == 14 * 1440, f"{one['name']}: two hours late is missed"
        source = by_id[one["id"]]
        if source.is_correlation:
            assert back >= read_correlation(source).seconds / 60 + every, one["name"]


def test_every_technique_stands_with_a_tactic_that_microsoft_gives_it() -> None:
    for folder in ("analytic_rules", "hunting_queries"):
        for one in documents(folder).values():
            named = one.get("tactics", [])
            assert bool(named) == (one["name"] not in CONTEXT), one["name"]
            assert set(named) <= set(TACTICS), one["name"]
            for technique in one.get("relevantTechniques", []):
                assert re.fullmatch(r"T\d{4}(\.\d{3})?", technique)
                parent = technique.partition(".")[0]
                assert any(parent in TACTICS[tactic] for tactic in named), technique


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
