"""Prepares what the tests need from elsewhere, and says what it is.

python -m tests.engines.fetch              prepare all engines
python -m tests.engines.fetch loki eql     prepare these
python -m tests.engines.fetch --list       show what is there, and how large it is
python -m tests.engines.fetch --clean      delete all that was fetched
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from tests.engines import tools
from tests.engines.registry import TOGETHER, Engine, absent, discover, prepare

SIZES = ("Download", "Kept", "Here")


def size(folder: Path) -> int:
    """Bytes of all files of a folder, those with several names once."""
    files = [path.lstat() for path in folder.rglob("*") if not path.is_dir() or path.is_symlink()]
    return sum({file.st_ino: file.st_blocks * 512 for file in files}.values())


def prepare_all(
    engines: Iterable[Engine], tell: Callable[[Engine, str], None]
) -> dict[str, tools.Failed]:
    """Prepare engines, two at a time, in the order given.

    Args:
        engines: what is prepared.
        tell: is called for each that is done or not to be had, with what there is to say.

    Returns:
        Name -> what failed.
    """
    failed: dict[str, tools.Failed] = {}

    def one(engine: Engine) -> None:
        started = time.monotonic()
        try:
            folder = prepare(engine)
        except tools.Missing as error:
            tell(engine, f"left out: {error} is missing")
        except tools.Failed as error:
            failed[engine.name] = error
            tell(engine, f"failed: {error}")
        else:
            took = time.monotonic() - started
            tell(engine, f"{size(folder) / 1e6:.0f} MB in {took:.0f} s")

    with ThreadPoolExecutor(TOGETHER) as pool:
        list(pool.map(one, engines))
    return failed


def end_with_input() -> None:
    """End this process and all it started as soon as its standard input ends.

    A test run holds the other end: it goes with the run, however that ends.
    """

    def wait() -> None:
        sys.stdin.buffer.read()
        os.killpg(0, signal.SIGTERM)

    os.setpgid(0, 0)
    threading.Thread(target=wait, daemon=True).start()


def overview(engines: Iterable[Engine]) -> Table:
    """A table of engines: from where, how large, and what there is of them."""
    table = Table(box=None)
    for head in ("Engine", "What", "From", "Download", "Kept", "Here", "Needs"):
        table.add_column(head, no_wrap=True, justify="right" if head in SIZES else "left")
    for engine in engines:
        here = "-"
        if engine.is_there:
            folder = engine.home
            here = f"{size(folder) / 1e6:.0f} MB" if folder.is_dir() else "installed"
        sizes = (f"{engine.download} MB", f"{engine.kept} MB")
        needed = ", ".join(engine.tools)
        table.add_row(engine.name, engine.what, engine.source, *sizes, here, needed)
    return table


def clean(console: Console) -> None:
    """Delete the cache."""
    folder = tools.root()
    freed = size(folder) if folder.is_dir() else 0
    shutil.rmtree(folder, ignore_errors=True)
    console.print(f"{folder}: {freed / 1e6:.0f} MB deleted", highlight=False)


@click.command(help="Prepare the engines that tests need: all, or those named.")
@click.argument("names", nargs=-1, metavar="[ENGINE]...")
@click.option("--list", "listed", is_flag=True, help="Show what there is, and how large.")
@click.option("--clean", "cleaned", is_flag=True, help="Delete all that was fetched.")
@click.option("--while-input", is_flag=True, hidden=True)
def main(names: tuple[str, ...], listed: bool, cleaned: bool, while_input: bool) -> None:
    """The command line of this module."""
    console = Console(width=None if sys.stdout.isatty() else 120)
    if unknown := set(names) - set(discover()):
        raise click.UsageError(f"no such engine: {', '.join(sorted(unknown))}; see --list")
    if cleaned:
        clean(console)
        return
    wanted = [engine for name, engine in discover().items() if name in names or not names]
    if listed:
        console.print(overview(wanted), highlight=False)
        total = size(tools.root()) if tools.root().is_dir() else 0
        console.print(f"{tools.root()}: {total / 1e6:.0f} MB", highlight=False)
        return
    if while_input:
        end_with_input()
    left = absent([engine.name for engine in wanted])
    if left:
        console.print(overview(left), highlight=False)
    for engine in wanted:
        if engine not in left and not engine.is_there:
            lacking = [name for name in engine.tools if not shutil.which(name)]
            console.print(f"{engine.name} is left out: {', '.join(lacking)} is missing")

    def tell(engine: Engine, what: str) -> None:
        console.print(f"{engine.name}: {what}", highlight=False, markup=False)

    failed = prepare_all(left, tell)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
