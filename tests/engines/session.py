"""What a test run does about engines: marks, order, a notice, and preparing them meanwhile.

Workers collect the tests; only the first process of a run talks to the terminal, and prepares. So
a worker writes down which engines its tests need, and the first process reads it.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.engines import tools
from tests.engines.registry import TOGETHER, absent, discover

TARGETS = tools.ROOT / "sigmapack" / "targets"
#: What `-m` selects a product's tests by: the names of its folder and of those that several share.
PRODUCTS = sorted({path.stem for path in TARGETS.iterdir() if path.stem.isalpha()})
FAST = "not engines"
NOTICE = """\
Fetched now, as these tests need it: {names}.
{download} MB to download, {kept} MB to keep in {root} (or $SIGMAPACK_CACHE).
Without it: pytest -m "not engines". Ahead: python -m tests.engines.fetch (--list, --clean).\
"""


def pytest_configure(config: pytest.Config) -> None:
    """Register a mark for every product; while tests are collected, no engine may be used."""
    for name in PRODUCTS:
        config.addinivalue_line("markers", f"{name}: a test of that product or language")
    tools.allowed = frozenset()
    config.stash[PREPARATION] = Preparation(config)


def marks(item: pytest.Item) -> frozenset[str]:
    """The engines that a test is marked with."""
    return frozenset(name for mark in item.iter_markers("engines") for name in mark.args)


def products(item: pytest.Item) -> set[str]:
    """The products whose test it is: by its folder, or by its engine."""
    parts = {part.removeprefix("test_") for part in item.path.with_suffix("").parts}
    of_engines = {name for engine in marks(item) for name in discover()[engine].products}
    inside = item.path.is_relative_to(tools.ROOT / "tests" / "targets")
    return of_engines | (parts & set(PRODUCTS) if inside else set())


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """With `-m "not engines"`, do not import what it leaves out: some of it takes seconds."""
    if config.option.markexpr.strip() != FAST or collection_path.suffix != ".py":
        return None
    return True if "\npytestmark = pytest.mark.engines(" in collection_path.read_text() else None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark tests with their products; put those last whose engine is ready last.

    Raises:
        UsageError: a mark names no engine.
    """
    for item in items:
        if unknown := marks(item) - set(discover()):
            raise pytest.UsageError(f"{item.nodeid}: no such engine: {', '.join(unknown)}")
        for name in products(item):
            item.add_marker(name)
    waits: dict[Path, int] = {}
    late = config.stash[PREPARATION].late()
    for item in items:
        own = max((late.get(name, 0) for name in marks(item)), default=0)
        waits[item.path] = max(own, waits.get(item.path, 0))
    items.sort(key=lambda item: waits[item.path])


@pytest.hookimpl(tryfirst=True)
def pytest_collection_finish(session: pytest.Session) -> None:
    """Prepare what the tests that are left need; a worker has it done by the first process.

    First of all: xdist's own hook tells the first process, which then reads what is written here.
    """
    if not session.config.option.collectonly:
        needed = {name for item in session.items for name in marks(item)}
        session.config.stash[PREPARATION].need(needed)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """While a test runs, it may use the engines that it is marked with."""
    tools.allowed = marks(item)
    try:
        return (yield)
    finally:
        tools.allowed = frozenset()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a worker where to write what its tests need, and what is not there yet."""
    node.workerinput.update(node.config.stash[PREPARATION].told())


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_node_collection_finished(node: Any) -> None:
    """A worker has written it."""
    node.config.stash[PREPARATION].read()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """End what is still being prepared."""
    session.config.stash[PREPARATION].end()


class Preparation:
    """What a run needs and prepares; in a worker, only what it has been told."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.told_us: dict[str, Any] | None = getattr(config, "workerinput", None)
        self.place: tempfile.TemporaryDirectory[str] | None = None
        self.process: subprocess.Popen[bytes] | None = None

    def late(self) -> dict[str, int]:
        """Engine -> when it will be ready, of those to be prepared: the same in all workers."""
        if self.told_us:
            engines = [discover()[name] for name in self.told_us["engines_absent"]]
        else:
            engines = absent(discover())
        busy, ready = [0] * TOGETHER, {}
        for engine in engines:
            first = busy.index(min(busy))
            busy[first] += engine.seconds
            ready[engine.name] = busy[first]
        return ready

    def told(self) -> dict[str, Any]:
        """What a worker is told."""
        if self.place is None:
            self.place = tempfile.TemporaryDirectory(prefix="engines-")
        names = [engine.name for engine in absent(discover())]
        return {"engines_absent": names, "engines_file": str(Path(self.place.name) / "needed")}

    def need(self, names: Iterable[str]) -> None:
        """Begin to prepare engines, or pass it on."""
        if self.told_us is None:
            self._start(names)
        elif self.told_us["workerid"] == "gw0":
            Path(self.told_us["engines_file"]).write_text("\n".join(sorted(names)), "utf-8")

    def read(self) -> None:
        """Begin to prepare what a worker has asked for."""
        path = Path(self.told()["engines_file"])
        if self.process is None and path.is_file():
            self._start(path.read_text("utf-8").split())

    def _start(self, names: Iterable[str]) -> None:
        engines = absent(names)
        if not engines:
            return
        reporter = self.config.pluginmanager.get_plugin("terminalreporter")
        text = NOTICE.format(
            names=", ".join(engine.name for engine in engines),
            download=sum(engine.download for engine in engines),
            kept=sum(engine.kept for engine in engines),
            root=tools.root(),
        )
        if reporter:
            reporter.ensure_newline()
            reporter.write_line(text)
        module = [sys.executable, "-m", "tests.engines.fetch", "--while-input"]
        # It says nothing: where it fails, the tests of that engine try again and show why.
        self.process = subprocess.Popen(
            [*module, *(engine.name for engine in engines)],
            cwd=tools.ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def end(self) -> None:
        """End it: it ends with its input."""
        if self.process and self.process.stdin:
            self.process.stdin.close()
            self.process.wait(30)
        if self.place:
            self.place.cleanup()


PREPARATION = pytest.StashKey[Preparation]()
