"""How the process begins and ends: signals, streams that are closed or full, no memory.

Only the standard library is imported, so that `begin` can come before all that takes its time.
"""

from __future__ import annotations

import io
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType, TracebackType
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer as Buffer

#: As a shell shows the end by a signal: 128 and the signal's number.
BY_SIGNAL = 128
INTERRUPTED, BROKEN_PIPE = BY_SIGNAL + 2, BY_SIGNAL + 13
FAILED = 2
ENDING = ("SIGINT", "SIGTERM", "SIGHUP")
#: The exit code, once a signal came.
_ended: list[int] = []
#: SQLite's codes (https://www.sqlite.org/rescode.html) for a disk, or memory, that is used up:
#: NOMEM, READONLY, IOERR, FULL, CANTOPEN.
NO_ROOM = {7, 8, 10, 13, 14}


class Output(io.FileIO):
    """Standard output whose errors say that they are its."""

    def write(self, data: Buffer) -> int:
        try:
            return super().write(data)
        except OSError as error:
            error.filename = "standard output"
            raise


def begin() -> None:
    """Be ready for signals and closed streams; call it once, first.

    A signal ends the process at once: nothing is half made yet, and an exception would come out
    of an import in another shape. What a parent had ignored (nohup) stays ignored.
    """
    _occupy_streams()
    for name in ENDING:
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _end_now)
    sys.excepthook = _cannot_start


@contextmanager
def told(fail: Callable[[str], NoReturn], *known: type[Exception]) -> Iterator[None]:
    """Turn what ends a verb early into one line and an exit code.

    From here on a signal ends the process as an exit does, so that nothing half made stays.

    Args:
        fail: prints one line and exits with 2.
        known: errors whose text is that line.
    """
    for number in (getattr(signal, name, None) for name in ENDING):
        if number is not None and signal.getsignal(number) is _end_now:
            signal.signal(number, _end)
    try:
        try:
            yield
        finally:
            for stream in (sys.stdout, sys.stderr):
                if stream is not None:
                    stream.flush()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        _silence()
        sys.exit(BROKEN_PIPE)
    except known as error:
        said = str(error)
    except OSError as error:
        place = f"{os.fsdecode(error.filename)}: " if error.filename is not None else ""
        said = f"{place}{error.strerror or error}"
    except MemoryError:
        said = "out of memory: allow more, or give fewer files"
    except ImportError as error:
        said = f"cannot start: {error}"
    except SystemError as error:  # a library in C that found no memory and did not say so
        said = f"out of memory, or a fault of a library ({error}): allow more"
    except Exception as error:
        if _ended:  # a library made another error of our exit
            sys.exit(_ended[0])
        if getattr(error, "sqlite_errorcode", 0) & 0xFF not in NO_ROOM:
            raise
        said = f"temporary folder: {error}: make room there, or name another by TMPDIR"
    else:
        return
    _silence()
    with suppress(OSError):
        fail(said)
    _silence()
    sys.exit(FAILED)


@contextmanager
def interrupting(heard: Callable[[], None]) -> Iterator[None]:
    """Call something on Ctrl-C, in place of the end of the process, until the block ends.

    What a parent had ignored stays ignored.

    Args:
        heard: may raise.
    """
    before = signal.getsignal(signal.SIGINT)
    if before == signal.SIG_IGN or threading.current_thread() is not threading.main_thread():
        yield
        return
    signal.signal(signal.SIGINT, lambda number, frame: heard())
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def importing() -> Iterator[None]:
    """Import what only some verbs need; what goes wrong there is told as at the start.

    Raises:
        ImportError: a library is missing, or found no memory for a part of itself.
    """
    try:
        yield
    except AttributeError as error:
        raise ImportError(f"{error}: out of memory, or a library that is not whole") from error


def _silence() -> None:
    """Let what a stream cannot take go nowhere, so that the interpreter's end is quiet."""
    for stream in (sys.stdout, sys.stderr):
        if not _flushes(stream):
            with suppress(OSError, ValueError):
                number = os.open(os.devnull, os.O_WRONLY)
                os.dup2(number, stream.fileno())
                os.close(number)


def _flushes(stream: object) -> bool:
    try:
        stream.flush()  # type: ignore[attr-defined]
    except OSError:
        return False
    except (AttributeError, ValueError):
        return True
    return True


def _occupy_streams() -> None:
    """Give closed streams their numbers, lest the next file that is opened gets them.

    Standard output is then open for reading only: writing to it fails, and that is said.
    """
    number = os.open(os.devnull, os.O_RDWR)
    while number <= 2:
        if number == 1:
            os.close(number)
            number = os.open(os.devnull, os.O_RDONLY)
        number = os.open(os.devnull, os.O_RDWR)
    os.close(number)
    if sys.stderr is None:
        sys.stderr = _text(io.FileIO(2, "w", closefd=False))
    if sys.stdout is None:
        sys.stdout = _text(Output(1, "w", closefd=False))
    elif os.name == "posix":
        old = sys.stdout
        sys.stdout = _text(Output(1, "w", closefd=False), old.encoding, old.errors)


def _text(raw: io.FileIO, encoding: str = "utf-8", errors: str | None = None) -> io.TextIOWrapper:
    watched = raw.isatty()
    return io.TextIOWrapper(
        io.BufferedWriter(raw), encoding, errors, line_buffering=watched, write_through=watched
    )


def _end_now(number: int, frame: FrameType | None) -> NoReturn:
    os._exit(BY_SIGNAL + number)


def _end(number: int, frame: FrameType | None) -> NoReturn:
    _ended.append(BY_SIGNAL + number)
    sys.exit(BY_SIGNAL + number)


def _cannot_start(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """One line where a limit, or a missing package, stops the start; a traceback for a fault."""
    # A SystemError: an interpreter that found no memory, and did not say so.
    if not issubclass(kind, (OSError, MemoryError, ImportError, SystemError)):
        sys.__excepthook__(kind, error, trace)
        return
    text = ascii(str(error) or "out of memory")[1:-1]
    with suppress(OSError):
        os.write(2, f"build.py: cannot start: {text}\n".encode())
    os._exit(FAILED)
