"""The Splunk app: complete, consistent and disabled."""

from __future__ import annotations

import io
import json
import re
import tarfile
from pathlib import Path

from sigmapack.compiling.product import gathered
from sigmapack.content.load import load
from tests.conftest import ROOT
from tests.targets.splunk.shipped import archive, conf, files, queries


def value(section: str, key: str) -> str:
    return conf("savedsearches.conf")[section][key]


def test_every_search_is_there_disabled_and_the_text_of_its_file() -> None:
    saved = conf("savedsearches.conf")
    texts = {q.text.strip() for q in queries().values()}
    left_out = {
        q.text.strip() for q in queries().values() if q.rule.name.startswith("net_firewall_")
    }
    found = {value(section, "search").strip() for section in saved}
    assert found == texts - left_out
    assert {saved[section]["disabled"] for section in saved} == {"1"}


def test_every_search_looks_back_further_than_its_interval() -> None:
    saved = conf("savedsearches.conf")
    for section in saved:
        minute, hour = saved[section]["cron_schedule"].split()[:2]
        every = int(minute.partition("/")[2] or 60) if hour == "*" else 1440
        for name in ("dispatch.earliest_time", "dispatch.index_earliest"):
            if looked := saved[section].get(name):
                back = int(re.fullmatch(r"-(\d+)m@m", looked)[1])  # type: ignore[index]
                assert back > every, (section, name)


def test_rules_for_hunting_or_information_have_no_schedule() -> None:
    """A fixed build that runs made a triggered alert a day for each host."""
    saved = conf("savedsearches.conf")
    told = gathered(load(ROOT), queries().values())
    for query in queries().values():
        section = f"3CX pack - {query.rule.title}"
        if section in saved:
            wanted = "1" if query.rule.alerts and query.rule.name not in told else "0"
            assert saved[section]["enableSched"] == wanted, section


def test_actions_of_enterprise_security_are_json_with_techniques() -> None:
    section = "3CX pack - Affected 3CX Desktop Client Build Running"
    annotations = json.loads(value(section, "action.correlationsearch.annotations"))
    assert annotations == {"mitre_attack": ["T1195.002"]}
    risk, *_ = json.loads(value(section, "action.risk.param._risk"))
    assert risk == {"risk_object_field": "dest", "risk_object_type": "system", "risk_score": 70}
    steps = json.loads(value(section, "action.notable.param.next_steps"))
    assert "incidentes@csirt.gob.do" in steps["data"]


def test_every_macro_and_lookup_that_is_used_is_there() -> None:
    text = files()["default/savedsearches.conf"]
    text += files()["default/data/ui/views/threecx_overview.xml"]
    macros = set(re.findall(r"`(logsource_\w+)`", text))
    assert macros and macros <= set(conf("macros.conf"))
    tables = set(re.findall(r"inputlookup (\w+)", text))
    transforms = conf("transforms.conf")
    assert tables and tables <= set(transforms)
    for section in transforms:
        assert f"lookups/{transforms[section]['filename']}" in files()


def test_the_archive_has_the_modes_and_times_that_splunk_asks_for() -> None:
    with tarfile.open(fileobj=io.BytesIO(archive()), mode="r:gz") as tar:
        for member in tar.getmembers():
            assert member.mode == (0o755 if member.isdir() else 0o644), member.name
            assert (member.mtime, member.uid, member.gid) == (315532800, 0, 0)
            assert not Path(member.name).name.startswith(".")
    assert "access = read : [ * ], write : [ admin, sc_admin ]" in files()["metadata/default.meta"]
