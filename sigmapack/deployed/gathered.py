"""The files that somebody named as exports: of folders and archives all that stand in them."""

from __future__ import annotations

import io
import os
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from sigmapack.deployed.strangers import Export, read
from sigmapack.events.files import UnreadableInput, check_file

#: Bytes of an archive's files together: the pack's have four million.
MOST_UNPACKED = 256 * 2**20
#: Files of a folder or an archive: the pack's largest, an app of Splunk or a package of LogScale,
#: have 200.
MOST_FILES = 5_000
#: Bytes of all files that were named, unpacked: a folder of logs, named by mistake, ends there.
MOST_TOGETHER = 512 * 2**20
#: What archives begin with.
ZIP, GZIP = b"PK\x03\x04", b"\x1f\x8b"


def exports(paths: Iterable[Path]) -> Iterator[tuple[Export, bool]]:
    """Every file of what was named, and whether it was named itself; archives are unpacked.

    Of folders all files are read that are no links, sorted.

    Raises:
        UnreadableInput: a path is not there or no file, or exceeds a limit.
    """
    left = MOST_TOGETHER
    for path in paths:
        inside = os.path.isdir(path)
        if not inside:
            check_file(path)
        for one in _below(path) if inside else [path]:
            made = unpacked(Export(str(one), read(one)))
            left -= sum(len(each.data) for each in made)
            if left < 0:
                message = f"more than {MOST_TOGETHER:,} bytes together: name the exports in it"
                raise UnreadableInput(path, message)
            yield from ((each, not inside and len(made) == 1) for each in made)


def _below(folder: Path) -> list[Path]:
    found: list[Path] = []
    for here, folders, names in os.walk(folder):
        folders.sort()
        found += [Path(here, name) for name in names if _regular(Path(here, name))]
        if len(found) > MOST_FILES:
            raise UnreadableInput(folder, f"more than {MOST_FILES:,} files: name those to be read")
    return sorted(found)


def _regular(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except OSError:
        return False


def unpacked(export: Export) -> list[Export]:
    """The files of a zip or of a gzip-packed tar archive; the file itself where it is neither.

    Nothing is written: a name in an archive is only shown, and compared.

    Raises:
        UnreadableInput: it is damaged, or exceeds a limit.
    """
    try:
        if export.data.startswith(ZIP):
            return list(_zipped(export))
        if export.data.startswith(GZIP):
            return list(_tarred(export))
    except (zipfile.BadZipFile, tarfile.TarError, zlib.error, OSError, ValueError, EOFError,
            NotImplementedError, RuntimeError) as error:  # fmt: skip
        raise UnreadableInput(export.path, f"a damaged archive: {error}") from None
    return [export]


def _zipped(export: Export) -> Iterator[Export]:
    with zipfile.ZipFile(io.BytesIO(export.data)) as archive:
        listed = [info for info in archive.infolist() if not info.is_dir()]
        _few(export, len(listed))
        left = MOST_UNPACKED
        for info in listed:
            with archive.open(info) as file:
                data = file.read(left + 1)  # what the archive says of its sizes may be wrong
            left = _left(export, left, len(data))
            yield Export(f"{export.path}/{info.filename}", data)


def _tarred(export: Export) -> Iterator[Export]:
    unzip = zlib.decompressobj(wbits=31)
    raw = unzip.decompress(export.data, MOST_UNPACKED + 1)
    _left(export, MOST_UNPACKED, len(raw))
    with tarfile.open(fileobj=io.BytesIO(raw), mode="r:") as archive:
        for number, member in enumerate(archive, 1):
            _few(export, number)
            file = archive.extractfile(member) if member.isreg() else None
            if file:
                yield Export(f"{export.path}/{member.name}", file.read())


def _few(export: Export, number: int) -> None:
    if number > MOST_FILES:
        raise UnreadableInput(export.path, f"an archive of more than {MOST_FILES:,} files")


def _left(export: Export, left: int, size: int) -> int:
    if size > left:
        raise UnreadableInput(export.path, f"more than {MOST_UNPACKED:,} bytes when unpacked")
    return left - size
