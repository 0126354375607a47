"""Rules for Security Analytics: as the vendor's parser wants them, or left out with a reason.

The plugin is in no package registry, so no importer ran. What it takes is restated here from
opensearch-project/security-analytics (rules/objects) of July 2026.
"""

from __future__ import annotations

import json
import re
import uuid
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml
from sigma.rule import SigmaRule

from sigmapack.compiling.compile import compile_target
from sigmapack.replay import replay
from sigmapack.targets.opensearch import TARGET, rules
from sigmapack.targets.opensearch.fields import NAMES
from tests.engines import corpus
from tests.targets.opensearch.shipped import files, index, queries
from tests.targets.sample import LOOKUPS, PROCESS, MakeContent, rule


def test_every_rule_is_a_file_for_security_analytics_or_left_out_with_a_reason() -> None:
    named = [entry["rule"] for part in ("rules", "left_out") for entry in index()[part]]
    assert sorted(named) == sorted(queries())
    assert all(entry["reason"] for entry in index()["left_out"])
    listed = {f"security_analytics/{entry['file']}" for entry in index()["rules"]}
    made = {path for path in files() if path.startswith("security_analytics/")}
    assert listed == made - {"security_analytics/index.json"}
    assert {e["category"] for e in index()["rules"]} <= set(rules.LOG_TYPES.values())


def test_a_rule_has_what_security_analytics_needs() -> None:
    modifiers = set()
    for entry in index()["rules"]:
        text = files()[f"security_analytics/{entry['file']}"].decode()
        document = yaml.safe_load(text)
        assert str(uuid.UUID(document["id"])) == document["id"] == entry["id"]
        assert len(document["title"]) <= 256 and len(document["author"]) <= 256
        assert 0 < len(document["description"]) <= 65_535 and "\n" not in document["description"]
        assert document["status"] and document["level"] and document["logsource"]
        assert isinstance(document["date"], str) and datetime.fromisoformat(document["date"])
        assert all("." in tag for tag in document["tags"])
        assert "%" not in text and "expand" not in text and "&id" not in text
        for name, part in document["detection"].items():
            if name != "condition":
                found = part if isinstance(part, list) else [part]
                modifiers |= {m for each in found for key in each for m in key.split("|")[1:]}
        SigmaRule.from_yaml(text)
    assert modifiers <= rules.MODIFIERS


def by_sigma(text: str, category: str) -> str:
    """A rule with Sigma's own names in place of the Beats'."""
    known = NAMES.get(category, {})
    # A field of one name before one of several: event data without a name may be called param4.
    for field, names in sorted(known.items(), key=lambda item: len(item[1])):
        for name in names:
            text = re.sub(rf"(?<=[ '\"]){re.escape(name)}(?=[|'\":])", field, text)
    return text


def by_beats(folder: Path) -> dict[tuple[str, int], corpus.Case]:
    """Every event in a folder, a URL's host and path taken out; where it is -> the case.

    libbeat and the ingest processor `uri_parts` read a host where a scheme says that there is one.
    """
    place = {}
    for path in {case.event.file: Path(case.event.file) for case in corpus.cases()}.values():
        lines = path.read_text("utf-8").splitlines()
        (folder / path.name).write_text("\n".join(map(_with_host, lines)) + "\n", "utf-8")
    for case in corpus.cases():
        place[str(folder / Path(case.event.file).name), case.event.record] = case
    return place


def _with_host(line: str) -> str:
    event = json.loads(line) if line.strip() else {}
    if event.get("cs-host") != "-" or "://" not in event["c-uri"]:
        return line
    url = urlsplit(event["c-uri"])
    return json.dumps({**event, "cs-host": url.hostname, "c-uri-stem": url.path})


def without_host(case: corpus.Case) -> bool:
    """Whether a proxy names the host only in a URL that has no scheme: no Beat takes it out."""
    fields = case.event.fields
    return fields.get("cs-host") == "-" and not re.search("^[^/]+://", str(fields["c-uri"]))


def test_a_rule_for_security_analytics_says_what_the_rule_says(
    make_content: MakeContent, tmp_path: Path
) -> None:
    """Replayed as any Sigma, the files match the events that the rules match."""
    texts = {
        entry["rule"]: by_sigma(
            files()[f"security_analytics/{entry['file']}"].decode(), entry["category"]
        )
        for entry in index()["rules"]
    }
    place = by_beats(tmp_path)
    report = replay(make_content(**texts), sorted(tmp_path.glob("*.jsonl")))
    found: dict[str, set[int]] = {name: set() for name in texts}
    for match in report.matches:
        found[match.rule.name].add(place[match.file, match.record].number)
    for name, numbers in found.items():
        for case in (corpus.cases()[number] for number in corpus.verdicts()[name] - numbers):
            # Windows events of tools that write no event log have no channel.
            windows = case.event.logsource[0].product == "windows"
            tool = windows and "Channel" not in case.event.fields
            assert tool or without_host(case), name
        for case in (corpus.cases()[number] for number in numbers - corpus.verdicts()[name]):
            assert name == "proxy_threecx_stale_user_agent" and without_host(case), case.note
    silent = {name for name, numbers in found.items() if not numbers}
    assert silent == set()


def test_the_windows_log_source_is_written_into_the_rule() -> None:
    text = files()["security_analytics/dns_query_win_threecx_c2_domain.yml"]
    detection = yaml.safe_load(text)["detection"]
    assert detection["log_source"] == [
        {"Channel": "Microsoft-Windows-Sysmon/Operational", "EventID": [22]}
    ]
    assert detection["condition"].startswith("log_source and (")


@pytest.mark.parametrize(
    ("detection", "reason"),
    [
        ("s: {Image|re: 'a.*b'}\ncondition: s", "its expressions are Lucene's"),
        ("s: {Image|exists: true}\ncondition: s", "no modifier exists"),
        ("s: [text]\ncondition: s", "values without a field"),
        ("s: {Image: a}\nt: {Image: b}\ncondition: all of them", "a condition on `them`"),
        (
            "s: {Image: a}\nt: {Image: b}\ncondition: not (s and not t)",
            "a negation within a negation",
        ),
        ("s: {Size: 1.5}\ncondition: s", "the number 1.5 would be dropped"),
    ],
)
def test_what_security_analytics_misreads_is_left_out(
    make_content: MakeContent, detection: str, reason: str
) -> None:
    text = rule("one", detection, PROCESS)
    text += "description: D\nauthor: A\nstatus: test\n"
    content = make_content(one=text)
    (plain,) = content.rules
    document = rules.converted(content, plain)
    assert reason in rules.refusal(plain, document)


def test_a_rule_without_an_author_is_left_out(make_content: MakeContent) -> None:
    text = rule("one", "s: {QueryName: a}\ncondition: s", LOOKUPS) + "description: D\n"
    content = make_content(one=text)
    made = {a.path: a.data for a in TARGET.package(content, tuple(compile_target(content, TARGET)))}
    (left,) = json.loads(made["security_analytics/index.json"])["left_out"]
    assert left["reason"] == "author and status must be given"
