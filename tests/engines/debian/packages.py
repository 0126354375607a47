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
from pathlib import Path

from tests.engines import tools
from tests.engines.recipes import scratch
from tests.engines.registry import prepared

KEYS = "/usr/share/keyrings/debian-archive-keyring.gpg"
#: Where the machine says what its sites are, in both of apt's forms.
SETTINGS = ("sources.list", "sources.list.d/*.list", "sources.list.d/*.sources")


def release() -> str:
    """The code name of the machine's release."""
    return platform.freedesktop_os_release().get("VERSION_CODENAME", "unknown")


def installed(name: str) -> Path | None:
    """A program of the machine itself."""
    path = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])
    found = shutil.which(name, path=path)
    return Path(found) if found else None


def program(engine: str, name: str) -> Path:
    """A program of an engine; skips (fails in CI) where it can neither be found nor fetched."""
    tools.marked(engine)
    if found := installed(name):
        return found
    root = prepared(engine)
    (path,) = (one for part in ("bin", "sbin") if (one := root / "usr" / part / name).is_file())
    return path


def environment(program: Path) -> dict[str, str]:
    """The environment in which an unpacked program finds its libraries."""
    root = program.parents[2]
    found = sorted({str(path.parent) for path in root.glob("usr/lib/**/*.so*")})
    own = root.is_relative_to(tools.root())
    return {**os.environ, **({"LD_LIBRARY_PATH": os.pathsep.join(found)} if own else {})}


def unpack(home: Path, packages: tuple[str, ...], without: tuple[str, ...] = ()) -> None:
    """Fetch packages and what they depend on, and unpack them.

    Args:
        home: an empty folder.
        packages: their names.
        without: patterns of paths that are deleted again.

    Raises:
        tools.Missing: apt cannot fetch them.
    """
    with scratch(home) as folder:
        options = _options(folder)
        backports = ["-t", f"{release()}-backports"]
        wanted = ["install", "--download-only", "--no-install-recommends", *packages]
        for command in (["update"], [*wanted], [*backports, *wanted]):
            done = subprocess.run(
                ["apt-get", "-q", "-y", *options, *command], check=False, capture_output=True
            )
            if done.returncode == 0 and "install" in command:
                break
        else:
            raise tools.Missing(f"the Debian packages {' '.join(packages)}")
        for deb in sorted((folder / "cache" / "archives").glob("*.deb")):
            tools.run(["dpkg", "-x", deb, home])
    for path in (path for pattern in without for path in home.glob(pattern)):
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def sites() -> list[str]:
    """The addresses that the machine's own apt fetches Debian's packages from."""
    apt = Path("/etc/apt")
    texts = [path.read_text("utf-8") for name in SETTINGS for path in sorted(apt.glob(name))]
    lines = [line for text in texts for line in text.splitlines() if not line.startswith("#")]
    return list(dict.fromkeys(re.findall(r"https?://\S+/debian(?:-security)?\b", "\n".join(lines))))


def _options(folder: Path) -> list[str]:
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
    plain = [release(), f"{release()}-backports"]
    lines = [
        f"deb [signed-by={KEYS}] {site} {suite} main\n"
        for site in sites()
        for suite in ([f"{release()}-security"] if "security" in site else plain)
    ]
    if Path(KEYS).is_file():  # else another distribution: its own sources have the packages
        (folder / "sources.list").write_text("".join(lines), "utf-8")
        settings["Dir::Etc::sourcelist"] = folder / "sources.list"
        settings["Dir::Etc::sourceparts"] = "-"
    return [part for key, value in settings.items() for part in ("-o", f"{key}={value}")]
