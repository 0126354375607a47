"""Whether a bundle is, byte by byte, what its sums list and its signature seals.

The bundle is a stranger's until its signature holds, and after: nothing of what it says is opened
by name. All paths come from walking its folder, which follows no link; the sums and the manifest
are only compared with what was found.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sigmapack.content.model import Problem
from sigmapack.release import agreement, signature, sums, walk
from sigmapack.release.packets import Malformed
from sigmapack.release.signature import PublicKey
from sigmapack.write import MANIFEST

#: Bytes of a manifest: the pack's has 1.1 million. As Python's objects it may take thirty times as
#: many.
MOST_MANIFEST = 8_000_000
#: Bytes of all files: a hundred times what the pack has. A file with holes may claim any number.
MOST_BYTES = 2_000_000_000
#: Problems that are told one by one.
MOST_TOLD = 200
NOT_SUMMED = {sums.SUMS, sums.SIGNATURE}


@dataclass
class Verdict:
    """What a bundle says it is, who signed it, and what is wrong with it."""

    name: str = ""
    version: str = ""
    files: int = 0
    signed_by: str = ""
    """The fingerprint of the key whose signature holds; empty where there is none."""
    key_checked: bool = False
    """Whether that is one of the keys given."""
    problems: list[Problem] = field(default_factory=list)


@dataclass
class _Look:
    """One look at a bundle: what was found in it so far."""

    folder: Path
    found: list[Problem] = field(default_factory=list)
    more: int = 0

    def tell(self, path: str, code: str, message: str, line: int = 1, hidden: bool = False) -> None:
        """Note a problem; `hidden` where something could not be read at all."""
        if len(self.found) >= MOST_TOLD and not hidden:
            self.more += 1
            return
        place = (self.folder / path).as_posix() if path else self.folder.as_posix()
        self.found.append(Problem(place, line, code, message, hidden))

    def read(self, path: str, most: int) -> bytes | None:
        """The bytes of a file of the bundle; None, and a problem, where that cannot be."""
        try:
            data = walk.read(self.folder, path, most)
        except (OSError, walk.Changed) as error:
            reason = getattr(error, "strerror", None) or "is no file"
            self.tell(path, "unreadable", f"cannot be read: {reason}", hidden=True)
            return None
        if len(data) > most:
            self.tell(path, "too-large", f"has more than {most} bytes: it is not looked at")
            return None
        return data


def verify(folder: Path, keys: Sequence[PublicKey] = ()) -> Verdict:
    """Look at a bundle.

    Args:
        folder: the bundle's.
        keys: one of them must have signed it; where there are none, any may have, or nobody.
    """
    look, verdict = _Look(folder), Verdict()
    files = _files(look)
    listed: dict[str, str] = {}
    if sums.SUMS not in files:
        look.tell(sums.SUMS, "no-sums", f"{folder} is no bundle, or its list is missing")
    else:
        data = look.read(sums.SUMS, sums.MOST_SUMS)
        if data is not None:
            _seal(look, verdict, data, sums.SIGNATURE in files, keys)
            listed, faults = sums.read(data)
            for fault in faults:
                look.tell(sums.SUMS, fault.code, fault.message, fault.line)
            _compare(look, files, listed)
            _manifest(look, verdict, files, listed, sums.SIGNATURE in files)
    verdict.files = len(files)
    verdict.problems = sorted(look.found)
    if look.more:
        verdict.problems.append(
            Problem(folder.as_posix(), 1, "more", f"and {look.more} problems more of such kinds")
        )
    return verdict


def _files(look: _Look) -> dict[str, walk.Entry]:
    """The files of the bundle by their paths; what is none is a problem, and empty folders are."""
    files: dict[str, walk.Entry] = {}
    folders: set[str] = set()
    try:
        for entry in walk.entries(look.folder):
            if entry.kind == walk.FILE:
                files[entry.path] = entry
            elif entry.kind == walk.FOLDER:
                folders.add(entry.path)
            elif entry.kind == walk.LINK:
                look.tell(entry.path, "link", "is a link, which no bundle has: it is not followed")
            else:
                look.tell(entry.path, "special", "is no file: it is not opened")
    except walk.TooMany as error:
        look.tell("", "too-many", f"{error}: the rest is not looked at")
    except OSError as error:
        name = error.filename or look.folder
        look.found.append(
            Problem(str(name), 1, "unreadable", f"cannot be read: {error.strerror}", True)
        )
    used = {parent for path in files for parent in _parents(path)}
    for path in sorted(folders - used - {p for f in folders for p in _parents(f)}):
        look.tell(path, "added", "is an empty folder, which no bundle has")
    return files


def _seal(
    look: _Look, verdict: Verdict, data: bytes, signed: bool, keys: Sequence[PublicKey]
) -> None:
    """Compare the signature with the sums and the keys."""
    if not signed:
        if keys:
            look.tell(sums.SIGNATURE, "unsigned", "is missing: nobody signed this bundle")
        return
    armoured = look.read(sums.SIGNATURE, signature.MOST_SIGNATURE)
    if armoured is None:
        return
    try:
        found = signature.read(armoured)
    except Malformed as error:
        look.tell(sums.SIGNATURE, "bad-signature", str(error))
        return
    who = signature.fingerprint(found.key)
    if not signature.holds(found, data):
        message = f"{who} did not sign this {sums.SUMS}: one of the two was changed"
        look.tell(sums.SIGNATURE, "bad-signature", message)
        return
    verdict.signed_by = who
    if not keys:
        return
    if signature.blob_of(found.key) in map(signature.blob_of, keys):
        verdict.key_checked = True
        return
    wanted = ", ".join(map(signature.fingerprint, keys[:3])) + (", …" if keys[3:] else "")
    look.tell(sums.SIGNATURE, "wrong-key", f"signed by {who}, not by the key given ({wanted})")


def _compare(look: _Look, files: dict[str, walk.Entry], listed: dict[str, str]) -> None:
    """Compare the files with the sums."""
    for path in sorted(set(listed) - set(files)):
        look.tell(path, "missing", f"{sums.SUMS} lists it, and it is not there as a file")
    left = MOST_BYTES
    for path in sorted(files):
        if path in NOT_SUMMED:
            continue
        if path not in listed:
            look.tell(path, "added", f"{sums.SUMS} does not list it")
            continue
        left -= files[path].size
        if left < 0:
            look.tell(path, "too-large", f"with it there are more than {MOST_BYTES} bytes")
            return
        try:
            if walk.digest(look.folder, files[path]) != listed[path]:
                look.tell(path, "changed", f"is not the file that {sums.SUMS} lists")
        except walk.Changed:
            look.tell(path, "changed", "was changed while it was read")
        except OSError as error:
            look.tell(path, "unreadable", f"cannot be read: {error.strerror}", hidden=True)


def _manifest(
    look: _Look,
    verdict: Verdict,
    files: dict[str, walk.Entry],
    listed: dict[str, str],
    signed: bool,
) -> None:
    """Compare what the manifest says with the sums."""
    if MANIFEST not in files:
        if MANIFEST not in listed:
            look.tell(MANIFEST, "missing", "every bundle has one")
        return
    data = look.read(MANIFEST, MOST_MANIFEST)
    if data is None:
        return
    said = agreement.read(data)
    verdict.name, verdict.version = said.name, said.version
    for path, message in agreement.faults(said, listed, signed):
        look.tell(MANIFEST, "manifest", f"{path}: {message}" if path else message)


def _parents(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[:end]) for end in range(1, len(parts))]
