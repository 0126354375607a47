"""How long builds for many clients take, and how much memory, beside one build of the pack.

    python tests/benchmarks/clients.py [CLIENTS]     50, unless given

Each client has filters, levels, sources and rows of its own, all products and the lookups of each;
they are made of a seed. The time of one build is that of `build.py` in the same run. Memory is what
all processes have together at the worst moment: the sum of their proportional set sizes (Linux).
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SEED = 3
FILTER = """\
title: Machines Of The Laboratory {number}
id: {id}
logsource:
    product: windows
    category: dns_query
filter:
    rules:
        - dns_query_win_threecx_c2_domain
        - dns_query_win_threecx_github_raw_by_client
    laboratory:
        Computer|startswith: 'LAB{number}-'
    condition: not laboratory
"""


def client(folder: Path, number: int, chance: random.Random) -> None:
    """Write a client's folder."""
    own = f"client{number:03}"
    (folder / own / "filters").mkdir(parents=True)
    (folder / own / "lookups").mkdir()
    settings = f"""\
id = "{own}"
name = "Client {number}"
contact = "soc@{own}.example"

[sources.splunk]
sysmon = 'index={own}_win source="XmlWinEventLog:Microsoft-Windows-Sysmon/Operational"'
proxy = 'index={own}_web tag=web'

[sources.elastic]
sysmon = {{ index = "logs-{own}.sysmon-*" }}

[sources.sentinel]
"any/proxy" = '_Im_WebSession | where DvcDomain =~ "{own}.example"'

[sources.loki]
windows = '{{job="windows", tenant="{own}"}}'

[levels]
medium = "{chance.choice(["low", "medium", "high"])}"

[schedules]
high = {chance.choice([5, 10, 20, 30])}
"""
    if chance.random() < 0.5:
        settings += '\n[rules]\noff = ["tag:detection.threat-hunting"]\n'
    (folder / own / "client.toml").write_text(settings, "utf-8")
    identifier = f"6f0f7d0e-0c3b-4b5c-8f1e-{number:012}"
    text = FILTER.format(number=number, id=identifier)
    (folder / own / "filters" / "laboratory.yml").write_text(text, "utf-8")
    header, row = (ROOT / "lookups" / "ioc_domains.csv").read_text("utf-8").splitlines()[:2]
    added = f"{header}\nseen.{own}.example.net,{row.partition(',')[2]}\n"
    (folder / own / "lookups" / "ioc_domains.csv").write_text(added, "utf-8")


def timed(command: list[str]) -> tuple[float, float, float]:
    """Seconds of a command, those of processors, and the most MiB of all of its processes."""
    start, before = time.perf_counter(), os.times()
    process = subprocess.Popen(command, cwd=ROOT)
    peak = [0.0]

    def watch() -> None:
        while process.poll() is None:
            peak[0] = max(peak[0], sum(map(proportional, family(process.pid))) / 1024)
            time.sleep(0.1)

    watching = threading.Thread(target=watch)
    watching.start()
    code = process.wait()
    seconds, after = time.perf_counter() - start, os.times()
    watching.join()
    if code:
        sys.exit(f"{' '.join(command)}: ended with {code}")
    used = sum(after[2:4]) - sum(before[2:4])
    return seconds, used, peak[0]


def family(number: int) -> list[int]:
    """A process and all below it."""
    found = [number]
    for one in found:
        try:
            children = Path(f"/proc/{one}/task/{one}/children").read_text()
        except OSError:
            continue
        found += map(int, children.split())
    return found


def proportional(number: int) -> int:
    """KiB of a process, shared pages divided among those that have them."""
    try:
        text = Path(f"/proc/{number}/smaps_rollup").read_text()
    except OSError:
        return 0
    return next(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:"))


def main() -> None:
    """Build the pack, then the clients, and print what each took."""
    number = int(sys.argv[1]) if sys.argv[1:] else 50
    chance = random.Random(SEED)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for each in range(number):
            client(folder / "clients", each, chance)
        build = [sys.executable, "build.py", "--quiet"]
        timed([*build, "--out", str(folder / "warm")])
        one, used, _ = timed([*build, "--out", str(folder / "one")])
        clients = ["--clients", str(folder / "clients"), "--out", str(folder / "out")]
        seconds, theirs, peak = timed([*build, *clients])
        files = sum(1 for path in (folder / "out").rglob("*") if path.is_file())
    print(f"one build of the pack: {one:.1f} s")
    print(f"{number} clients, all products, {files:,} files: {seconds:.1f} s, {peak:.0f} MiB")
    print(f"a client takes {seconds / number / one:.0%} of a build")
    print(f"processor time: {used:.1f} s and {theirs:.1f} s, {theirs / number / used:.0%}")


if __name__ == "__main__":
    main()
