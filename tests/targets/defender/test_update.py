"""What Microsoft Graph takes of a custom detection, and that importing again makes no second one.

There is no tenant here. What Graph refuses was found by probes of /beta in 2026-09 (a public
project's "What the custom detection API actually enforces": every rule was posted, and the answer
read); read again on 2026-11-28, when Microsoft's models (msgraph-beta-sdk 1.66.0) and pages of the
resource types had the shape that `test_schema` closes.
"""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

from sigmapack.targets.defender import TARGET
from tests.targets.defender.shipped import files, queries
from tests.targets.sample import MakeContent, compiled, rule

SCRIPT = "Update-CustomDetections.ps1"
#: Combinations of columns of which one must be there: what the refusal names.
SUFFICIENT = {
    "accounts": [{"sidColumn"}, {"upnColumn"}, {"nameColumn", "ntDomainColumn"}],
    "hosts": [{"deviceIdColumn"}, {"nameColumn"}],
    "files": [{"sha1Column"}, {"sha256Column"}],
    "registryValues": [{"keyColumn", "valueNameColumn"}],
}


@cache
def detections() -> list[dict[str, Any]]:
    return [json.loads(d) for p, d in files().items() if p.startswith("custom_detections/")]


def test_an_identifier_is_one_that_graph_takes() -> None:
    """Defender (a): "Rule ID must consist of letters, numbers, dashes, or underscores only, begin
    with a letter, and not exceed 100 characters": 44 of 67 began with a digit."""
    for one in detections():
        assert re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]{0,99}", one["id"]), one["id"]
    by_rule = {f"threecx-{query.rule.id}" for query in queries()}
    assert {one["id"] for one in detections()} <= by_rule


def test_there_is_one_tactic_and_it_is_the_rules_first() -> None:
    """Defender (a): "Multiple MITRE tactics are not supported. Specify a single tactic."."""
    for one in detections():
        (tactic,) = one["detectionAction"]["alertTemplate"]["tactics"]
        assert tactic["techniques"], one["displayName"]
    titles = {one["displayName"]: one for one in detections()}
    found = titles["Affected 3CX Build And Campaign Traffic On One Host"]["detectionAction"]
    assert [each["tactic"] for each in found["alertTemplate"]["tactics"]] == ["InitialAccess"]


def test_entities_have_a_combination_that_suffices() -> None:
    """Defender (a): an entity that is known by too little is refused, and so is an alert without an
    asset or an address."""
    for one in detections():
        found = one["detectionAction"]["alertTemplate"]["entityMappings"]
        assert {"hosts", "accounts", "mailboxes", "ips"} & set(found), one["displayName"]
        for kind, mappings in found.items():
            for mapping in mappings:
                enough = SUFFICIENT.get(kind, [set(mapping)])
                assert any(columns <= set(mapping) for columns in enough), (kind, mapping)


def test_one_query_is_one_detection(make_content: MakeContent) -> None:
    """Defender (b): two rules that become the same query raised everything twice."""
    texts = [re.sub(r"\A(//.*\n)+", "", one["queryCondition"]["queryText"]) for one in detections()]
    assert len(set(texts)) == len(texts)
    twins = {
        name: rule(name, "s: {Image: x.exe}\ncondition: s", n=number)
        for number, name in enumerate(("one", "two"), 1)
    }
    worse = twins["two"].replace("level: high", "level: critical")
    content = make_content(one=twins["one"], two=worse)
    made = TARGET.package(content, tuple(compiled(TARGET, content).values()))
    kept_paths = [file.path for file in made if file.path.startswith("custom_detections/")]
    assert kept_paths == ["custom_detections/two.json"]


def test_a_correlations_alert_carries_what_it_rests_on() -> None:
    """Defender: the entities and indicators of a correlation."""
    titles = {one["displayName"]: one for one in detections()}
    beacon = titles["Repeated Contact With 3CX Campaign Domains From One Host"]
    alert = beacon["detectionAction"]["alertTemplate"]
    assert alert["entityMappings"]["dns"] == [{"domainNameColumn": "SigmaIndicator"}]
    assert alert["entityMappings"]["accounts"] == [{"sidColumn": "SigmaAccount"}]
    assert {"Indicators", "Rules"} <= set(alert["customDetails"].values())


def test_a_script_updates_what_is_there() -> None:
    """Defender (c): to post again made a second rule of each."""
    text = files()[SCRIPT].decode("ascii")
    assert text.count("\r") == 0
    for part in (".SYNOPSIS", ".DESCRIPTION", ".EXAMPLE", "SupportsShouldProcess"):
        assert part in text, part
    described = set(re.findall(r"\.PARAMETER (\w+)", text))
    declared = set(re.findall(r"^    \[[^\n]+\] \$(\w+)", text, re.MULTILINE))
    assert described == declared and declared
    # What is there is known by the identifier, else by its name; it is patched and keeps its state.
    assert "'PATCH'" in text and "'POST'" in text
    assert "Properties.Remove('status')" in text
