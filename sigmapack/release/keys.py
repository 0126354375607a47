"""Keys of files: the private one that signs, and public ones that a signature is compared with.

What goes wrong is said without a byte of the key or its passphrase.
"""

from __future__ import annotations

import base64
import binascii
import os
import stat
from collections.abc import Callable
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization

from sigmapack.release import signature
from sigmapack.release.packets import Malformed

#: Bytes of a file of keys: ssh-keygen's longest private key (RSA of 16,384 bits) has 12,000.
MOST_KEY = 65_536
#: Keys of one file: those in turn of a team, and the ones before.
MOST_KEYS = 100
BEGIN = b"-----BEGIN OPENSSH PRIVATE KEY-----"
#: A key that group or others can read has left its owner's hands; ssh-keygen refuses it, too.
OTHERS = 0o077


class KeyRefused(Exception):
    """A file of keys that cannot be used; the text is one line without any secret."""


def private(path: Path, passphrase: Callable[[], str], *kept: Path) -> signature.PrivateKey:
    """The private key of a file, as `ssh-keygen` makes it.

    Args:
        path: of the file.
        passphrase: asked when the key is encrypted.
        kept: folders where no private key may lie: a repository, a bundle.

    Raises:
        KeyRefused: the file or the passphrase is not one that opens a key that signs.
    """
    data = _bytes(path, secret=True)
    place = path.resolve()
    for folder in kept:
        if place.is_relative_to(folder.resolve()):
            raise KeyRefused(
                f"{path}: a private key in {folder} may be handed over with it: move it elsewhere"
            )
    if not data.lstrip().startswith(BEGIN):
        raise KeyRefused(
            f"{path}: is no private key of OpenSSH: make one with ssh-keygen -t ed25519, or "
            "convert it with ssh-keygen -p"
        )
    key = _opened(path, data, None)
    if key is None:
        key = _opened(path, data, passphrase().encode())
    try:
        signature.usable(getattr(key, "public_key", lambda: None)())
    except signature.Unfit as error:
        raise KeyRefused(f"{path}: {error}") from error
    assert isinstance(key, signature.PrivateKey)
    return key


def _opened(path: Path, data: bytes, passphrase: bytes | None) -> object:
    """The key, None where it needs a passphrase and there is none."""
    try:
        return serialization.load_ssh_private_key(data, passphrase)
    except TypeError:  # encrypted, and there is no passphrase or an empty one
        if passphrase is None:
            return None
        reason = "the passphrase is wrong, or it is damaged"
    except UnsupportedAlgorithm:
        reason = "is of a kind that cannot sign here: use Ed25519, RSA or ECDSA in a file"
    except ValueError:
        reason = "is damaged" if passphrase is None else "the passphrase is wrong, or it is damaged"
    raise KeyRefused(f"{path}: {reason}") from None


def public(path: Path) -> list[signature.PublicKey]:
    """The public keys of a file, one a line, as `ssh-keygen` writes them to `.pub`.

    Raises:
        KeyRefused: the file has none, or a line that is none.
    """
    data = _bytes(path)
    if data.lstrip().startswith(b"-----BEGIN"):
        raise KeyRefused(f"{path}: give the public key (.pub): nobody needs a private one to check")
    found: list[signature.PublicKey] = []
    for number, line in enumerate(data.split(b"\n"), 1):
        words = line.split()
        if not words or words[0].startswith(b"#"):
            continue
        try:
            blob = base64.b64decode(words[1], validate=True)
            key = signature.public(blob)
            if signature.kind(key).encode() != words[0]:
                raise Malformed("names another kind of key")
        except (IndexError, ValueError, binascii.Error, Malformed) as error:
            said = error if isinstance(error, Malformed) else "is no public key"
            raise KeyRefused(
                f"{path}:{number}: {said}: a line is a kind and a key, as in a file .pub"
            ) from error
        found.append(key)
        if len(found) > MOST_KEYS:
            raise KeyRefused(f"{path}: has more than {MOST_KEYS} keys")
    if not found:
        raise KeyRefused(f"{path}: has no public key")
    return found


def _bytes(path: Path, secret: bool = False) -> bytes:
    """What is in a file of keys; a pipe of the shell is one, too.

    Raises:
        KeyRefused: it cannot be read, is too long, or others can read a secret one.
    """
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            if secret and os.name == "posix" and stat.S_ISREG(mode) and mode & OTHERS:
                raise KeyRefused(f"{path}: others can read this private key: chmod 600 it")
            data = file.read(MOST_KEY + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "is no path"
        raise KeyRefused(f"{path}: {reason}") from error
    if len(data) > MOST_KEY:
        raise KeyRefused(f"{path}: has more than {MOST_KEY} bytes: it is no key")
    return data
