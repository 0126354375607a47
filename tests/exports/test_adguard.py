"""The AdGuard list on AdGuard's own engine, built from its Go module (`tests/exports/adguard/`)."""

from __future__ import annotations

import hashlib
import os
import subprocess
from functools import cache
from pathlib import Path

from tests.engines import tools
from tests.exports.sample import blocked, hits, lookalikes, own

SOURCES = Path(__file__).with_name("adguard")


@cache
def engine() -> Path:
    """The built program; it lies in the cache, under the hash of its sources."""
    digest = hashlib.sha256()
    for name in ("go.mod", "go.sum", "main.go"):
        digest.update((SOURCES / name).read_bytes())
    built = tools.cache("adguard", digest.hexdigest()[:16]) / "adguard"
    if not built.is_file():
        tools.need("go")
        settings = {
            "CGO_ENABLED": "0",
            "GOFLAGS": "-mod=readonly -modcacherw -trimpath -buildvcs=false",
            "GOMODCACHE": str(tools.cache("go", "modules")),
            "GOCACHE": str(tools.cache("go", "build")),
        }
        made = built.with_name(f"adguard.{os.getpid()}")
        command = ["go", "build", "-ldflags=-s -w", "-o", str(made), "."]
        env = {**os.environ, **settings}
        done = subprocess.run(command, cwd=SOURCES, env=env, check=False, capture_output=True)
        if done.returncode:
            tools.missing("AdGuard's engine (github.com/AdguardTeam/urlfilter)")
        made.replace(built)
    return built


def test_the_list_blocks_every_domain_with_subdomains_and_no_lookalike(tmp_path: Path) -> None:
    path = tmp_path / "threecx.adguard.txt"
    path.write_bytes(own()["adguard/threecx.adguard.txt"])
    wanted = {name: True for domain in blocked() for name in hits(domain)}
    wanted |= {name: False for domain in blocked() for name in lookalikes(domain)}
    wanted |= dict.fromkeys(("raw.githubusercontent.com", "www.3cx.com", "com", "org"), False)
    done = subprocess.run(
        [str(engine()), str(path)],
        input="".join(f"{name}\n" for name in wanted),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    count, *answers = done.stdout.split()
    assert int(count) == len(blocked())
    assert dict(zip(wanted, (answer == "true" for answer in answers), strict=True)) == wanted
