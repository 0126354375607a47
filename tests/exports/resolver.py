"""Real resolvers on loopback, and a client that asks them; nothing leaves the machine."""

from __future__ import annotations

import socket
import struct
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.engines.debian import packages

#: What every name has that no list blocks.
OPEN = "192.0.2.53"
NXDOMAIN = 3
A, AAAA = 1, 28

ROOT_ZONE = f"""\
$TTL 300
. IN SOA localhost. hostmaster.localhost. 1 3600 600 2592000 300
. IN NS localhost.
*. IN A {OPEN}
"""


def free_port() -> int:
    """A port of loopback that nobody uses."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def ask(port: int, name: str, kind: int = A) -> tuple[int, list[str]]:
    """(return code, addresses of the answer) for a name, by UDP."""
    labels = b"".join(bytes([len(part)]) + part.encode() for part in name.rstrip(".").split("."))
    query = struct.pack(">HHHHHH", 7, 0x0100, 1, 0, 0, 0) + labels + b"\0"
    query += struct.pack(">HH", kind, 1)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.settimeout(5)
        one.connect(("127.0.0.1", port))
        one.send(query)
        answer = one.recv(4096)
    flags, _, count = struct.unpack(">HHH", answer[2:8])
    return flags & 15, _addresses(answer, len(query), count)


def _addresses(answer: bytes, place: int, count: int) -> list[str]:
    found = []
    for _ in range(count):
        while answer[place] and answer[place] < 192:
            place += answer[place] + 1
        place += 2 if answer[place] else 1
        kind, _, _, length = struct.unpack(">HHIH", answer[place : place + 10])
        data = answer[place + 10 : place + 10 + length]
        if kind in (A, AAAA):
            family = socket.AF_INET if kind == A else socket.AF_INET6
            found.append(socket.inet_ntop(family, data))
        place += 10 + length
    return found


@contextmanager
def running(
    program: Path, arguments: list[str], port: int, folder: Path, ready: str = ""
) -> Iterator[int]:
    """Run a resolver until the block ends; gives the port on which it answers.

    Args:
        program: what is run.
        arguments: its arguments.
        port: where it will answer.
        folder: where it runs and where its log is.
        ready: what the log says when all is loaded, for one that answers before that.
    """
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [str(program), *arguments],
            cwd=folder,
            env=packages.environment(program),
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        for _ in range(100):
            assert process.poll() is None, (folder / "log").read_text("utf-8", "replace")
            with suppress(OSError):
                ask(port, "ready.example.org")
                if ready in (folder / "log").read_text("utf-8", "replace"):
                    break
            time.sleep(0.1)
        else:
            raise AssertionError((folder / "log").read_text("utf-8", "replace"))
        yield port
    finally:
        process.kill()
        process.wait()


@contextmanager
def bind(folder: Path) -> Iterator[int]:
    """BIND with `threecx.rpz` of the folder as policy; every other name has one address."""
    port = free_port()
    (folder / "root.zone").write_text(ROOT_ZONE, "utf-8")
    (folder / "named.conf").write_text(
        f"""\
options {{
  directory "{folder}"; pid-file none; session-keyfile none; recursion yes;
  listen-on port {port} {{ 127.0.0.1; }}; listen-on-v6 {{ none; }};
  dnssec-validation no; response-policy {{ zone "threecx.rpz"; }} qname-wait-recurse no;
}};
controls {{ }};
zone "." {{ type primary; file "root.zone"; }};
zone "threecx.rpz" {{ type primary; file "threecx.rpz"; }};
""",
        "utf-8",
    )
    arguments = ["-g", "-n", "1", "-c", str(folder / "named.conf")]
    done = "rpz: threecx.rpz: reload done"
    with running(packages.program("bind", "named"), arguments, port, folder, done) as found:
        yield found


@contextmanager
def unbound(folder: Path) -> Iterator[int]:
    """Unbound with the same."""
    port = free_port()
    (folder / "root.zone").write_text(ROOT_ZONE, "utf-8")
    (folder / "unbound.conf").write_text(
        f"""\
server:
  directory: "{folder}"
  interface: 127.0.0.1
  port: {port}
  chroot: ""
  username: ""
  pidfile: ""
  use-syslog: no
  do-daemonize: no
  num-threads: 1
  module-config: "respip iterator"
remote-control:
  control-enable: no
rpz:
  name: threecx.rpz
  zonefile: threecx.rpz
  rpz-log: yes
auth-zone:
  name: "."
  zonefile: root.zone
  for-downstream: no
  for-upstream: yes
  fallback-enabled: no
""",
        "utf-8",
    )
    arguments = ["-d", "-c", str(folder / "unbound.conf")]
    with running(packages.program("unbound", "unbound"), arguments, port, folder) as found:
        yield found


@contextmanager
def dnsmasq(folder: Path) -> Iterator[int]:
    """dnsmasq with `threecx.hosts` of the folder; every other name has one address."""
    port = free_port()
    arguments = ["--keep-in-foreground", f"--port={port}", "--listen-address=127.0.0.1"]
    arguments += ["--bind-interfaces", "--no-resolv", "--no-hosts", "--conf-file=/dev/null"]
    arguments += [f"--addn-hosts={folder / 'threecx.hosts'}", f"--address=/#/{OPEN}"]
    arguments += ["--user=", "--group=", "--pid-file="]
    with running(packages.program("dnsmasq", "dnsmasq"), arguments, port, folder) as found:
        yield found
