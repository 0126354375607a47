"""SSH signatures of a file, which `ssh-keygen -Y verify` checks without us.

The format is OpenSSH's own (PROTOCOL.sshsig in its sources, https://man.openbsd.org/ssh-keygen.1):
an armoured blob with the public key, the namespace, and a signature of the file's hash. Keys and
cryptography are those of PyCA's library; this module only frames them.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa, utils

from sigmapack.release.packets import Malformed, Packets, packet

PrivateKey = ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
PublicKey = ed25519.Ed25519PublicKey | rsa.RSAPublicKey | ec.EllipticCurvePublicKey

#: What ssh-keygen calls signatures of files (`-n file`): one made for git or a login is no such.
NAMESPACE = b"file"
MAGIC = b"SSHSIG"
VERSION = (1).to_bytes(4, "big")
BEGIN, END = "-----BEGIN SSH SIGNATURE-----", "-----END SSH SIGNATURE-----"
WIDTH = 70
#: Bytes of a signature file: one by the longest key that OpenSSH takes (RSA of 16,384 bits) has
#: 6,000.
MOST_SIGNATURE = 16_384
#: Bits of an RSA key: what OpenSSH takes at least (RequiredRSASize is 1,024, ssh-keygen makes
#: 3,072) is weak today, and at most (SSHBUF_MAX_BIGNUM).
RSA_BITS = range(2_048, 16_385)
#: The hash that RFC 5656 gives to each curve, by the key's type.
CURVES: dict[str, hashes.HashAlgorithm] = {
    "ecdsa-sha2-nistp256": hashes.SHA256(),
    "ecdsa-sha2-nistp384": hashes.SHA384(),
    "ecdsa-sha2-nistp521": hashes.SHA512(),
}
RSA_HASHES: dict[str, hashes.HashAlgorithm] = {
    "rsa-sha2-512": hashes.SHA512(),
    "rsa-sha2-256": hashes.SHA256(),
}


class Signature(NamedTuple):
    """What a signature file says: whose key, and what it signed the hash with."""

    key: PublicKey
    hash_name: str
    algorithm: str
    raw: bytes


class Unfit(Exception):
    """A key that signs no release; the text says why, and what to use."""


def sign(key: PrivateKey, message: bytes) -> bytes:
    """The signature file of a message: the same bytes each time."""
    digest = hashlib.sha512(message).digest()
    algorithm, raw = _raw(key, _signed("sha512", digest))
    blob = MAGIC + VERSION
    for part in (blob_of(key.public_key()), NAMESPACE, b"", b"sha512"):
        blob += packet(part)
    blob += packet(packet(algorithm.encode()) + packet(raw))
    return _armoured(blob)


def read(data: bytes) -> Signature:
    """What a signature file holds.

    Raises:
        Malformed: it is none of a file, or of a kind of key that signs no release.
    """
    if len(data) > MOST_SIGNATURE:
        raise Malformed(f"has more than {MOST_SIGNATURE} bytes")
    found = Packets(_unarmoured(data))
    if found.take(len(MAGIC)) != MAGIC or found.take(len(VERSION)) != VERSION:
        raise Malformed("is no SSH signature of version 1")
    key = public(found.string())
    if found.string() != NAMESPACE:
        raise Malformed("was not made of a file (ssh-keygen -Y sign -n file)")
    found.string()  # reserved
    hash_name = found.text()
    if hash_name not in ("sha512", "sha256"):
        raise Malformed("uses a hash that OpenSSH does not")
    inner = Packets(found.string())
    found.end()
    algorithm, raw = inner.text(), inner.string()
    inner.end()
    return Signature(key, hash_name, algorithm, raw)


def holds(signature: Signature, message: bytes) -> bool:
    """Whether the key of a signature signed this message."""
    digest = hashlib.new(signature.hash_name, message).digest()
    signed = _signed(signature.hash_name, digest)
    key, algorithm, raw = signature.key, signature.algorithm, signature.raw
    try:
        if isinstance(key, ed25519.Ed25519PublicKey):
            if algorithm != "ssh-ed25519":
                return False
            key.verify(raw, signed)
        elif isinstance(key, rsa.RSAPublicKey):
            if algorithm not in RSA_HASHES:
                return False
            key.verify(raw, signed, padding.PKCS1v15(), RSA_HASHES[algorithm])
        else:
            if algorithm != kind(key):
                return False
            numbers = Packets(raw)
            r, s = numbers.number(), numbers.number()
            numbers.end()
            key.verify(utils.encode_dss_signature(r, s), signed, ec.ECDSA(CURVES[algorithm]))
    except (InvalidSignature, Malformed, ValueError):
        return False
    return True


def public(blob: bytes) -> PublicKey:
    """A public key of its bytes in SSH's encoding.

    Raises:
        Malformed: it is none, or of a kind that signs no release.
    """
    name = Packets(blob).text()
    line = name.encode() + b" " + base64.b64encode(blob)
    try:
        key = serialization.load_ssh_public_key(line)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise Malformed("holds no public key that can be read") from error
    try:
        return usable(key)
    except Unfit as error:
        raise Malformed(f"holds a key that {error}") from error


def usable(key: object) -> PublicKey:
    """A public key, if it is of a kind that signs releases.

    Raises:
        Unfit: it is not.
    """
    if isinstance(key, rsa.RSAPublicKey) and key.key_size not in RSA_BITS:
        raise Unfit(f"is of RSA with {key.key_size} bits: use 3072, or Ed25519")
    if not isinstance(key, PublicKey) or _line(key).partition(" ")[0] not in {
        "ssh-ed25519",
        "ssh-rsa",
        *CURVES,
    }:
        raise Unfit("is of a kind that signs no release: use Ed25519, RSA or ECDSA")
    return key


def kind(key: PublicKey) -> str:
    """How SSH calls a key's kind, such as `ssh-ed25519`."""
    return _line(key).partition(" ")[0]


def blob_of(key: PublicKey) -> bytes:
    """A public key's bytes in SSH's encoding: equal for equal keys."""
    return base64.b64decode(_line(key).split(" ")[1])


def fingerprint(key: PublicKey) -> str:
    """A public key's name among people: what `ssh-keygen -l` prints."""
    digest = hashlib.sha256(blob_of(key)).digest()
    return f"SHA256:{base64.b64encode(digest).decode().rstrip('=')}"


def _line(key: PublicKey) -> str:
    encoding, form = serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH
    return key.public_bytes(encoding, form).decode()


def _signed(hash_name: str, digest: bytes) -> bytes:
    """The bytes that are signed: they can be taken for nothing else that a key signs."""
    return MAGIC + b"".join(map(packet, (NAMESPACE, b"", hash_name.encode(), digest)))


def _raw(key: PrivateKey, signed: bytes) -> tuple[str, bytes]:
    """The algorithm's name and its signature."""
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return "ssh-ed25519", key.sign(signed)
    if isinstance(key, rsa.RSAPrivateKey):
        return "rsa-sha2-512", key.sign(signed, padding.PKCS1v15(), hashes.SHA512())
    name = kind(key.public_key())
    made = key.sign(signed, ec.ECDSA(CURVES[name], deterministic_signing=True))
    r, s = utils.decode_dss_signature(made)
    return name, b"".join(packet(_positive(number)) for number in (r, s))


def _positive(number: int) -> bytes:
    """A number as SSH writes it: the first bit is a sign."""
    return number.to_bytes(number.bit_length() // 8 + 1, "big")


def _armoured(blob: bytes) -> bytes:
    text = base64.b64encode(blob).decode()
    lines = [text[at : at + WIDTH] for at in range(0, len(text), WIDTH)]
    return "\n".join((BEGIN, *lines, END, "")).encode()


def _unarmoured(data: bytes) -> bytes:
    """The blob, of bytes that are exactly those that OpenSSH writes: none can be changed unseen."""
    try:
        blob = base64.b64decode(b"".join(data.split(b"\n")[1:-2]), validate=True)
    except binascii.Error as error:
        raise Malformed("is not armoured as an SSH signature") from error
    if _armoured(blob) != data:
        raise Malformed("is not armoured as OpenSSH does it, byte by byte")
    return blob
