"""Files of keys: what opens, what is refused, and that no secret is ever said."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from sigmapack.release import keys
from sigmapack.release.keys import KeyRefused
from tests.release.bundle import make_key, needs_ssh, opened

SECRET = "correct horse battery staple"


def refused(path: Path, words: str, passphrase: str = "", *kept: Path) -> str:
    with pytest.raises(KeyRefused, match=words) as caught:
        keys.private(path, lambda: passphrase, *kept)
    said = str(caught.value)
    assert said.startswith(f"{path}: ") and "\n" not in said
    assert SECRET not in said
    return said


@needs_ssh
def test_an_encrypted_key_opens_with_its_passphrase_alone(tmp_path: Path) -> None:
    path = make_key(tmp_path, "ed25519", SECRET)
    public = keys.public(path.with_suffix(".pub"))
    assert opened(path, SECRET).public_key() == public[0]
    refused(path, "the passphrase is wrong, or it is damaged", "wrong")
    refused(path, "the passphrase is wrong, or it is damaged", "")


@needs_ssh
def test_nobody_is_asked_for_the_passphrase_of_a_plain_key(tmp_path: Path) -> None:
    keys.private(make_key(tmp_path), lambda: pytest.fail("was asked"))


def test_a_key_that_others_can_read_is_refused(key_file: Path) -> None:
    os.chmod(key_file, 0o640)
    refused(key_file, "others can read this private key: chmod 600 it")


def test_a_key_in_a_folder_that_is_handed_over_is_refused(key_file: Path) -> None:
    refused(key_file, "may be handed over with it: move it elsewhere", "", key_file.parent)
    link = key_file.parents[1] / "link"
    link.symlink_to(key_file)
    refused(link, "may be handed over with it", "", key_file.parent)


def test_a_damaged_key_is_refused_without_its_bytes(key_file: Path) -> None:
    lines = key_file.read_text("utf-8").splitlines()
    key_file.write_text("\n".join([lines[0], lines[1][:-4], *lines[2:]]), "utf-8")
    assert lines[1][:10] not in refused(key_file, "is damaged")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is no private key of OpenSSH"),
        (b"ssh-ed25519 AAAA\n", "is no private key of OpenSSH"),
        (b"-----BEGIN RSA PRIVATE KEY-----\n", "convert it with ssh-keygen -p"),
        (b"x" * (keys.MOST_KEY + 1), f"has more than {keys.MOST_KEY} bytes"),
    ],
)
def test_what_is_no_private_key_is_refused(tmp_path: Path, data: bytes, words: str) -> None:
    path = tmp_path / "key"
    path.touch(0o600)
    path.write_bytes(data)
    refused(path, words)


def test_a_missing_key_and_a_folder_are_refused(tmp_path: Path) -> None:
    refused(tmp_path / "none", "No such file")
    refused(tmp_path, "Is a directory")


@needs_ssh
def test_a_short_rsa_key_is_refused(tmp_path: Path) -> None:
    refused(make_key(tmp_path, "rsa", "", "-b", "1024"), "is of RSA with 1024 bits: use 3072")


@pytest.mark.skipif(os.name != "posix" or not shutil.which("sh"), reason="needs a POSIX shell")
def test_a_key_can_come_by_a_pipe(key_file: Path, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with subprocess.Popen(["sh", "-c", 'cat "$0" > "$1"', key_file, pipe]):
        assert opened(pipe).public_key() == keys.public(key_file.with_suffix(".pub"))[0]


def test_public_keys_stand_one_a_line(key_file: Path, tmp_path: Path) -> None:
    line = key_file.with_suffix(".pub").read_text("utf-8")
    path = tmp_path / "all.pub"
    path.write_text(f"# ours\n\n{line}{line}", "utf-8")
    assert len(keys.public(path)) == 2


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ": has no public key"),
        ("# none\n", ": has no public key"),
        ("ssh-ed25519\n", ":1: is no public key"),
        ("ssh-ed25519 %%%\n", ":1: is no public key"),
        ("ssh-ed25519 AAAA\n", ":1: "),
        ("\nssh-rsa {blob}\n", ":2: names another kind of key"),
        ("releases@example.com ssh-ed25519 {blob}\n", ":1: is no public key"),
        ("-----BEGIN OPENSSH PRIVATE KEY-----\n", "nobody needs a private one to check"),
        ("ssh-ed25519 {blob}\n" * 101, "has more than 100 keys"),
    ],
)
def test_what_are_no_public_keys_is_refused(
    key_file: Path, tmp_path: Path, text: str, words: str
) -> None:
    blob = key_file.with_suffix(".pub").read_text("utf-8").split()[1]
    path = tmp_path / "bad.pub"
    path.write_text(text.format(blob=blob), "utf-8")
    with pytest.raises(KeyRefused, match=words) as caught:
        keys.public(path)
    assert str(caught.value).startswith(str(path)) and "\n" not in str(caught.value)
