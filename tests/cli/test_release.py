"""`release` and `verify`: what they print, how they end, and what they never say."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from sigmapack.release import keys, name_of, signature
from tests.cli.command import process, run, tree
from tests.conftest import ROOT, RULE, RulesFolder
from tests.release.bundle import make_key, needs_ssh, stock
from tests.release.conftest import key, key_file

__all__ = ["key", "key_file"]
SECRET = "correct horse battery staple"
VARIABLE = "SIGMAPACK_KEY_PASSPHRASE"


@pytest.fixture
def rules(rules_folder: RulesFolder) -> Path:
    """One rule."""
    return rules_folder(sample=RULE)


def test_a_signed_release_is_verified_by_us_and_by_others(
    rules: Path, tmp_path: Path, key_file: Path
) -> None:
    out, public = tmp_path / "out", key_file.with_suffix(".pub")
    result = run("release", "--rules", rules, "--out", out, "--key", key_file)
    bundle = out / name_of()
    who = signature.fingerprint(keys.public(public)[0])
    assert (result.exit_code, result.stderr) == (0, "")
    count = len(tree(bundle))
    header, row = result.stdout.splitlines()
    assert header.split() == ["bundle", "files", "size", "signed", "by"]
    assert row.split() == [str(bundle), str(count), "0.2", "MB", who]
    checked = run("verify", bundle, "--key", public)
    assert (checked.exit_code, checked.stderr) == (0, "")
    assert checked.stdout == (
        f"{name_of()}: {count} files are whole; signed by the key given, {who}\n"
    )
    assert "which nobody compared: give --key" in run("verify", bundle).stdout
    assert run("verify", bundle, "--quiet").stdout == ""
    sums = ["sha256sum", "-c", "--strict", "--quiet", "SHA256SUMS"]
    assert subprocess.run(sums, cwd=bundle, check=False).returncode == 0


@needs_ssh
def test_openssh_takes_a_release(rules: Path, tmp_path: Path, key_file: Path) -> None:
    out = tmp_path / "out"
    assert run("release", "--rules", rules, "--out", out, "--key", key_file).exit_code == 0
    assert stock(out / name_of(), key_file.with_suffix(".pub"))


def test_a_release_has_all_of_a_build_and_its_software_and_licence(
    rules: Path, tmp_path: Path
) -> None:
    assert run("release", "--rules", rules, "--out", tmp_path / "out").exit_code == 0
    assert run("--rules", rules, "--out", tmp_path / "dist").exit_code == 0
    bundle, dist = tree(tmp_path / "out" / name_of()), tree(tmp_path / "dist")
    assert set(bundle) - set(dist) == {"LICENSE", "SHA256SUMS", "sbom.cdx.json"}
    assert {path for path in dist if bundle.get(path) != dist[path]} == {"manifest.json"}


def test_an_unsigned_release_says_so(rules: Path, tmp_path: Path, key_file: Path) -> None:
    result = run("release", "--rules", rules, "--out", tmp_path / "out")
    assert "nobody: give --key, or nobody can tell who made it" in result.stdout
    bundle = tmp_path / "out" / name_of()
    checked = run("verify", bundle)
    assert checked.exit_code == 0
    assert "nobody signed it, so anybody can have made it" in checked.stdout
    wanted = run("verify", bundle, "--key", key_file.with_suffix(".pub"))
    assert wanted.exit_code == 1
    assert wanted.stderr == (
        f"{bundle}/SHA256SUMS.sig:1: unsigned: is missing: nobody signed this bundle\n"
    )


def test_json_of_both(rules: Path, tmp_path: Path, key_file: Path) -> None:
    made = run("release", "--rules", rules, "--out", tmp_path / "o", "--key", key_file, "--json")
    (bundle,) = json.loads(made.stdout)["bundles"]
    assert bundle["bundle"] == name_of() and bundle["signed_by"].startswith("SHA256:")
    (Path(bundle["path"]) / "manifest.json").unlink()
    found = run("verify", bundle["path"], "--json")
    assert found.exit_code == 1
    data = json.loads(found.stdout)
    assert data["signed_by"] == bundle["signed_by"] and data["key_checked"] is False
    assert [(p["code"], p["line"]) for p in data["problems"]] == [("missing", 1)]


def test_problems_of_the_content_stop_a_release(rules: Path, tmp_path: Path) -> None:
    (rules / "sample.yml").write_text("title: [", "utf-8")
    result = run("release", "--rules", rules, "--out", tmp_path / "out")
    assert result.exit_code in (1, 2) and "sample.yml:" in result.stderr
    assert not (tmp_path / "out").exists()


@needs_ssh
def test_a_passphrase_comes_by_the_environment_and_is_never_said(
    rules: Path, tmp_path: Path
) -> None:
    keys_of = tmp_path / "keys"
    keys_of.mkdir()
    path = make_key(keys_of, "ed25519", SECRET)
    line: list[str | Path] = ["release", "--rules", rules, "--out", tmp_path / "out"]
    line += ["--key", path]
    done = process(*line, **{VARIABLE: SECRET})
    assert done.returncode == 0 and stock(tmp_path / "out" / name_of(), path.with_suffix(".pub"))
    wrong = process(*line, **{VARIABLE: f"not {SECRET}"})
    assert wrong.returncode == 2
    assert wrong.stderr.decode() == (
        f"build.py: {path}: the passphrase is wrong, or it is damaged\n"
    )
    for said in (done, wrong):
        assert SECRET.encode() not in said.stdout + said.stderr
    everything = b"".join(tree(tmp_path / "out").values())
    lines = path.read_bytes().splitlines()
    assert SECRET.encode() not in everything and not any(line in everything for line in lines)


@needs_ssh
def test_a_passphrase_that_nobody_can_be_asked_for_is_wrong_use(
    rules: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    keys_of = tmp_path / "keys"
    keys_of.mkdir()
    path = make_key(keys_of, "ed25519", SECRET)
    result = run("release", "--rules", rules, "--out", tmp_path / "out", "--key", path)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == (
        f"build.py: {path}: is encrypted: set {VARIABLE}, or run this on a terminal\n"
    )
    assert not (tmp_path / "out").exists()


@needs_ssh
@pytest.mark.skipif(os.name != "posix", reason="needs a terminal")
@pytest.mark.parametrize(("typed", "code"), [(SECRET, 0), ("mistyped", 2)])
def test_a_person_is_asked_for_the_passphrase_which_is_not_shown(
    rules: Path, tmp_path: Path, typed: str, code: int
) -> None:
    keys_of = tmp_path / "keys"
    keys_of.mkdir()
    path = make_key(keys_of, "ed25519", SECRET)
    ours, theirs = os.openpty()
    line = [sys.executable, str(ROOT / "build.py"), "release", "--rules", str(rules)]
    line += ["--out", str(tmp_path / "out"), "--key", str(path)]
    with subprocess.Popen(
        line, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True
    ) as running:
        os.close(theirs)
        shown = b""
        while b"Passphrase of" not in shown:
            shown += os.read(ours, 4096)
        os.write(ours, f"{typed}\n".encode())
        with suppress(OSError):  # the terminal is gone with its last user
            while more := os.read(ours, 4096):
                shown += more
    os.close(ours)
    assert running.returncode == code
    assert typed.encode() not in shown


@pytest.mark.parametrize("where", ["out", "pack"])
def test_a_key_where_it_would_be_handed_over_is_refused_before_any_work(
    rules: Path, tmp_path: Path, key_file: Path, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if where == "pack":
        monkeypatch.setattr("sigmapack.verbs.release.ROOT", key_file.parent)
    out = tmp_path / "out" if where == "pack" else key_file.parent
    result = run("release", "--rules", rules, "--out", out, "--key", key_file)
    assert result.exit_code == 2
    assert "may be handed over with it: move it elsewhere" in result.stderr
    assert not (out / name_of()).exists()


def test_what_cannot_be_verified_is_wrong_use(tmp_path: Path, key_file: Path) -> None:
    missing = run("verify", tmp_path / "none")
    assert missing.exit_code == 2
    assert missing.stderr == f"build.py: {tmp_path}/none: is no folder: name a bundle's\n"
    private = run("verify", tmp_path, "--key", key_file)
    assert private.exit_code == 2 and "give the public key (.pub)" in private.stderr
    empty = tmp_path / "empty"
    empty.mkdir()
    none = run("verify", empty)
    assert none.exit_code == 1
    assert none.stderr == (
        f"{empty}/SHA256SUMS:1: no-sums: {empty} is no bundle, or its list is missing\n"
    )


def test_names_of_a_stranger_forge_no_line(tmp_path: Path) -> None:
    evil = tmp_path / "evil"
    evil.mkdir()
    (evil / "a\nb\x1b[2J").touch()
    (evil / "SHA256SUMS").write_bytes(b"0" * 64 + b"  x\x1b[31m\xff\n")
    result = run("verify", evil)
    assert result.exit_code == 1
    assert "\x1b" not in result.stderr
    assert all(line.startswith(str(evil)) for line in result.stderr.splitlines())
    assert json.loads(run("verify", evil, "--json").stdout)["problems"]
