"""Every .conf of the app by a closed schema: a key that is not here fails, as does a value.

* savedsearches.conf, macros.conf, transforms.conf, app.conf: the .spec files of Splunk 10.4 (Admin
  manual, "Configuration file reference"; livehybrid/splunk-spec-files has them as text);
* Enterprise Security's actions: splunk/contentctl, output/templates/savedsearches_detections.j2,
  objects/rba.py (kinds and scores), objects/drilldown.py (at least five characters of a name),
  objects/alert_suppression.py (no blanks in fields); the domains and severities of
  https://help.splunk.com/en/splunk-enterprise-security-7 ("Create notable events"); its fields of
  assets: https://docs.ansible.com/ansible/latest/collections/splunk/es/ and the module's source;
* names of searches: Splunk Web takes 100 characters, contentctl 99.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import jsonschema
import pytest

from tests.targets.splunk.shipped import conf, searches

Stanza = Mapping[str, str]
BOOLEAN = "0|1"
TEXT = r"(?s)\S.*\S"
LONGEST_NAME = 99
SHORTEST_DRILLDOWN = 5
FIELD = r"[A-Za-z_]\w*"
FIELDS = f"{FIELD}(,{FIELD})*"
#: Relative time modifiers (Search Reference, "Time modifiers").
TIME = r"now|[+-]\d+[smhdw](@[smhdw])?"
PERIOD = r"\d+[smhd]?"
#: Minute, hour, day, month, weekday.
CRON = r"(\d{1,2}(-\d{1,2}/\d{1,2})?|\*) (\d{1,2}|\*) \* \* \*"
DOMAINS = "access|endpoint|network|threat|identity|audit"
URGENCIES = "informational|low|medium|high|critical"
THREATS = [
    *("certificate_common_name", "certificate_organization", "certificate_serial"),
    *("certificate_unit", "command", "domain", "email_address", "email_subject", "file_hash"),
    *("file_name", "file_path", "http_user_agent", "ip_address", "process", "process_name"),
    *("parent_process", "parent_process_name", "process_hash", "registry_path"),
    *("registry_value_name", "registry_value_text", "service", "signature", "system"),
    *("tls_hash", "url"),
]


def closed(required: Mapping[str, Any], optional: Mapping[str, Any] | None = None) -> Any:
    """The JSON schema of an object with these properties and no other."""
    return {
        "type": "object",
        "properties": {**required, **(optional or {})},
        "required": list(required),
        "additionalProperties": False,
    }


NAME = {"type": "string", "pattern": f"^{FIELD}$"}
STRING = {"type": "string", "minLength": 1}
JSON = {
    "action.correlationsearch.annotations": closed(
        {"mitre_attack": {"type": "array", "items": {"pattern": r"^T\d{4}(\.\d{3})?$"}}}
    ),
    "action.risk.param._risk": {
        "type": "array",
        "minItems": 1,
        "items": {
            "oneOf": [
                closed(
                    {
                        "risk_object_field": NAME,
                        "risk_object_type": {"enum": ["system", "user", "other"]},
                        "risk_score": {"type": "integer", "minimum": 1, "maximum": 100},
                    }
                ),
                closed({"threat_object_field": NAME, "threat_object_type": {"enum": THREATS}}),
            ]
        },
    },
    "action.notable.param.drilldown_searches": {
        "type": "array",
        "minItems": 1,
        "items": closed(
            {"name": {"type": "string", "minLength": SHORTEST_DRILLDOWN}, "search": STRING},
            {"earliest_offset": STRING, "latest_offset": STRING},
        ),
    },
    "action.notable.param.extract_assets": {"items": {"enum": ["src", "dest", "dvc", "orig_host"]}},
    "action.notable.param.next_steps": closed({"version": {"const": 1}, "data": STRING}),
}
RISK = {
    "action.risk": "1",
    "action.risk.param._risk": TEXT,
    "action.risk.param._risk_message": TEXT,
    "action.risk.param._risk_score": "0",
}
NOTABLE = {
    "action.notable": "1",
    "action.notable.param.rule_title": TEXT,
    "action.notable.param.rule_description": TEXT,
    "action.notable.param.security_domain": DOMAINS,
    "action.notable.param.severity": URGENCIES,
    "action.notable.param.drilldown_searches": TEXT,
    "action.notable.param.extract_assets": TEXT,
    "action.notable.param.next_steps": TEXT,
}
ALWAYS = {
    "search": TEXT,
    "description": TEXT,
    "disabled": "1",
    "enableSched": BOOLEAN,
    "cron_schedule": CRON,
    "realtime_schedule": BOOLEAN,
    "schedule_window": r"auto|\d+",
    "allow_skew": r"\d+%|\d+(m|h|d)|0",
    "dispatch.earliest_time": TIME,
    "dispatch.latest_time": TIME,
    "counttype": "number of events|number of hosts|number of sources|custom|always",
    "relation": "greater than|less than|equal to|not equal to|drops by|rises by",
    "quantity": r"\d+",
    "alert.track": "0|1|auto",
    "alert.severity": "[1-6]",
    "alert.digest_mode": BOOLEAN,
    "alert.suppress": BOOLEAN,
    "alert.suppress.period": PERIOD,
    "request.ui_dispatch_app": r"\w+",
    "action.correlationsearch.enabled": BOOLEAN,
    "action.correlationsearch.label": TEXT,
    "action.correlationsearch.annotations": TEXT,
}
SOMETIMES = {"alert.suppress.fields": FIELDS, "dispatch.index_earliest": TIME}
#: Ranges of cron's fields.
RANGES = ((0, 59), (0, 23))
OTHERS: Mapping[str, Mapping[str, str]] = {
    "macros.conf": {"definition": TEXT, "iseval": "0"},
    "transforms.conf": {
        "filename": r"\w+\.csv",
        "match_type": rf"WILDCARD\({FIELD}\)",
        "case_sensitive_match": "true|false",
        "min_matches": r"\d+",
        "max_matches": r"[1-9]\d{0,2}|1000",
    },
    "app.conf": {
        **{"is_configured": BOOLEAN, "is_visible": BOOLEAN, "label": TEXT, "author": TEXT},
        **{"description": TEXT, "version": r"\d+\.\d+\.\d+", "id": r"\w+", "name": r"\w+"},
        "check_for_updates": BOOLEAN,
    },
}


def faults(title: str, stanza: Stanza) -> Iterator[str]:
    """What is wrong with a saved search."""
    if len(title) > LONGEST_NAME:
        yield f"name of {len(title)} characters"
    known = dict(ALWAYS)
    for action, own in (("action.risk", RISK), ("action.notable", NOTABLE)):
        known |= own if action in stanza else {}
    yield from (f"no {key}" for key in known if key not in stanza)
    for key, value in stanza.items():
        pattern = {**known, **SOMETIMES}.get(key)
        if pattern is None:
            yield f"unknown: {key}"
        elif not re.fullmatch(pattern, value):
            yield f"{key} = {value[:60]}"
        elif key in JSON:
            try:
                jsonschema.Draft202012Validator(JSON[key]).validate(json.loads(value))
            except (json.JSONDecodeError, jsonschema.ValidationError) as error:
                yield f"{key}: {str(error)[:120]}"
    if "alert.suppress.fields" not in stanza and stanza.get("alert.digest_mode") == "0":
        yield "alert.suppress.fields must be given where the digest mode is off"
    yield from _times(stanza)


def _times(stanza: Stanza) -> Iterator[str]:
    """A schedule within cron's ranges, whose window is shorter than its period."""
    fields = stanza.get("cron_schedule", "").split()
    for field, (least, most) in zip(fields, RANGES, strict=False):
        for number in re.findall(r"\d+", field):
            if not least <= int(number) <= most:
                yield f"cron_schedule = {' '.join(fields)}"
    window = stanza.get("schedule_window", "")
    if window.isdecimal() and fields:
        period = int(fields[0].partition("/")[2] or (60 if fields[1] == "*" else 1440))
        if int(window) >= period:
            yield f"schedule_window = {window} at a period of {period}"


def test_every_saved_search_is_by_the_schema() -> None:
    wrong = {
        title: found
        for title, stanza in conf("savedsearches.conf").items()
        if (found := list(faults(title, stanza)))
    }
    assert wrong == {}


CHANGES: dict[str, Callable[[dict[str, str]], Any]] = {
    "unknown: alert.supress": lambda one: one.update({"alert.supress": "1"}),
    "unknown: action.risk.param": lambda one: one.update({"action.risk.param": "x"}),
    "no search": lambda one: one.pop("search"),
    "alert.severity = 7": lambda one: one.update({"alert.severity": "7"}),
    "cron_schedule = 61 * * * *": lambda one: one.update({"cron_schedule": "61 * * * *"}),
    "schedule_window = 5 at": lambda one: one.update(
        {"schedule_window": "5", "cron_schedule": "1-59/5 * * * *"}
    ),
    "alert.suppress.fields must": lambda one: one.pop("alert.suppress.fields"),
    "action.risk.param._risk: ": lambda one: one.update({"action.risk.param._risk": "[{}]"}),
    "no action.notable.param.severity": lambda one: one.pop("action.notable.param.severity"),
}


@pytest.mark.parametrize("said", CHANGES)
def test_a_wrong_setting_is_found_out(said: str) -> None:
    stanza = dict(searches()["proc_creation_win_threecx_affected_build"])
    assert list(faults("x", stanza)) == []
    CHANGES[said](stanza)
    assert [fault for fault in faults("x", stanza) if fault.startswith(said)]


def test_the_other_files_are_by_theirs() -> None:
    for name, known in OTHERS.items():
        for title, stanza in conf(name).items():
            assert set(stanza) <= set(known), (name, title)
            for key, value in stanza.items():
                assert re.fullmatch(known[key], value), (name, title, key)
