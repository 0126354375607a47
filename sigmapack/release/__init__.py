"""Bundles: what a build writes, with its software, its sums and a signature, for other people.

A bundle is a folder that is replaced whole or not at all. `SHA256SUMS` lists every other file, and
`SHA256SUMS.sig` signs it with the user's own key, so that it can be checked without this pack.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from sigmapack import __version__
from sigmapack.compiling.product import Artifact
from sigmapack.release import signature, sums
from sigmapack.write import MANIFEST, check_unmixed, end_dead_builds, write

PACK = "threecx-detection-pack"
#: Names of bundles: of folders on any system, with room for what a scratch folder adds.
NAME = re.compile(rf"{PACK}-[A-Za-z0-9][A-Za-z0-9._-]{{0,100}}(?<!\.)")
LICENCE = "LICENSE"


class Bundle(NamedTuple):
    """A bundle that was written."""

    name: str
    folder: Path
    files: int
    size: int
    """Of all files, in bytes."""
    signed_by: str
    """The key's fingerprint, empty where nobody signed."""


def name_of(client: str = "") -> str:
    """The name of a bundle of this version, of the pack itself or of a client."""
    return f"{PACK}-{__version__}-{client}" if client else f"{PACK}-{__version__}"


def licence(root: Path) -> Artifact:
    """The pack's licence, which goes with every copy."""
    return Artifact(LICENCE, (root / LICENCE).read_bytes())


def release(
    bundles: Iterable[tuple[str, Iterable[Artifact]]],
    out: Path,
    key: signature.PrivateKey | None,
    beside: Sequence[Artifact] = (),
) -> Iterator[Bundle]:
    """Write bundles, one after the other: each is there whole before the next is asked for.

    Args:
        bundles: the name of each, and all that its build writes, with its manifest.
        out: the folder of all bundles. What dead releases left there is put in order first.
        key: signs them; without one they say that nobody did.
        beside: what goes into each, too.

    Raises:
        WriteRefused: a bundle's folder is not replaceable, holds what no release wrote, or the
            system refuses to write. The bundles before it are written.
        ValueError: a name is none of a bundle, was there before, or a path is unsafe.
    """
    begin(out, [])
    seen: set[str] = set()
    for name, artifacts in bundles:
        distinct(name, seen)
        yield one(name, artifacts, out, key, beside)


def begin(out: Path, names: Iterable[str]) -> None:
    """Put in order what dead releases left, before bundles with these names are written.

    Raises:
        ValueError: a name is none of a bundle, or is there twice.
        WriteRefused: the system refuses to write.
    """
    end_dead_builds(out, f"{PACK}-")
    seen: set[str] = set()
    for name in names:
        distinct(name, seen)


def distinct(name: str, seen: set[str]) -> None:
    """Refuse a name that is none of a bundle, or that of an earlier one.

    Raises:
        ValueError: as said.
    """
    if not NAME.fullmatch(name) or name.casefold() in seen:
        raise ValueError(f"{name}: is no name of a bundle, or that of an earlier one")
    seen.add(name.casefold())


def one(
    name: str,
    artifacts: Iterable[Artifact],
    out: Path,
    key: signature.PrivateKey | None,
    beside: Sequence[Artifact],
) -> Bundle:
    """Write one bundle; the rest as for `release`, whose `begin` came before."""
    files = sealed(name, [*artifacts, *beside], key)
    check_unmixed(out / name)
    write(files, out / name)
    size = sum(len(file.data) for file in files)
    signed = signature.fingerprint(key.public_key()) if key else ""
    return Bundle(name, out / name, len(files), size, signed)


def sealed(
    name: str, artifacts: Sequence[Artifact], key: signature.PrivateKey | None
) -> list[Artifact]:
    """The files of a bundle: the manifest says what they are, the sums seal it, the key seals them.

    Raises:
        ValueError: there is no manifest, or a path is unsafe.
    """
    found = {artifact.path: artifact for artifact in artifacts}
    if len(found) != len(artifacts) or MANIFEST not in found:
        raise ValueError(f"{name}: a bundle has one manifest, and each path once")
    manifest = json.loads(found.pop(MANIFEST).data)
    digests = {path: digest(artifact.data) for path, artifact in found.items()}
    manifest["files"] = dict(sorted(digests.items()))
    manifest["release"] = {
        "bundle": name,
        "signed_by": signature.fingerprint(key.public_key()) if key else None,
    }
    data = (json.dumps(manifest, indent=1, ensure_ascii=False) + "\n").encode()
    listed = sums.text({**digests, MANIFEST: digest(data)})
    files = [*found.values(), Artifact(MANIFEST, data), Artifact(sums.SUMS, listed)]
    if key is not None:
        files.append(Artifact(sums.SIGNATURE, signature.sign(key, listed)))
    return files


def digest(data: bytes) -> str:
    """The SHA-256 of a file, as `sha256sum` prints it."""
    return hashlib.sha256(data).hexdigest()
