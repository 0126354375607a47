"""How engines of one kind get into their folder; what only the build needs is deleted again."""

from __future__ import annotations

import shutil
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.engines.tools import Missing, run

GO = "-mod=readonly -modcacherw -trimpath -buildvcs=false"
#: Without inlining, compiling takes a third less time, of minutes; tests are not much slower.
BUILD = ("go", "build", "-gcflags=all=-l", "-ldflags=-s -w")
PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check")


@contextmanager
def scratch(home: Path) -> Iterator[Path]:
    """A folder for what only the build needs; after a crash it goes with the engine's folder."""
    folder = home / "scratch"
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def environment(home: Path, *packages: str, dependencies: bool = True) -> None:
    """An environment of Python with packages, without pip of its own."""
    run([sys.executable, "-m", "venv", "--without-pip", home])
    pip = [*PIP, "--python", home / "bin" / "python", "install", "--quiet", "--no-cache-dir"]
    run([*pip, *([] if dependencies else ["--no-deps"]), *packages])


def packages(home: Path, *names: str) -> None:
    """Packages of Python with what they depend on, for `PYTHONPATH`."""
    run([*PIP, "install", "--quiet", "--no-cache-dir", "--target", home, *names])


def jars(home: Path, sources: Path) -> None:
    """What a `pom.xml` asks for in `lib`, and the one class beside it in `classes`."""
    (main,) = sources.glob("*.java")
    with scratch(home) as folder:
        goal = ["dependency:copy-dependencies", f"-DoutputDirectory={home / 'lib'}"]
        local = [f"-Dmaven.repo.local={folder}", "-f", sources / "pom.xml"]
        run(["mvn", "-q", "-B", *local, *goal, "-DincludeScope=runtime"])
    run(["javac", "-cp", f"{home / 'lib'}/*", "-d", home / "classes", main])


def binary(
    home: Path,
    sources: Path,
    prepare: Callable[[Mapping[str, str | Path]], None] = lambda settings: None,
) -> None:
    """The program of a Go module, called as its folder.

    Args:
        home: where it is put.
        sources: the module.
        prepare: is called with Go's settings before the build.
    """
    with scratch(home) as folder:
        settings: dict[str, str | Path] = {
            "CGO_ENABLED": "0",
            "GOFLAGS": GO,
            "GOMODCACHE": folder / "modules",
            "GOCACHE": folder / "build",
        }
        prepare(settings)
        run([*BUILD, "-o", home / sources.name, "."], sources, **settings)


def modules(home: Path, sources: Path, names: Sequence[str]) -> None:
    """The npm packages that a lock file pins."""
    for name in names:
        shutil.copyfile(sources / name, home / name)
    with scratch(home) as folder:
        options = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        run(["npm", "ci", *options, f"--cache={folder}"], home)


def _numbers(version: str) -> list[int]:
    return [int(number) for number in version.partition("-")[0].split(".")]


def crate(home: Path, sources: Path) -> None:
    """The program of a Rust crate, called as its folder.

    Raises:
        Missing: the machine's Rust is older than the crate needs.
    """
    package = tomllib.loads((sources / "Cargo.toml").read_text("utf-8"))["package"]
    needed, here = package["rust-version"], run(["cargo", "--version"]).split()[1]
    if _numbers(here) < _numbers(needed):
        raise Missing(f"cargo {needed} (here is {here})")
    with scratch(home) as folder:
        settings = {"CARGO_HOME": folder / "cargo", "CARGO_TARGET_DIR": folder / "target"}
        run(["cargo", "build", "--quiet", "--release", "--locked"], sources, **settings)
        shutil.copy2(folder / "target" / "release" / sources.name, home / sources.name)
