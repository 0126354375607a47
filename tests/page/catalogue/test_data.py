"""What the page shows is the manifest's, and what decides a near-miss is what differs."""

from __future__ import annotations

import base64
import gzip
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from sigmapack.content.moments import Moment
from sigmapack.exports.rows import read
from sigmapack.making.clients import Base
from sigmapack.page.catalogue import defanged
from sigmapack.page.catalogue.drawing import WIDTH, drawing
from sigmapack.page.catalogue.queries import Packed
from sigmapack.page.catalogue.samples import samples
from sigmapack.page.catalogue.telemetry import KINDS, kind, kinds
from sigmapack.page.marked import code, steps
from tests.engines.corpus import pack

CONTENT = pack()


def test_every_rule_looks_at_some_kind_of_logs_and_every_kind_has_one() -> None:
    found = {name for rule in CONTENT.rules for name in kinds(CONTENT, rule)}
    assert found == set(KINDS)
    assert all(kinds(CONTENT, rule) for rule in CONTENT.rules)
    assert {kind(rule.logsource) for rule in CONTENT.detections} == set(KINDS)


def test_what_decides_a_near_miss_is_marked() -> None:
    rule = CONTENT.by_name["dns_query_win_threecx_c2_domain_by_client"]
    matches, misses = samples(CONTENT, rule, ["QueryName", "Image"])
    assert len(matches) == 2 and len(misses) == 3
    assert not any(decides for each in matches for _, _, decides in each.fields)
    marked = {name.rpartition(".")[2] for each in misses for name, _, on in each.fields if on}
    assert marked and marked <= {"QueryName", "Image"}


def test_of_every_rule_with_near_misses_some_field_is_marked() -> None:
    without = []
    for rule in CONTENT.detections:
        from sigmapack.compiling.names import names

        _, misses = samples(CONTENT, rule, names(rule))
        if misses and not any(on for each in misses for _, _, on in each.fields):
            without.append(rule.name)
    assert without == []


def test_strangers_rules_have_no_samples() -> None:
    rule = replace(CONTENT.rules[0], path="/elsewhere/x.yml")
    assert samples(CONTENT, rule, []) == ((), ())


def test_queries_are_packed_once_and_without_a_time() -> None:
    packed = Packed()
    assert [packed.add(text) for text in ("a", "b", "a")] == [0, 1, 0]
    data = base64.b64decode(packed.data())
    assert json.loads(gzip.decompress(data)) == ["a", "b"]
    assert data[4:8] == b"\0\0\0\0"


def test_the_timeline_is_to_scale_and_nothing_lies_on_another() -> None:
    made = drawing(CONTENT.moments)
    assert made is not None
    places = {dot.moment.id: dot.x for dot in made.dots}
    year = places["builds"] - places["domains"]
    assert year == pytest.approx((places["macos"] - places["builds"]) * 384 / 108, rel=0.01)
    assert all(0 < dot.x < WIDTH for dot in made.dots)
    near = [
        (one.number, other.number)
        for one in made.dots
        for other in made.dots
        if one.number < other.number and one.row == other.row and abs(one.x - other.x) < 20
    ]
    assert near == []
    assert drawing(()) is None
    assert drawing([Moment("a", "2023-04", "attack", "x", "y")]) is not None


def test_indicators_are_no_links() -> None:
    found = {each.kind: defanged(each) for each in read(CONTENT).indicators}
    assert re.fullmatch(r"[a-z0-9-]+(\[\.\][a-z0-9-]+)+", found["domain"])
    assert found["url"].startswith("hxxps://") and "." not in found["url"].replace("[.]", "")


def test_steps_keep_their_code_and_nothing_of_it_is_markup() -> None:
    made = steps("1. Do `a<b>`\n   and <i>more</i>.\n2. See.\n")
    assert made == ["Do <code>a&lt;b&gt;</code> and &lt;i&gt;more&lt;/i&gt;.", "See."]
    assert code("plain") == "plain"


def test_a_clients_page_is_its_own(shared: Base, tmp_path: Path) -> None:
    from sigmapack.making import clients
    from tests.overlay.folder import client

    settings = (
        'id = "acme"\nname = "Acme & Sons"\ncontact = "soc@acme.example"\n'
        'products = ["splunk"]\n[rules]\noff = ["dns_query_win_threecx_c2_domain"]\n'
    )
    made = clients.make(shared, client(tmp_path / "acme", settings))
    (page,) = [file.data.decode() for file in made.files if file.path == "index.html"]
    assert "Acme &amp; Sons" in page and "soc@acme.example" in page
    assert "incidentes@csirt.gob.do" not in page
    assert 'id="rule-dns_query_win_threecx_c2_domain"' not in page
    assert "Elastic Security, " not in page and "Splunk, spl" in page


@pytest.fixture(scope="module")
def shared() -> Base:
    from sigmapack import making
    from sigmapack.making import clients
    from tests.conftest import ROOT

    return clients.base(making.checked(ROOT, None), (), quiet=True)


def test_the_manifest_names_the_page(builds: tuple[Path, Path]) -> None:
    manifest = json.loads((builds[0] / "manifest.json").read_text("utf-8"))
    assert "index.html" in manifest["files"]
    text = (builds[0] / "index.html").read_text("utf-8")
    for query in manifest["queries"]:
        if query["path"]:
            assert f'href="{query["path"]}"' in text
