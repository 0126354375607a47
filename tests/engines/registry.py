"""What the tests fetch: one `Engine` a program, described in the `fetched.py` of its folder.

An engine is prepared once into the cache, under a key that its version and its sources make; the
folder's `installed` says that it is whole. Nothing here knows of pytest but `prepared`.
"""

from __future__ import annotations

import hashlib
import importlib
import shutil
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from tests.engines import tools

DONE = "installed"
#: Engines that are prepared at the same time: each keeps about one core busy.
TOGETHER = 2
PYTHON = f"py{sys.version_info.major}{sys.version_info.minor}"


@dataclass(frozen=True)
class Engine:
    """One thing that is fetched.

    Attributes:
        name: as in the mark `engines(name)` and in `fetch NAME`.
        what: it is, in a few words.
        source: the registry that it comes from.
        key: of its version and all else it is made of.
        download: megabytes that are fetched.
        kept: megabytes that stay in the cache.
        seconds: that it takes, about, on one core: what takes longest is prepared first.
        make: puts it into an empty folder.
        tools: programs of the machine that this needs.
        products: whose tests it is for: those that `-m PRODUCT` selects.
        around: whether the machine has it anyway, for what may be installed.
    """

    name: str
    what: str
    source: str
    key: str
    download: int
    kept: int
    seconds: int
    make: Callable[[Path], None] = field(repr=False)
    tools: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    around: Callable[[], bool] = field(default=lambda: False, repr=False)

    @property
    def home(self) -> Path:
        """The folder where it lies, or will."""
        return tools.root() / self.name / self.key

    @property
    def is_there(self) -> bool:
        """Whether nothing has to be fetched for it."""
        return (self.home / DONE).is_file() or self.around()


@cache
def discover() -> Mapping[str, Engine]:
    """All engines by name: whatever a `fetched.py` below this folder calls `FETCHED`."""
    here = Path(__file__).parent
    found: dict[str, Engine] = {}
    for path in sorted(here.rglob("fetched.py")):
        module = ".".join(path.relative_to(here.parents[1]).with_suffix("").parts)
        fetched = importlib.import_module(module).FETCHED
        for engine in fetched if isinstance(fetched, tuple) else (fetched,):
            assert engine.name not in found, f"two engines are called {engine.name}"
            found[engine.name] = engine
    return found


def absent(names: Iterable[str]) -> list[Engine]:
    """Those of some engines that would be fetched, the longest first.

    One whose tools are missing is not among them: its tests skip, or fail in CI.
    """
    engines = [discover()[name] for name in sorted(names)]
    wanted = [e for e in engines if not e.is_there and all(map(shutil.which, e.tools))]
    return sorted(wanted, key=lambda engine: -engine.seconds)


def prepare(engine: Engine) -> Path:
    """The folder of an engine; made now, where it is not there yet.

    Whoever comes first prepares it, in whichever process; the others wait.

    Raises:
        tools.Missing: a program of the machine is not there.
        tools.Failed: fetching or building failed; the text is its output.
    """
    with tools.alone(engine.name):
        if not (engine.home / DONE).is_file():
            for program in engine.tools:
                if shutil.which(program) is None:
                    raise tools.Missing(program)
            shutil.rmtree(engine.home, ignore_errors=True)
            engine.home.mkdir(parents=True)
            engine.make(engine.home)
            (engine.home / DONE).touch()
    return engine.home


@cache
def _once(name: str) -> Path | Exception:
    """The folder, or why there is none: no process tries twice."""
    try:
        return prepare(discover()[name])
    except (tools.Missing, tools.Failed) as error:
        return error


def prepared(name: str) -> Path:
    """The folder of an engine, for a test with the mark `engines(name)`.

    It skips (fails in CI) where a program of the machine is missing, and fails with the output of
    what was run where the engine could not be fetched or built.
    """
    tools.marked(name)
    found = _once(name)
    if isinstance(found, tools.Missing):
        tools.missing(str(found))
    if isinstance(found, Exception):
        raise tools.Failed(str(found))
    return found


def digest(*files: Path, text: str = "") -> str:
    """The key of an engine that is made of some files."""
    found = hashlib.sha256(text.encode())
    for path in files:
        found.update(path.read_bytes())
    return found.hexdigest()[:16]
