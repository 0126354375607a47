"""A key for the tests of releases."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from sigmapack.release.signature import PrivateKey
from tests.release.bundle import released


@pytest.fixture
def key() -> PrivateKey:
    """A new key, which no file holds."""
    return ed25519.Ed25519PrivateKey.generate()


@pytest.fixture
def key_file(key: PrivateKey, tmp_path: Path) -> Path:
    """That key in a file, as ssh-keygen writes it, its public one beside it."""
    path = tmp_path / "keys" / "signing"
    path.parent.mkdir()
    path.touch(0o600)
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()))
    line = key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)
    path.with_suffix(".pub").write_bytes(line + b" tests\n")
    return path


@pytest.fixture
def bundle(tmp_path: Path, key: PrivateKey) -> Path:
    """A signed bundle."""
    return released(tmp_path / "out", key)
