"""Programs of Debian packages, without root: fetched by apt into a cache and unpacked there.

apt gets folders of its own, so that nothing of the machine changes; on Debian the sources are those
of its release and its backports (Suricata is only there in Debian 12). A machine that has the
program already uses that.
"""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

from tests.engines import tools

KEYS = "/usr/share/keyrings/debian-archive-keyring.gpg"
#: Where the machine says what its sites are, in both of apt's forms.
SETTINGS = ("sources.list", "sources.list.d/*.list", "sources.list.d/*.sources")


def program(package: str, name: str) -> Path:
    """A program by its name; skips (fails in CI) where it can neither be found nor fetched."""
    path = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])
    if found := shutil.which(name, path=path):
        return Path(found)
    with tools.alone("debian"):
        root = unpacked(package)
    for folder in ("usr/bin", "usr/sbin"):
        if root and (root / folder / name).is_file():
            return root / folder / name
    tools.missing(f"{name} (Debian package {package})")


def environment(program: Path) -> dict[str, str]:
    """The environment in which an unpacked program finds its libraries."""
    root = program.parents[2]
    found = sorted({str(path.parent) for path in root.glob("usr/lib/**/*.so*")})
    own = str(root).startswith(str(tools.cache()))
    return {**os.environ, **({"LD_LIBRARY_PATH": os.pathsep.join(found)} if own else {})}


@cache
def unpacked(package: str) -> Path | None:
    """The package and what it depends on, unpacked; None where apt cannot fetch it."""
    release = platform.freedesktop_os_release().get("VERSION_CODENAME", "unknown")
    root = tools.cache("debian", release) / package
    if (root / "usr").is_dir():
        return root
    if not all(map(shutil.which, ("apt-get", "dpkg"))):
        return None
    options = _options(tools.cache("debian", release, "apt"), release)
    backports = ["-t", f"{release}-backports"]
    wanted = ["install", "--download-only", "--no-install-recommends", package]
    for command in (["update"], [*wanted], [*backports, *wanted]):
        done = subprocess.run(
            ["apt-get", "-q", "-y", *options, *command], check=False, capture_output=True
        )
        if done.returncode == 0 and "install" in command:
            break
    else:
        return None
    return _unpack(tools.cache("debian", release, "apt"), root)


def sites() -> list[str]:
    """The addresses that the machine's own apt fetches Debian's packages from."""
    apt = Path("/etc/apt")
    texts = [path.read_text("utf-8") for name in SETTINGS for path in sorted(apt.glob(name))]
    lines = [line for text in texts for line in text.splitlines() if not line.startswith("#")]
    return list(dict.fromkeys(re.findall(r"https?://\S+/debian(?:-security)?\b", "\n".join(lines))))


def _options(folder: Path, release: str) -> list[str]:
    """apt's settings: lists, cache and sources in our own folder, and no lock of the machine's."""
    for part in ("lists/partial", "cache/archives/partial"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    settings = {
        "Dir::State::Lists": folder / "lists",
        "Dir::Cache": folder / "cache",
        "Debug::NoLocking": "1",
        "APT::Sandbox::User": "",
        "Acquire::Retries": "2",
    }
    lines = [
        f"deb [signed-by={KEYS}] {site} {suite} main\n"
        for site in sites()
        for suite in (
            [f"{release}-security"] if "security" in site else [release, f"{release}-backports"]
        )
    ]
    if Path(KEYS).is_file():  # else another distribution: its own sources have the packages
        (folder / "sources.list").write_text("".join(lines), "utf-8")
        settings["Dir::Etc::sourcelist"] = folder / "sources.list"
        settings["Dir::Etc::sourceparts"] = "-"
    return [part for key, value in settings.items() for part in ("-o", f"{key}={value}")]


def _unpack(folder: Path, root: Path) -> Path:
    """Unpack all that was fetched, then forget it."""
    fresh = root.with_name(f"{root.name}.{os.getpid()}")
    for deb in sorted((folder / "cache" / "archives").glob("*.deb")):
        subprocess.run(["dpkg", "-x", str(deb), str(fresh)], check=True)
        deb.unlink()
    fresh.rename(root)
    return root
