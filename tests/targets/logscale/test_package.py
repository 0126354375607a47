"""The LogScale package: complete, consistent, disabled, and of the form of CrowdStrike's own.

No importer ran: LogScale is not in a package registry. Keys and limits: `test_schema`.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from pathlib import Path

import pytest

from sigmapack import __version__
from sigmapack.compiling.compile import compile_target
from sigmapack.compiling.product import Refusals, gathered
from sigmapack.content.correlation import read_correlation
from sigmapack.content.load import load
from sigmapack.content.response import playbook
from sigmapack.targets.logscale import TARGET, package
from tests.conftest import ROOT
from tests.targets.logscale.shipped import ARCHIVE, alone, assets, files, made, queries
from tests.targets.sample import DOMAINS, LOOKUPS, MakeContent, rule


def test_two_builds_give_the_same_archive() -> None:
    again = TARGET.package(load(ROOT), tuple(queries().values()))
    assert {artifact.path: artifact.data for artifact in again} == made()
    with zipfile.ZipFile(io.BytesIO(made()[ARCHIVE])) as archive:
        infos = archive.infolist()
    assert [info.filename for info in infos] == sorted(files())
    assert {info.date_time for info in infos} == {(1980, 1, 1, 0, 0, 0)}
    assert {(info.external_attr >> 16, info.compress_type) for info in infos} == {(0o100644, 0)}


def test_the_manifest_names_an_application_of_this_version() -> None:
    manifest = assets()["manifest.yaml"]
    assert re.fullmatch(r"[a-z0-9-]+/[a-z0-9-]+", manifest["name"])
    assert manifest["version"] == __version__ and re.fullmatch(r"\d+\.\d+\.\d+", __version__)
    assert re.fullmatch(r"\d+\.\d+\.\d+", manifest["minHumioVersion"])
    assert manifest["type"] == "application"
    assert list(manifest["author"]) == ["name"]


def told() -> frozenset[str]:
    """The rules of which a finding tells."""
    return gathered(load(ROOT), queries().values())


def test_every_rule_is_one_asset_with_the_text_of_its_query() -> None:
    named = [one["name"] for path, one in assets().items() if path != "manifest.yaml"]
    assert sorted(named) == sorted(queries())
    for path, document in assets().items():
        if path == "manifest.yaml":
            continue
        query = queries()[document["name"]]
        got = "first" if query.rule.is_finding else "last"
        text, _, news = document["queryString"].partition(f"| test({got}_ingested > ")
        assert text == query.text and bool(news) is query.rule.is_correlation
        kind = "scheduled-searches" if query.rule.is_correlation else "filter-alerts"
        quiet = not query.rule.alerts or query.rule.name in told()
        if quiet and not query.rule.is_correlation:
            kind = "queries"
        assert path == f"{kind}/{Path(query.path).stem}.yaml"


def test_alerts_are_switched_off_and_tell_what_to_do() -> None:
    content = load(ROOT)
    found = [one for path, one in assets().items() if path.startswith(("filter-", "scheduled-"))]
    assert len(found) > 30
    for document in found:
        query = queries()[document["name"]]
        book = playbook(content, query.rule)
        assert document["enabled"] is False and document["actionNameReferences"] == []
        assert book is not None and document["description"].endswith(f"\nTell: {book.tell}")
        assert document["labels"][:2] == ["3cx", query.rule.level]
        assert ("hunting" in document["labels"]) is query.rule.is_hunting
        assert len(document["labels"]) == len(set(document["labels"])) <= 10


def test_the_readme_tells_what_to_do_on_a_hit_of_a_saved_query() -> None:
    text = files()["README.md"].decode()
    content = load(ROOT)
    found = [one for path, one in assets().items() if path.startswith("queries/")]
    assert found
    for document in found:
        book = playbook(content, queries()[document["name"]].rule)
        _, _, part = text.partition(f"### {document['name']}\n")
        assert book is not None and f"\nTell: {book.tell}\n" in part.partition("### ")[0]


def test_a_filter_alert_has_no_function_that_it_may_not_use() -> None:
    """https://library.humio.com/data-analysis/automated-alerts-single.html."""
    wrong = r"\b(groupBy|stats|count|collect|join|selfJoin|copyEvent|bucket|tail|head|table|sort)\("
    for path, document in alone().items():
        assert not re.search(wrong, document["queryString"]), path
        assert not re.search(r"@(id|ingesttimestamp)\s*:=", document["queryString"]), path


def test_a_scheduled_search_looks_at_the_span_of_its_correlation() -> None:
    for path, document in assets().items():
        if path.startswith("scheduled-searches/"):
            correlation = read_correlation(queries()[document["name"]].rule)
            finding = queries()[document["name"]].rule.is_finding
            assert document["queryStart"] == ("1d" if finding else correlation.span)
            assert f"// search interval: {correlation.span}\n" in document["queryString"]
            minute, hour, *rest = document["schedule"].split()
            assert rest == ["*", "*", "*"]
            every = int(minute.partition("/")[2] or 60) if hour == "*" else 1440
            looked = 86_400 if finding else correlation.seconds
            assert every * 60 * 4 <= max(looked, 4 * 120) or every == 1440
            assert 60 % every == 0 or every == 1440, f"{path}: runs are not evenly apart"


def test_a_scheduled_search_passes_only_what_is_new_since_its_last_run() -> None:
    """Nothing throttles one: a finding of a day was raised by each of its 24 runs.

    A finding passes a host or client by its first event of a day, so that it is silent for that.
    """
    for path, document in assets().items():
        if path.startswith("scheduled-searches/"):
            minute, hour, *_ = document["schedule"].split()
            every = int(minute.partition("/")[2] or 60) if hour == "*" else 1440
            finding = queries()[document["name"]].rule.is_finding
            which, got = ("min", "first_ingested") if finding else ("max", "last_ingested")
            news = f"| test({got} > end() - {every * 60_000})\n"
            assert document["queryString"].endswith(news), path
            assert f"{which}(@ingesttimestamp, as={got})" in document["queryString"], path
            assert document["backfillLimit"] == 1, "a run that is left out would lose a finding"


def test_what_only_informs_is_no_alert() -> None:
    """A fixed build was one, at every start of the client."""
    assert "queries/proc_creation_win_threecx_fixed_build.yaml" in assets()
    for path, document in alone().items():
        assert "informational" not in document["labels"], path


def test_a_filter_alert_triggers_as_often_as_one_may() -> None:
    """Fifteen events a minute are five hosts' lookups; what was beyond them named nobody."""
    assert {document["triggerLimit"] for document in alone().values()} == {100}


def test_no_rule_of_the_pack_triggers_by_every_event() -> None:
    """A lookup was three events, and each an alert: nothing in a package throttles them."""
    assert alone() and not [path for path in files() if path.startswith("filter-alerts/")]


def test_the_lookup_files_are_those_beside_the_archive() -> None:
    lookups = {path: data for path, data in made().items() if path.startswith("lookups/")}
    assert lookups
    for path, data in lookups.items():
        assert files()[f"data/{Path(path).name}"] == data
        rows = list(csv.DictReader(io.StringIO(data.decode())))
        assert rows and all(row["pattern"] for row in rows)
    assert sum(path.startswith("data/") for path in files()) == len(lookups)
    example = "threecx/detection-pack/ioc_domains.csv"
    assert example in files()["README.md"].decode() and "data/ioc_domains.csv" in files()


def test_two_assets_of_one_name_are_refused(make_content: MakeContent) -> None:
    one = rule("one", DOMAINS, LOOKUPS, 1)
    two = rule("two", DOMAINS, LOOKUPS, 2).replace("title: two", "title: one")
    content = make_content(one=one, two=two)
    compiled = tuple(compile_target(content, TARGET))
    with pytest.raises(ValueError, match=r"two\.yml: the title 'one' is also that of .*one\.yml"):
        TARGET.package(content, compiled)


def test_a_lookup_file_that_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package, "LARGEST", 100)
    with pytest.raises(ValueError, match=r"lookups/.*\.csv: .* takes 100: split the table"):
        TARGET.package(load(ROOT), ())


def test_a_query_that_is_too_long_is_refused_for_its_rule(
    make_content: MakeContent, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = make_content(one=rule("one", DOMAINS, LOOKUPS, 1))
    compiled = tuple(compile_target(content, TARGET))
    monkeypatch.setattr(package, "LONGEST", len(compiled[0].text) - 1)
    with pytest.raises(Refusals, match=r"one\.yml: its query has .* characters, and LogScale"):
        TARGET.package(content, compiled)
    monkeypatch.setattr(package, "LONGEST", len(compiled[0].text))
    assert TARGET.package(content, compiled)
