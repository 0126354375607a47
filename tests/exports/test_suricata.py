"""Suricata reads the rules and, replaying a capture, alerts on what it should and nothing else."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path

import pytest

from sigmapack.exports.feed import CANARY
from sigmapack.exports.suricata import TRIAL_SID
from tests.engines.debian import packages
from tests.exports import pcap
from tests.exports.sample import blocked, feed, hits, lookalikes, own

pytestmark = pytest.mark.engines("suricata")

RULES = own()["suricata/threecx.rules"].decode()
CONFIG = """\
%YAML 1.1
---
vars:
  address-groups:
    HOME_NET: "[10.0.0.0/8]"
outputs:
  - eve-log:
      enabled: yes
      filename: eve.json
      types: [alert]
app-layer:
  protocols:
    dns: {udp: {enabled: yes, detection-ports: {dp: 53}}, tcp: {enabled: yes}}
    tls: {enabled: yes}
    http: {enabled: yes}
stats: {enabled: no}
classification-file: classification.config
reference-config-file: reference.config
threshold-file: threshold.config
"""
#: What a configuration refers to; our rules use nothing of the first.
FILES = {
    "classification.config": "config classification: misc-activity,Misc activity,3\n",
    "reference.config": "config reference: url http://\n",
    "threshold.config": "",
    "suricata.yaml": CONFIG,
}
AGENT = "Mozilla/5.0 (Windows NT 10.0) 3CXDesktopApp/{} Chrome/102.0.5005.167"
PROTOCOLS = (("dns", pcap.dns, 0), ("tls", pcap.tls, 1), ("http", pcap.http, 2))
Sender = Callable[[int, str], Iterator[bytes]]


def enabled(text: str) -> str:
    """The rules with those of medium and low confidence enabled."""
    return re.sub(r"(?m)^# alert ", "alert ", text)


@cache
def sids() -> dict[str, list[int]]:
    """Indicator -> the sids of its rules, in order."""
    found: dict[str, list[int]] = {}
    value = ""
    for line in RULES.splitlines():
        if sid := re.search(r" sid:(\d+);", line):
            found.setdefault(value, []).append(int(sid[1]))
        else:
            value = line.removeprefix("# ").partition(":")[0]
    return found


def suricata(folder: Path, rules: str, *arguments: str) -> str:
    """Run Suricata with some rules; its output."""
    program = packages.program("suricata", "suricata")
    for name, text in {**FILES, "threecx.rules": rules}.items():
        (folder / name).write_text(text, "utf-8")
    command = [str(program), "-c", "suricata.yaml", "-S", "threecx.rules", "-l", str(folder)]
    done = subprocess.run(
        [*command, *arguments],
        cwd=folder,
        env=packages.environment(program),
        check=False,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def alerts(folder: Path, sent: Sequence[tuple[Sender, str]], rules: str = RULES) -> list[set[int]]:
    """The sids that alert on each of some messages; a message is known by its client's port."""
    frames = [one for port, (send, name) in enumerate(sent, 10_000) for one in send(port, name)]
    (folder / "traffic.pcap").write_bytes(pcap.capture(frames))
    suricata(folder, rules, "-r", "traffic.pcap", "--runmode", "single")
    found: dict[int, set[int]] = {}
    for line in (folder / "eve.json").read_text("utf-8").splitlines():
        alert = json.loads(line)
        ports = {alert["src_port"], alert["dest_port"]}
        (port,) = [port for port in ports if 10_000 <= port < 10_000 + len(sent)]
        found.setdefault(port, set()).add(alert["alert"]["signature_id"])
    return [found.get(port, set()) for port, _ in enumerate(sent, 10_000)]


@pytest.mark.parametrize("text", [RULES, enabled(RULES)], ids=["as-is", "all-enabled"])
def test_suricata_takes_every_rule_without_a_warning(tmp_path: Path, text: str) -> None:
    said = suricata(tmp_path, text, "-T", "-v", "--init-errors-fatal")
    number = len(re.findall(r"(?m)^alert ", text))
    assert f"{number} signatures processed" in said
    assert not re.search(r"(?m)^(E|W|Error|Warning): ", said), said


@pytest.mark.parametrize(("name", "send", "place"), PROTOCOLS, ids=[p[0] for p in PROTOCOLS])
def test_every_domain_alerts_with_subdomains_and_in_any_case_and_no_lookalike_does(
    tmp_path: Path, name: str, send: Sender, place: int
) -> None:
    cases = [(host, {sids()[domain][place]}) for domain in blocked() for host in hits(domain)]
    cases += [(host, set()) for domain in blocked() for host in lookalikes(domain)]
    quiet = ("raw.githubusercontent.com", "www.3cx.com", "convieneonline.com")
    cases += [(host, set()) for host in quiet]
    found = alerts(tmp_path, [(send, host) for host, _ in cases])
    assert {c[0]: f for c, f in zip(cases, found, strict=True)} == dict(cases)


def test_the_name_for_a_trial_alerts_and_is_never_dropped(tmp_path: Path) -> None:
    cases = [(CANARY, {TRIAL_SID}), (f"x{CANARY}", set())]
    assert alerts(tmp_path, [(pcap.dns, name) for name, _ in cases]) == [sid for _, sid in cases]
    (line,) = (line for line in RULES.splitlines() if f"sid:{TRIAL_SID};" in line)
    assert "blocking no" in line


def test_a_request_to_a_proxy_and_a_host_with_a_port_alert(tmp_path: Path) -> None:
    sent: list[tuple[Sender, str]] = []
    for domain in blocked():
        sent += [(pcap.connect, f"www.{domain}"), (pcap.http, f"{domain}:8080")]
    wanted = [{sids()[domain][2]} for domain in blocked() for _ in range(2)]
    assert alerts(tmp_path, sent) == wanted


def test_indicators_of_low_and_medium_confidence_alert_once_enabled(tmp_path: Path) -> None:
    others = [one.value for one in feed().of("domain") if one.value not in blocked()]
    sent = [(send, f"www.{domain}") for domain in others for _, send, _ in PROTOCOLS]
    assert alerts(tmp_path, sent) == [set()] * len(sent)
    wanted = [{sid} for domain in others for sid in sids()[domain]]
    assert alerts(tmp_path, sent, enabled(RULES)) == wanted


def test_cookies_and_the_stale_user_agent_alert(tmp_path: Path) -> None:
    def cookie(port: int, value: str) -> Iterator[bytes]:
        return pcap.http(port, "www.example.org", Cookie=value)

    def agent(port: int, build: str) -> Iterator[bytes]:
        return pcap.http(port, "www.example.org", User_Agent=AGENT.format(build))

    tutma, token = sids()["__tutma"][0], sids()["3CXDesktopApp/18.11.1197"][0]
    cases: list[tuple[Sender, str, set[int]]] = [
        (cookie, "__tutma=1", {tutma}),
        (cookie, "a=b; __tutma=1", {tutma}),
        (cookie, "__utma=1; x__tutma=1", set()),
        (cookie, "a=__tutma", set()),
        (agent, "18.11.1197", {token}),
        (agent, "18.12.425", set()),
    ]
    found = alerts(tmp_path, [(send, value) for send, value, _ in cases])
    assert found == [wanted for _, _, wanted in cases]


def test_suricata_update_makes_exactly_the_blocking_rules_drop(tmp_path: Path) -> None:
    program = packages.program("suricata", "suricata-update")
    engine = packages.program("suricata", "suricata")
    for name in ("threecx.rules", "drop.conf"):
        (tmp_path / name).write_bytes(own()[f"suricata/{name}"])
    (tmp_path / "update.yaml").write_text("{}\n", "utf-8")
    (tmp_path / "suricata.yaml").write_text(CONFIG, "utf-8")
    library = program.parents[1] / "lib" / "python3" / "dist-packages"
    command = [sys.executable, str(program), "--config", "update.yaml", "--no-test"]
    command += ["--no-reload", "-D", str(tmp_path / "data"), "-o", str(tmp_path / "out")]
    command += ["--url", (tmp_path / "threecx.rules").as_uri(), "--drop-conf", "drop.conf"]
    command += ["--suricata", str(engine), "--suricata-conf", "suricata.yaml"]
    command += ["--suricata-version", "7.0.10"]
    done = subprocess.run(
        command,
        cwd=tmp_path,
        env={**packages.environment(engine), "PYTHONPATH": str(library)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    made = (tmp_path / "out" / "suricata.rules").read_text("utf-8")
    found = {int(sid) for sid in re.findall(r"(?m)^drop .* sid:(\d+);", made)}
    assert found == {sid for domain in blocked() for sid in sids()[domain]}
    assert len(re.findall(r"(?m)^alert ", made)) == 5
