"""The lists for resolvers, on resolvers: BIND and Unbound load the zone, dnsmasq the hosts file."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from sigmapack.exports.feed import CANARY
from tests.engines.debian import packages
from tests.exports import resolver
from tests.exports.sample import blocked, feed, hits, lookalikes, own

DAY = date(2026, 12, 1)

pytestmark = pytest.mark.engines("bind", "dnsmasq", "unbound")


@pytest.mark.parametrize("day", [None, DAY])
def test_named_checkzone_accepts_the_zone(tmp_path: Path, day: date | None) -> None:
    program = packages.program("bind", "named-checkzone")
    path = tmp_path / "threecx.rpz"
    path.write_bytes(own(day)["rpz/threecx.rpz"])
    done = subprocess.run(
        [str(program), "-k", "fail", "-n", "fail", "-r", "fail", "threecx.rpz", str(path)],
        env=packages.environment(program),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"loaded serial {2026120110 if day else 100}" in done.stdout


@pytest.fixture(scope="module", params=["bind", "unbound"])
def port(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    folder = tmp_path_factory.mktemp(request.param)
    (folder / "threecx.rpz").write_bytes(own()["rpz/threecx.rpz"])
    with getattr(resolver, request.param)(folder) as found:
        yield found


def test_the_zone_answers_nxdomain_for_every_domain_and_subdomain_in_any_case(port: int) -> None:
    for domain in blocked():
        for name in hits(domain):
            for kind in (resolver.A, resolver.AAAA):
                assert resolver.ask(port, name, kind) == (resolver.NXDOMAIN, []), name


def test_the_zone_leaves_lookalikes_and_platforms_alone(port: int) -> None:
    others = ["raw.githubusercontent.com", "www.3cx.com", "convieneonline.com", "curvefinances.com"]
    for domain in blocked():
        others += lookalikes(domain)
    for name in others:
        assert resolver.ask(port, name) == (0, [resolver.OPEN]), name


def test_the_zone_does_not_block_the_ends_of_domains(port: int) -> None:
    ends = {found.value.partition(".")[2] for found in feed().blocked("domain")}
    for name in [f"example.{end}" for end in ends]:
        assert resolver.ask(port, name) == (0, [resolver.OPEN]), name


def test_the_hosts_file_gives_no_address_for_domains_and_their_www(tmp_path: Path) -> None:
    (tmp_path / "threecx.hosts").write_bytes(own()["hosts/threecx.hosts"])
    with resolver.dnsmasq(tmp_path) as port:
        for domain in blocked():
            for name in (domain, domain.upper(), f"www.{domain}"):
                assert resolver.ask(port, name) == (0, ["0.0.0.0"]), name
                assert resolver.ask(port, name, resolver.AAAA) == (0, ["::"]), name
            for name in lookalikes(domain):
                assert resolver.ask(port, name) == (0, [resolver.OPEN]), name


def test_the_name_for_a_trial_is_answered_by_the_zone_alone(port: int) -> None:
    assert resolver.ask(port, CANARY) == (0, ["0.0.0.0"])
    assert resolver.ask(port, f"x.{CANARY}") == (0, [resolver.OPEN])


def test_the_name_for_a_trial_is_answered_by_the_hosts_file_alone(tmp_path: Path) -> None:
    (tmp_path / "threecx.hosts").write_bytes(own()["hosts/threecx.hosts"])
    with resolver.dnsmasq(tmp_path) as port:
        assert resolver.ask(port, CANARY) == (0, ["0.0.0.0"])
    (tmp_path / "threecx.hosts").write_bytes(b"")
    with resolver.dnsmasq(tmp_path) as port:
        assert resolver.ask(port, CANARY) == (0, [resolver.OPEN])
