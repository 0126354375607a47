"""Every overlay works on every product, and one client never changes another's output."""

from __future__ import annotations

import io
import json
import re
import tarfile
import zipfile
from collections.abc import Iterable
from pathlib import Path

import pytest
import yaml

from sigmapack.compiling.compile import compile_target, resolved
from sigmapack.making import clients
from sigmapack.making.clients import Made
from sigmapack.making.stopping import Stopped
from sigmapack.targets import discover
from tests.making.conftest import Maker
from tests.making.test_safety import SAFE
from tests.overlay.folder import SETTINGS, client_folder, shortened

RULE = "dns_query_win_threecx_c2_domain_by_client"
PRODUCTS = sorted(discover())
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")


def files(made: Made, product: str = "") -> dict[str, bytes]:
    return {file.path: file.data for file in made.files if file.path.startswith(product)}


def members(path: str, data: bytes) -> dict[str, bytes]:
    """The files of an archive."""
    if path.endswith(".zip"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return {name: archive.read(name) for name in archive.namelist()}
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        opened = ((member.name, tar.extractfile(member)) for member in tar.getmembers())
        return {name: file.read() for name, file in opened if file}


def unpacked(found: dict[str, bytes]) -> bytes:
    """All that is in files, with archives opened."""
    parts = []
    for path, data in sorted(found.items()):
        packed = path.endswith((".tgz", ".zip"))
        parts += [path.encode(), *(members(path, data).values() if packed else [data])]
    return b"\n".join(parts)


def test_the_packs_own_content_is_left_as_it_was(make: Maker) -> None:
    shared = make.shared
    make("acme", '[levels]\nhigh = "low"\n[schedules]\nlow = 5\n', filters={"f": SAFE})
    ready = resolved(shared.content)
    again = {
        (query.rule.name, query.target, query.language): query.outcome
        for target in shared.targets
        for query in compile_target(shared.content, target, ready)
    }
    assert again == shared.outcomes


def test_a_client_is_built_the_same_alone_and_after_others(make: Maker) -> None:
    alone = files(make.anew("acme", filters={"f": SAFE}))
    make("other", '[levels]\ncritical = "low"\n[sources.splunk]\nsysmon = "index=o"\n')
    again = files(make.anew("acme", filters={"f": SAFE}))
    assert alone == again


def bare(text: str) -> str:
    """A query without the numbers that pySigma makes of a correlation's id: they mean nothing."""
    return re.sub(r"sigma_(alert_)?[0-9a-f]{12,16}", "", text)


def test_a_query_of_the_memory_is_the_one_that_is_made_anew(make: Maker) -> None:
    from sigmapack.overlay import named

    made = make("acme", filters={"f": SAFE})
    content = named(made.overlaid.content, "acme")
    remembered = {(q.path, bare(q.text), q.native_text) for q in made.packed.queries}
    fresh = {
        (query.path, bare(query.text), query.native_text)
        for target in make.shared.targets
        for query in compile_target(content, target)
    }
    assert remembered - fresh == set()


@pytest.mark.parametrize("product", PRODUCTS)
def test_a_filter_is_in_the_queries_of_every_product(make: Maker, product: str) -> None:
    made = make("acme", filters={"f": SAFE})
    queries = [q for q in made.packed.queries if q.target == product and q.rule.name == RULE]
    assert queries
    for query in queries:
        before = make.shared.outcomes[RULE, product, query.language]
        assert query.outcome == before
        if query.path:
            assert re.search(r"soc-|\[sS\]\[oO\]\[cC\]-", query.text, re.I), query.text


@pytest.mark.parametrize("product", PRODUCTS)
def test_nothing_of_the_packs_ids_is_left_in_a_clients_package(make: Maker, product: str) -> None:
    text = unpacked(files(make("acme"), f"{product}/")).decode()
    own = {rule.id for rule in make.shared.content.rules}
    found = own.intersection(UUID.findall(text))
    if product == "sigma":  # says of what each is derived
        assert found == {
            rule.id for rule in make.shared.content.rules if f"- id: {rule.id}" in text
        }
        return
    assert found == set()


def products_of(paths: Iterable[str]) -> set[str]:
    return {path.partition("/")[0] for path in paths} & set(PRODUCTS)


def test_only_the_clients_products_are_built(make: Maker) -> None:
    found = files(make("acme", 'products = ["loki"]\n'))
    assert products_of(found) == {"loki"}
    assert "manifest.json" in found and "indicators/README.md" in found


def PRODUCTS_OF(paths: Iterable[str]) -> set[str]:
    return {path.partition("/")[0] for path in paths} & set(PRODUCTS)


def test_a_rule_of_the_clients_own_is_built_with_the_packs_tables(make: Maker) -> None:
    rule = """\
title: Own
id: 6f1c7a3e-54a2-4f0e-9a38-0d5c1f2b7a01
name: own_rule
logsource: {product: windows, category: dns_query}
detection:
    selection: {QueryName|expand: '%ioc_domains%'}
    condition: selection
level: high
"""
    found = files(make("acme", 'products = ["sqlite"]\n', rules={"own_rule": rule}))
    assert b"akamaicontainer.com" in found["sqlite/queries/own_rule.sql"]


def test_indicators_of_a_client_are_in_its_blocking_lists(make: Maker) -> None:
    table = (Path(make.shared.content.root) / "lookups" / "ioc_domains.csv").read_text("utf-8")
    header, first, *_ = table.splitlines()
    row = first.replace(first.partition(",")[0], "own.example.net")
    own = files(make("acme", lookups={"ioc_domains": f"{header}\n{row}\n"}))
    plain = files(make("emca"))
    assert b"own.example.net" in own["indicators/hosts/threecx.hosts"]
    assert b"own.example.net" not in plain["indicators/hosts/threecx.hosts"]


def test_hashes_of_a_client_are_searched_and_withdrawn_ones_are_not(make: Maker) -> None:
    table = (Path(make.shared.content.root) / "lookups/ioc_hashes_windows_library.csv").read_text()
    header, first, *_ = table.splitlines()
    # No event of the tests has it: a build stops for a row that one needs.
    gone = "cc4eedb7b1f77f02b962f4b05278fa7f8082708b5a12cacf928118520762b5e2"
    assert gone in table
    withdrawn = (
        f'[[withdrawn]]\ntable = "ioc_hashes_windows_library"\nvalue = "{gone}"\nreason = "ours"\n'
    )
    row = first.replace(first.partition(",")[0], "ab" * 32)
    own = files(
        make("acme", withdrawn, lookups={"ioc_hashes_windows_library": f"{header}\n{row}\n"})
    )
    plain = files(make("emca"))
    assert "ab" * 32 in own["exposure/threecx.yar"].decode()
    assert gone not in own["exposure/threecx.yar"].decode()
    assert gone in plain["exposure/threecx.yar"].decode()


def test_a_vendors_domain_is_no_indicator_of_a_clients(make: Maker) -> None:
    table = (Path(make.shared.content.root) / "lookups" / "ioc_domains.csv").read_text("utf-8")
    header, first, *_ = table.splitlines()
    row = first.replace(first.partition(",")[0], "3cx.com")
    with pytest.raises(Stopped) as stopped:
        make("acme", lookups={"ioc_domains": f"{header}\n{row}\n"})
    (text, *_) = map(shortened, stopped.value.problems)
    assert text.startswith("ioc_domains.csv:2: ") and "3cx.com" in text


def test_a_filter_on_a_field_that_a_product_lacks_names_filter_product_and_reason(
    make: Maker,
) -> None:
    text = SAFE.replace("Computer|startswith: 'SOC-'", "NoSuchField: x")
    with pytest.raises(Stopped) as stopped:
        make("acme", filters={"f": text})
    lines = list(map(shortened, stopped.value.problems))
    assert lines[0].startswith("f.yml:6: undeclared-outcome: the filter 'Security Team': ")
    assert {line.split(" on ")[1].split("/")[0] for line in lines} >= {"sentinel", "elastic"}


def test_a_filter_that_is_no_sigma_is_a_problem_of_the_filter(make: Maker) -> None:
    text = SAFE.replace("condition: not own", "condition: not own and (")
    with pytest.raises(Stopped) as stopped:
        make("acme", filters={"f": text})
    assert [shortened(p).split(": ")[0] for p in stopped.value.problems] == ["f.yml:11"]


def test_the_manifest_says_whose_it_is_and_of_what_each_rule_is_derived(make: Maker) -> None:
    data = json.loads(files(make("acme", filters={"f": SAFE}))["manifest.json"])
    assert (data["client"]["id"], data["client"]["name"]) == ("acme", "Acme")
    assert data["client"]["filtered"] == {RULE: ["Security Team"]}
    origins = {query["origin"] for query in data["queries"]}
    assert origins == {rule.id for rule in make.shared.content.rules}


def test_folders_of_clients_are_found_below_another(tmp_path: Path) -> None:
    for own in ("b", "a"):
        client_folder(tmp_path / own)
    (tmp_path / "no_client").mkdir()
    assert clients.folders([tmp_path / "b"], [tmp_path]) == [tmp_path / "b", tmp_path / "a"]


def test_two_clients_with_one_id_are_a_problem(make: Maker, tmp_path: Path) -> None:
    paths = [client_folder(tmp_path / "c" / name) for name in ("a", "b")]
    with pytest.raises(Stopped) as stopped:
        clients.clients(make.shared.content, paths)
    (text,) = map(shortened, stopped.value.problems)
    assert text.startswith("client.toml:1: client: the id 'acme' is that of ")


def test_a_product_that_is_none_is_a_problem(make: Maker, tmp_path: Path) -> None:
    path = client_folder(tmp_path / "c", SETTINGS + 'products = ["splunk", "qradar"]\n')
    with pytest.raises(Stopped) as stopped:
        clients.clients(make.shared.content, [path])
    (text,) = map(shortened, stopped.value.problems)
    assert text.startswith("client.toml:3: client: no product 'qradar' (has: defender, ")


def test_loki_reads_the_clients_rule_files(make: Maker) -> None:
    found = files(make("acme"), "loki/rules/")
    assert sorted(found) == [
        f"loki/rules/acme_threecx_{kind}.yaml" for kind in ("detection", "hunting", "single_logs")
    ]
    for data in found.values():
        groups = yaml.safe_load(data)["groups"]
        assert all(group["name"].startswith("acme_threecx_") for group in groups)
