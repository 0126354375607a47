"""What a client says is in the packages of every product."""

from __future__ import annotations

import json
import re

import pytest

from tests.making.conftest import Maker
from tests.making.test_clients import files, unpacked


@pytest.mark.parametrize(
    "product", ["defender", "elastic", "logscale", "loki", "opensearch", "sentinel", "splunk"]
)
def test_the_clients_contact_is_in_the_guidance(make: Maker, product: str) -> None:
    made = make("acme", 'contact = "soc@acme.example"\n')
    text = unpacked(files(made, f"{product}/"))
    assert b"soc@acme.example" in text
    assert make.shared.content.contact.encode() not in text


@pytest.mark.parametrize(
    ("product", "settings", "wanted"),
    [
        ("splunk", "sysmon = 'index=acme_win'", b"definition = (index=acme_win)"),
        ("elastic", 'sysmon = { index = "logs-acme-*" }', b"FROM acme_ti"),
        ("opensearch", 'sysmon = { index = "acme-winlog-*" }', b'"acme-winlog-*"'),
        ("sentinel", "\"any/proxy\" = '_Im_WebSession | where AcmeSite == 1'", b"AcmeSite == 1"),
        ("defender", "\"windows/image_load\" = 'DeviceImageLoadEvents | where Acme == 1'", b"Acme"),
        ("loki", "windows = '{job=\"acme\"}'", b'{job="acme"}'),
        ("logscale", "sysmon = '#repo=acme'", b"#repo=acme"),
    ],
)
def test_a_clients_source_is_in_its_package(
    make: Maker, product: str, settings: str, wanted: bytes
) -> None:
    if product == "elastic":
        wanted = b"logs-acme-*"
    made = make("acme", f'products = ["{product}"]\n[sources.{product}]\n{settings}\n')
    assert wanted in unpacked(files(made, f"{product}/"))
    assert wanted not in unpacked(files(make("emca"), f"{product}/"))


SCHEDULES = {
    "splunk": rb"cron_schedule = \d+-59/20 \* \* \* \*",
    "elastic": rb'"interval": "20m"',
    "opensearch": rb'"interval": 20,',
    "sentinel": rb"queryFrequency: 20m",
    "loki": rb"interval: 20m",
    "logscale": rb"schedule: \d+-59/20 \* \* \* \*",
}


@pytest.mark.parametrize("product", sorted(SCHEDULES))
def test_a_clients_schedule_is_in_its_package(make: Maker, product: str) -> None:
    pattern = re.compile(SCHEDULES[product])
    plain = unpacked(files(make("emca"), f"{product}/"))
    assert not pattern.search(plain)
    settings = "[schedules]\ncritical = 20\nhigh = 20\nmedium = 20\n"
    assert pattern.search(unpacked(files(make("acme", settings), f"{product}/")))


def test_defender_runs_as_seldom_as_asked_for(make: Maker) -> None:
    made = make("acme", "[schedules]\ncritical = 1440\nhigh = 1440\nmedium = 1440\nlow = 1440\n")
    detections = [json.loads(d) for p, d in files(made, "defender/custom_detections/").items()]
    assert {each["schedule"]["frequency"] for each in detections} == {"P1D"}


@pytest.mark.parametrize("kind", ["inline", "native"])
def test_one_variant_of_the_lookups_is_enough_for_a_client(make: Maker, kind: str) -> None:
    made = make("acme", f'products = ["splunk", "sentinel"]\nlookups = "{kind}"\n')
    found = files(made)
    assert [path for path in found if "/queries/lookup/" in path] == []
    name = "dns_query_win_threecx_c2_domain"
    for path, sign in (
        (f"splunk/queries/{name}.spl", b"inputlookup acme_ioc_domains"),
        (f"sentinel/queries/{name}.kql", b"_GetWatchlist('threecx_acme_ioc_domains')"),
    ):
        assert (sign in found[path]) is (kind == "native")
    app = unpacked(files(made, "splunk/acme_threecx_detection_pack-"))
    head = rb"\[3CX pack - acme - 3CX Campaign Domain Resolved On A Windows Host\]"
    (search,) = re.findall(head + rb".+?\n\n", app, re.S)
    assert (b"acme_ioc_domains" in search) is (kind == "native")
