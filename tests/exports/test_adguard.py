"""The AdGuard list on AdGuard's own engine, built from its Go module (`tests/engines/adguard/`)."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from sigmapack.exports.feed import CANARY
from tests.engines.registry import prepared
from tests.exports.sample import blocked, hits, lookalikes, own

pytestmark = pytest.mark.engines("adguard")


def test_the_list_blocks_every_domain_with_subdomains_and_no_lookalike(tmp_path: Path) -> None:
    path = tmp_path / "threecx.adguard.txt"
    path.write_bytes(own()["adguard/threecx.adguard.txt"])
    wanted = {name: True for domain in blocked() for name in hits(domain)}
    wanted |= {name: False for domain in blocked() for name in lookalikes(domain)}
    wanted |= {CANARY: True, f"x{CANARY}": False}
    wanted |= dict.fromkeys(("raw.githubusercontent.com", "www.3cx.com", "com", "org"), False)
    done = subprocess.run(
        [str(prepared("adguard") / "adguard"), str(path)],
        input="".join(f"{name}\n" for name in wanted),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    count, *answers = done.stdout.split()
    assert int(count) == len(blocked()) + 1
    assert dict(zip(wanted, (answer == "true" for answer in answers), strict=True)) == wanted
