"""Bundles: what is in them, several at once, and a folder that is replaced whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from sigmapack.compiling.product import Artifact
from sigmapack.release import name_of, release, signature
from sigmapack.release.signature import PrivateKey
from sigmapack.release.verify import verify
from sigmapack.write import WriteRefused
from tests.release.bundle import NAME, TEXTS, files, released
from tests.write.layer import tree


def test_a_bundle_has_the_build_its_sums_and_its_signature(tmp_path: Path, key: PrivateKey) -> None:
    found = tree(released(tmp_path, key))
    assert set(found) == {*TEXTS, "manifest.json", "SHA256SUMS", "SHA256SUMS.sig"}
    assert json.loads(found["manifest.json"])["release"] == {
        "bundle": NAME,
        "signed_by": signature.fingerprint(key.public_key()),
    }


def test_an_unsigned_bundle_says_so(tmp_path: Path) -> None:
    found = tree(released(tmp_path))
    assert "SHA256SUMS.sig" not in found
    assert json.loads(found["manifest.json"])["release"] == {"bundle": NAME, "signed_by": None}


def test_the_same_build_and_key_give_the_same_bytes(tmp_path: Path, key: PrivateKey) -> None:
    assert tree(released(tmp_path / "a", key)) == tree(released(tmp_path / "b", key))


def test_no_byte_of_the_private_key_is_in_a_bundle(tmp_path: Path, key: PrivateKey) -> None:
    secret = key.private_bytes_raw()  # type: ignore[union-attr]
    assert all(secret not in data for data in tree(released(tmp_path, key)).values())


def test_a_bundle_replaces_the_earlier_one_whole(tmp_path: Path, key: PrivateKey) -> None:
    released(tmp_path, key, **{"old.txt": "old"})
    bundle = released(tmp_path)
    assert verify(bundle).problems == []
    assert not (bundle / "old.txt").exists() and not (bundle / "SHA256SUMS.sig").exists()
    released(tmp_path, key)
    assert verify(bundle, [key.public_key()]).problems == []
    assert [path.name for path in tmp_path.iterdir()] == [NAME]


def test_what_somebody_put_into_a_bundle_is_not_handed_over(
    tmp_path: Path, key: PrivateKey
) -> None:
    bundle = released(tmp_path, key)
    (bundle / "notes.txt").write_text("mine", "utf-8")
    before = tree(bundle)
    with pytest.raises(WriteRefused, match=r"notes\.txt: no release wrote it, and it would be"):
        released(tmp_path, key, **{"new.txt": "new"})
    assert tree(bundle) == before


def test_several_bundles_are_written_one_by_one_as_they_are_made(
    tmp_path: Path, key: PrivateKey
) -> None:
    clients = ["acme", "globex", "initech"]

    def made() -> Iterator[tuple[str, list[Artifact]]]:
        for number, client in enumerate(clients):
            assert len(list(tmp_path.iterdir())) == number  # none is kept in memory
            yield name_of(client), files(**{"client.txt": client})

    found = list(release(made(), tmp_path, key))
    assert [bundle.name for bundle in found] == [name_of(client) for client in clients]
    for client, bundle in zip(clients, found, strict=True):
        assert (bundle.folder / "client.txt").read_text("utf-8") == client
        assert verify(bundle.folder, [key.public_key()]).name == bundle.name


@pytest.mark.parametrize(
    "name", ["", "other", "threecx-detection-pack-", f"{NAME}/x", f"{NAME}.", f"{NAME}-\n", "../x"]
)
def test_a_name_that_is_none_of_a_bundle_writes_nothing(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="is no name of a bundle"):
        list(release([(name, files())], tmp_path, None))
    assert list(tmp_path.iterdir()) == []


def test_two_bundles_of_one_name_in_any_case_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="that of an earlier one"):
        list(release([(name_of("a"), files()), (name_of("A"), files())], tmp_path, None))


def test_a_path_that_leads_elsewhere_writes_nothing(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="a bundle cannot hold it"):
        released(tmp_path / "out", None, **{"../evil": "x"})
    assert list(tmp_path.iterdir()) == []


def test_a_build_without_a_manifest_or_with_a_path_twice_is_none(tmp_path: Path) -> None:
    twice = [*files(), Artifact("top.json", b"")]
    for bad in (files()[:-1], twice):
        with pytest.raises(ValueError, match="one manifest, and each path once"):
            list(release([(NAME, bad)], tmp_path, None))
