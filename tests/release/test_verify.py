"""A bundle that somebody changed: each way is one line that names it, and nothing else is read."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519

from sigmapack.release import signature, sums
from sigmapack.release.signature import PrivateKey
from sigmapack.release.verify import verify
from tests.release.bundle import released, sha256, told

Change = Callable[[Path], None]


def seal(bundle: Path, key: PrivateKey | None = None) -> None:
    """List and sign what is there now, as somebody with a key would."""
    paths = sorted(p for p in bundle.rglob("*") if p.is_file() and not p.is_symlink())
    names = {path.relative_to(bundle).as_posix(): path for path in paths}
    digests = {n: sha256(p.read_bytes()) for n, p in names.items() if not n.startswith("SHA256")}
    (bundle / sums.SUMS).write_bytes(sums.text(digests))
    if key:
        (bundle / sums.SIGNATURE).write_bytes(signature.sign(key, sums.text(digests)))


def test_a_bundle_is_whole_and_says_who_signed_it(bundle: Path, key: PrivateKey) -> None:
    who = signature.fingerprint(key.public_key())
    for keys, checked in (([], False), ([key.public_key()], True)):
        verdict = verify(bundle, keys)
        assert (verdict.problems, verdict.signed_by) == ([], who)
        assert verdict.key_checked is checked
        assert (verdict.name, verdict.files) == (bundle.name, 6)


def test_every_changed_byte_is_found(bundle: Path, key: PrivateKey) -> None:
    for path in sorted(path for path in bundle.rglob("*") if path.is_file()):
        before = path.read_bytes()
        for at in sorted(random.Random(1).sample(range(len(before)), min(20, len(before)))):
            after = bytearray(before)
            after[at] ^= 1 << at % 8
            path.write_bytes(after)
            assert told(bundle, key), (path, at)
        for after in (bytearray(before[:-1]), bytearray(before + b"x"), bytearray(before + b"\n")):
            path.write_bytes(after)
            assert told(bundle, key), path
        path.write_bytes(before)
    assert told(bundle, key) == []


def test_every_missing_file_is_found(bundle: Path, key: PrivateKey) -> None:
    for path in sorted(path for path in bundle.rglob("*") if path.is_file()):
        data = path.read_bytes()
        path.unlink()
        name = path.relative_to(bundle).as_posix()
        code = {sums.SUMS: "no-sums", sums.SIGNATURE: "unsigned"}.get(name, "missing")
        assert f"{name}: {code}" in told(bundle, key)
        path.write_bytes(data)


def add_file(bundle: Path) -> None:
    (bundle / "loki" / "more.yml").write_text("", "utf-8")


def add_folder(bundle: Path) -> None:
    (bundle / "empty" / "deep").mkdir(parents=True)


def link_file(bundle: Path) -> None:
    (bundle / "top.json").rename(bundle.parent / "elsewhere")
    (bundle / "top.json").symlink_to(bundle.parent / "elsewhere")


def link_folder(bundle: Path) -> None:
    (bundle / "loki").rename(bundle.parent / "loki")
    (bundle / "loki").symlink_to(bundle.parent / "loki")


def link_away(bundle: Path) -> None:
    (bundle / "more").symlink_to("/dev/zero")


def pipe(bundle: Path) -> None:
    (bundle / "top.json").unlink()
    os.mkfifo(bundle / "top.json")


@pytest.mark.parametrize(
    ("change", "codes"),
    [
        (add_file, ["loki/more.yml: added"]),
        (add_folder, ["empty/deep: added"]),
        (link_file, ["top.json: link", "top.json: missing"]),
        (link_folder, ["loki: link", "loki/rules/one.yml: missing"]),
        (link_away, ["more: link"]),
        (pipe, ["top.json: missing", "top.json: special"]),
    ],
)
def test_what_was_added_or_is_no_file_is_found(
    bundle: Path, key: PrivateKey, change: Change, codes: list[str]
) -> None:
    change(bundle)
    assert told(bundle, key) == codes


def test_links_are_found_though_the_sums_were_made_with_them(bundle: Path, key: PrivateKey) -> None:
    link_file(bundle)
    data = (bundle / sums.SUMS).read_bytes()
    (bundle / sums.SUMS).unlink()
    (bundle.parent / "sums").write_bytes(data)
    (bundle / sums.SUMS).symlink_to(bundle.parent / "sums")
    assert told(bundle, key)[:2] == ["SHA256SUMS: link", "SHA256SUMS: no-sums"]


def test_another_key_is_named_even_where_all_is_sealed_anew(bundle: Path, key: PrivateKey) -> None:
    (bundle / "top.json").write_text("evil", "utf-8")
    other = ed25519.Ed25519PrivateKey.generate()
    seal(bundle, other)
    verdict = verify(bundle, [key.public_key()])
    found = next(problem for problem in verdict.problems if problem.code == "wrong-key")
    assert signature.fingerprint(other.public_key()) in found.message
    assert signature.fingerprint(key.public_key()) in found.message
    assert not verdict.key_checked
    assert "SHA256SUMS.sig: wrong-key" not in told(bundle, other)


def test_one_of_several_keys_is_enough(bundle: Path, key: PrivateKey) -> None:
    other = ed25519.Ed25519PrivateKey.generate()
    assert verify(bundle, [other.public_key(), key.public_key()]).problems == []


def test_a_signature_that_is_taken_away_is_missed(bundle: Path, key: PrivateKey) -> None:
    (bundle / sums.SIGNATURE).unlink()
    assert told(bundle, key) == ["SHA256SUMS.sig: unsigned", "manifest.json: manifest"]
    assert told(bundle) == ["manifest.json: manifest"]


def test_a_bundle_that_nobody_signed_is_whole_but_not_for_a_key(
    tmp_path: Path, key: PrivateKey
) -> None:
    bundle = released(tmp_path)
    assert told(bundle) == []
    assert told(bundle, key) == ["SHA256SUMS.sig: unsigned"]


def test_a_signature_of_other_sums_is_bad(bundle: Path, key: PrivateKey, tmp_path: Path) -> None:
    other = released(tmp_path / "other", key, **{"top.json": "other"})
    (bundle / sums.SIGNATURE).write_bytes((other / sums.SIGNATURE).read_bytes())
    assert told(bundle, key) == ["SHA256SUMS.sig: bad-signature"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[]", "is no JSON object"),
        ("{", "is no JSON object"),
        ("[" * 100_000, "is no JSON object"),
        ('{"pack": "a", "pack": "a"}', "is no JSON object, or has a key twice"),
        ("{}", "is no manifest of a bundle of threecx-detection-pack"),
    ],
)
def test_a_manifest_that_is_none_is_found(
    bundle: Path, key: PrivateKey, text: str, message: str
) -> None:
    (bundle / "manifest.json").write_text(text, "utf-8")
    seal(bundle, key)
    verdict = verify(bundle, [key.public_key()])
    assert {problem.code for problem in verdict.problems} == {"manifest"}
    assert verdict.problems[0].message.startswith(message) or any(
        problem.message.startswith(message) for problem in verdict.problems
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda m: m["files"].pop("top.json"), "top.json: is in the sums"),
        (lambda m: m["files"].update({"no.json": "0"}), "no.json: the manifest names it"),
        (lambda m: m["files"].update({"top.json": "0"}), "top.json: has one SHA-256"),
        (lambda m: m["files"].update({"top.json": []}), "top.json: has one SHA-256"),
        (lambda m: m.update(files=[]), "has no files"),
        (lambda m: m["release"].update(signed_by=None), "says that it is unsigned, and there is a"),
        (lambda m: m["queries"][0].update(sha256="0"), "sqlite/queries/two.sql: a query's SHA-256"),
        (lambda m: m["queries"][0].update(path="../x"), "../x: a query's SHA-256"),
        (lambda m: m["queries"].append(1), "has a query that is none"),
        (lambda m: m.update(pack="other"), "is no manifest of a bundle"),
    ],
)
def test_a_manifest_that_says_other_than_the_sums_is_found(
    bundle: Path, key: PrivateKey, change: Callable[[object], None], message: str
) -> None:
    path = bundle / "manifest.json"
    data = json.loads(path.read_bytes())
    change(data)
    path.write_text(json.dumps(data), "utf-8")
    seal(bundle, key)
    (problem,) = verify(bundle, [key.public_key()]).problems
    assert problem.code == "manifest" and problem.message.startswith(message)
