"""The list for Squid on Squid itself, on loopback. What it lets through goes nowhere."""

from __future__ import annotations

import http.client
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from sigmapack.exports import squid
from sigmapack.exports.feed import CANARY
from tests.engines.debian import packages
from tests.exports.resolver import free_port
from tests.exports.sample import blocked, feed, hits, lookalikes, own

pytestmark = pytest.mark.engines("squid")

#: By `never_direct` without another proxy Squid has nowhere to go (ERR_CANNOT_FORWARD).
DENIED, NOWHERE = 403, 502
SETTINGS = """\
http_port 127.0.0.1:{port}
mime_table {root}/share/squid/mime.conf
icon_directory {root}/share/squid/icons
error_directory {root}/share/squid-langpack/en
logfile_daemon {root}/lib/squid/log_file_daemon
unlinkd_program {root}/lib/squid/unlinkd
pinger_enable off
cache deny all
access_log none
cache_log {folder}/cache.log
pid_filename none
coredump_dir {folder}
never_direct allow all
{lines}
http_access allow all
"""
#: The two lines of the README.
LINES = 'acl threecx dstdomain "{path}"\nhttp_access deny threecx'


def written(folder: Path, data: bytes | None) -> tuple[Path, int]:
    """Settings with a list, and the port on which Squid will answer."""
    path, port = folder / "threecx.squid.txt", free_port()
    if data is not None:
        path.write_bytes(data)
    root = packages.program("squid", "squid").parents[1]
    lines = LINES.format(path=path) if data is not None else ""
    settings = folder / "squid.conf"
    text = SETTINGS.format(port=port, root=root, folder=folder, lines=lines)
    settings.write_text(text, "utf-8")
    return settings, port


def entries(data: bytes) -> list[bytes]:
    """The lines of a list without its head."""
    return [line for line in data.splitlines() if not line.startswith(b"#")]


def checked(settings: Path) -> subprocess.CompletedProcess[str]:
    program = packages.program("squid", "squid")
    return subprocess.run(
        [str(program), "-k", "parse", "-f", str(settings)],
        env=packages.environment(program),
        capture_output=True,
        text=True,
        check=False,
    )


def running(folder: Path, data: bytes | None) -> Iterator[int]:
    """Squid until it is closed; the port on which it answers."""
    settings, port = written(folder, data)
    program = packages.program("squid", "squid")
    folder.chmod(0o777)  # as root it gives its rights away
    process = subprocess.Popen(
        [str(program), "--foreground", "-N", "-f", str(settings)],
        env=packages.environment(program),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(200):
            assert process.poll() is None, (folder / "cache.log").read_text("utf-8", "replace")
            with suppress(OSError):
                asked(port, "ready.invalid")
                break
            time.sleep(0.1)
        yield port
    finally:
        process.kill()
        process.wait()


def asked(port: int, host: str, method: str = "GET") -> int:
    """The proxy's answer to a request for a host."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    target = f"{host}:443" if method == "CONNECT" else f"http://{host}/"
    try:
        connection.request(method, target)
        return connection.getresponse().status
    finally:
        connection.close()


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    yield from running(tmp_path_factory.mktemp("squid"), own()["squid/threecx.squid.txt"])


@pytest.mark.parametrize("method", ["GET", "CONNECT"])
def test_the_list_denies_every_domain_and_what_is_below(proxy: int, method: str) -> None:
    for domain in blocked():
        for name in hits(domain):
            assert asked(proxy, name, method) == DENIED, name


def test_the_list_leaves_lookalikes_and_platforms_alone(proxy: int) -> None:
    others = ["raw.githubusercontent.com", "www.3cx.com"]
    for name in [*others, *(name for domain in blocked() for name in lookalikes(domain))]:
        assert asked(proxy, name) == NOWHERE, name


def test_the_name_for_a_trial_is_denied_with_the_list_and_unknown_without(
    proxy: int, tmp_path: Path
) -> None:
    assert asked(proxy, CANARY) == DENIED
    for port in running(tmp_path, None):
        assert asked(port, CANARY) == NOWHERE


def test_a_domain_below_another_is_left_out_because_squid_would_not_start(tmp_path: Path) -> None:
    first, *others = feed().blocked("domain")
    below = replace(first, value=f"a.b.{first.value}")
    (made,) = squid.files(replace(feed(), indicators=(below, first, *others)))
    assert entries(made.data) == entries(own()["squid/threecx.squid.txt"])
    assert "FATAL" not in checked(written(tmp_path, made.data)[0]).stderr
    wrong = made.data + f".{below.value}\n".encode()
    assert "is a subdomain of" in checked(written(tmp_path, wrong)[0]).stderr
