"""Security Analytics looks at fields that the Beats write, by its own mapping.

Restated from opensearch-project/security-analytics at de5fef5: a name that the mapping of the log
type has (`src/main/resources/OSMapping/<log type>_logtype.json`) is looked up there, any other is
taken as it is (`OSQueryBackend.getMappedField`). The documents are those that the tests of the
monitors have, in the shape of the Beats.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.engines import corpus
from tests.shapes import opensearch
from tests.targets.opensearch.shipped import files, index

#: What it maps of the fields of these rules.
MAPPED = {
    "windows": {
        "Channel": "winlog.channel",
        "Data": "winlog.event_data.Data",
        "EventID": "winlog.event_id",
        "NewValue": "winlog.event_data.NewValue",
        "ObjectName": "winlog.computerObject.name",
        "OldValue": "winlog.event_data.OldValue",
        "ProcessName": "winlog.event_data.ProcessName",
        "Provider_Name": "winlog.provider_name",
        "ScriptBlockText": "winlog.event_data.ScriptBlockText",
    },
    "dns": {"query": "dns.question.name"},
    "network": {
        "answers": "zeek.dns.answers",
        "dst_ip": "destination.ip",
        "query": "zeek.dns.query",
        "uri": "url.path",
        "user_agent": "user_agent.name",
    },
}
#: Rules on Windows' own channels; Sysmon's stay with the names that its mapping gives them.
CHANNELS = (
    *("posh_ps_", "win_application_", "win_applocker_", "win_defender_"),
    *("win_security_", "win_system_"),
)
#: A field that no Beat writes, as the README says: the hashes of a file are apart.
APART = {
    "file_event_lnx_threecx_malicious_hash": {"Hashes"},
    "file_event_macos_threecx_affected_build": {"Hashes"},
}
#: The shapes have the code of an event once, as ECS calls it.
SAME = {"winlog.event_id": "event.code"}


def looked_at(entry: dict[str, Any]) -> set[str]:
    """The fields of the index that a rule is compiled to."""
    mapped = MAPPED.get(entry["category"], {})
    found = {mapped.get(field, field) for field in entry["fields"]}
    return {SAME.get(field, field) for field in found}


def written(rule: str) -> set[str]:
    """The fields of the documents of the events that a rule is to match."""
    numbers = corpus.verdicts()[rule]
    events = [case.event for case in corpus.cases() if case.number in numbers]
    return {field for event in events for made in opensearch.documents(event) for field in made}


JUDGED = [
    entry
    for entry in index()["rules"]
    if entry["category"] != "windows" or entry["rule"].startswith(CHANNELS)
]


@pytest.mark.parametrize("entry", JUDGED, ids=lambda entry: str(entry["rule"]))
def test_a_rule_looks_at_fields_that_the_beats_write(entry: dict[str, Any]) -> None:
    """OpenSearch: `NewValue`, `Data` and `user_agent` were mapped to what no Beat writes."""
    missing = looked_at(entry) - written(entry["rule"])
    several = {name for name in missing if name.startswith("winlog.event_data.param")}
    assert missing - several == APART.get(entry["rule"], set())
    assert len(several) < 5


def test_no_rule_wants_an_alias_of_the_name_of_an_object() -> None:
    """OpenSearch: six rules named `host`, which is an object in the indices of the Beats."""
    objects = {"host", "event", "user_agent", "url", "dns", "source", "destination", "file"}
    for entry in index()["rules"]:
        assert not objects & set(entry["fields"]), entry["rule"]


def test_the_readme_says_every_name_that_stands_in_a_rule() -> None:
    """OpenSearch: the README did not say which mappings to make."""
    text = files()["README.md"].decode()
    for entry in index()["rules"]:
        for field in entry["fields"]:
            assert "." not in field or f"`{field}`" in text, field
