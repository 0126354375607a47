"""Signatures: OpenSSH's tool takes ours, we take its, and neither takes a changed byte."""

from __future__ import annotations

import base64
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from hypothesis import given
from hypothesis import strategies as st

from sigmapack.release import signature
from sigmapack.release.packets import Malformed, packet
from sigmapack.release.signature import PrivateKey
from tests.examples import tried
from tests.release.bundle import make_key, needs_ssh, opened, released, stock

KINDS = [("ed25519", ()), ("rsa", ("-b", "3072"))]
KINDS += [("ecdsa", ("-b", bits)) for bits in ("256", "384", "521")]
MESSAGE = b"a list of files\n"


@needs_ssh
@pytest.mark.parametrize(("kind", "more"), KINDS)
def test_openssh_takes_our_signature_and_refuses_a_changed_byte(
    tmp_path: Path, kind: str, more: tuple[str, ...]
) -> None:
    path = make_key(tmp_path, kind, "", *more)
    bundle = released(tmp_path / "out", opened(path))
    public = path.with_suffix(".pub")
    assert stock(bundle, public)
    sums = bundle / "SHA256SUMS"
    data = bytearray(sums.read_bytes())
    data[0] ^= 1
    sums.write_bytes(data)
    assert not stock(bundle, public)


@needs_ssh
def test_openssh_refuses_our_signature_by_another_key(tmp_path: Path) -> None:
    path, other = make_key(tmp_path), make_key(tmp_path)
    assert not stock(released(tmp_path / "out", opened(path)), other.with_suffix(".pub"))


@needs_ssh
@pytest.mark.parametrize("hash_name", ["sha512", "sha256"])
@pytest.mark.parametrize(("kind", "more"), KINDS)
def test_we_take_the_signature_of_openssh_and_refuse_a_changed_byte(
    tmp_path: Path, kind: str, more: tuple[str, ...], hash_name: str
) -> None:
    path = make_key(tmp_path, kind, "", *more)
    file = tmp_path / "message"
    file.write_bytes(MESSAGE)
    line = ["ssh-keygen", "-q", "-Y", "sign", "-n", "file", "-O", f"hashalg={hash_name}"]
    subprocess.run([*line, "-f", str(path), str(file)], check=True, capture_output=True, timeout=60)
    found = signature.read((tmp_path / "message.sig").read_bytes())
    assert signature.holds(found, MESSAGE)
    assert not signature.holds(found, MESSAGE + b"x")
    wanted = signature.blob_of(opened(path).public_key())
    assert signature.blob_of(found.key) == wanted


@needs_ssh
def test_the_fingerprint_is_the_one_that_openssh_prints(tmp_path: Path) -> None:
    path = make_key(tmp_path)
    done = subprocess.run(["ssh-keygen", "-l", "-f", path], capture_output=True, check=True)
    assert signature.fingerprint(opened(path).public_key()) in done.stdout.decode()


@needs_ssh
@pytest.mark.parametrize(("kind", "more"), KINDS)
def test_the_same_key_and_bytes_give_the_same_signature(
    tmp_path: Path, kind: str, more: tuple[str, ...]
) -> None:
    key = opened(make_key(tmp_path, kind, "", *more))
    assert signature.sign(key, MESSAGE) == signature.sign(key, MESSAGE)


@needs_ssh
def test_a_signature_made_for_something_else_is_none_of_a_file(tmp_path: Path) -> None:
    path = make_key(tmp_path)
    file = tmp_path / "message"
    file.write_bytes(MESSAGE)
    line = ["ssh-keygen", "-q", "-Y", "sign", "-n", "git", "-f", str(path), str(file)]
    subprocess.run(line, check=True, capture_output=True, timeout=60)
    with pytest.raises(Malformed, match="was not made of a file"):
        signature.read((tmp_path / "message.sig").read_bytes())


def test_no_byte_of_a_signature_can_be_changed(key: PrivateKey) -> None:
    data = signature.sign(key, MESSAGE)
    blob = base64.b64decode(b"".join(data.split(b"\n")[1:-2]))
    ignored = blob.index(b"file") + 4  # the four bytes of an empty field that OpenSSH reserves
    for at in range(len(blob)):
        changed = bytearray(blob)
        changed[at] ^= 1
        try:
            found = signature.read(armoured(bytes(changed)))
        except Malformed:
            continue
        assert at not in range(ignored, ignored + 4)
        other = signature.blob_of(found.key) != signature.blob_of(key.public_key())
        assert other or not signature.holds(found, MESSAGE), at


@tried(200)
@given(st.binary(max_size=400))
def test_any_bytes_are_no_signature(data: bytes) -> None:
    for tried_bytes in (data, armoured(data), armoured(b"SSHSIG\0\0\0\1" + data)):
        with pytest.raises(Malformed):
            signature.read(tried_bytes)


def test_a_short_rsa_key_and_an_unknown_hash_are_refused(key: PrivateKey) -> None:
    short = rsa.generate_private_key(65537, 1024)
    with pytest.raises(Malformed, match="is of RSA with 1024 bits"):
        signature.read(signature.sign(short, MESSAGE))
    data = signature.sign(key, MESSAGE)
    blob = base64.b64decode(b"".join(data.split(b"\n")[1:-2]))
    changed = blob.replace(packet(b"sha512"), packet(b"sha1"))
    with pytest.raises(Malformed, match="uses a hash that OpenSSH does not"):
        signature.read(armoured(changed))


def test_bytes_after_the_end_and_long_files_are_refused(key: PrivateKey) -> None:
    data = signature.sign(key, MESSAGE)
    blob = base64.b64decode(b"".join(data.split(b"\n")[1:-2]))
    with pytest.raises(Malformed, match="goes on after its end"):
        signature.read(armoured(blob + b"x"))
    with pytest.raises(Malformed, match="has more than 16384 bytes"):
        signature.read(data + b"\n" * signature.MOST_SIGNATURE)
    with pytest.raises(Malformed, match="ends too early"):
        signature.read(armoured(b"SSHSIG\0\0\0\1\xff\xff\xff\xff"))


def test_a_key_of_another_kind_signs_nothing() -> None:
    with pytest.raises(signature.Unfit, match="of a kind that signs no release"):
        signature.usable(object())
    assert signature.usable(ed25519.Ed25519PrivateKey.generate().public_key())


def armoured(blob: bytes) -> bytes:
    """A blob as a signature file."""
    text = base64.b64encode(blob)
    lines = [text[at : at + signature.WIDTH] for at in range(0, len(text), signature.WIDTH)]
    return b"\n".join((signature.BEGIN.encode(), *lines, signature.END.encode(), b""))
