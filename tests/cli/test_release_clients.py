"""`release --client`: a bundle for each client, and none for one that has problems."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sigmapack.release import keys, name_of
from sigmapack.release.verify import verify
from tests.cli.command import run, tree
from tests.overlay.folder import client_folder
from tests.release.conftest import key, key_file

__all__ = ["key", "key_file"]


@pytest.fixture
def clients(tmp_path: Path) -> Path:
    """Two clients of one product each, so that it is quick."""
    for name in ("acme", "globex"):
        text = f'id = "{name}"\nname = "{name.title()}"\nproducts = ["sigma"]\n'
        client_folder(tmp_path / "clients" / name, text)
    return tmp_path / "clients"


def test_each_client_has_a_signed_bundle_of_its_own_build(
    clients: Path, tmp_path: Path, key_file: Path
) -> None:
    out = tmp_path / "bundles"
    result = run("release", "--clients", clients, "--out", out, "--key", key_file, "--json")
    assert result.exit_code == 0, result.stderr
    names = [bundle["bundle"] for bundle in json.loads(result.stdout)["bundles"]]
    assert names == [name_of("acme"), name_of("globex")] == sorted(p.name for p in out.iterdir())
    wanted = keys.public(key_file.with_suffix(".pub"))
    assert run("--clients", clients, "--out", tmp_path / "dist").exit_code == 0
    for name, client in zip(names, ("acme", "globex"), strict=True):
        verdict = verify(out / name, wanted)
        assert (verdict.problems, verdict.name, verdict.key_checked) == ([], name, True)
        bundle, dist = tree(out / name), tree(tmp_path / "dist" / client)
        assert {path for path in dist if bundle.get(path) != dist[path]} == {"manifest.json"}
        said = json.loads(bundle["manifest.json"])
        assert {**said, "files": 0} == {
            **json.loads(dist["manifest.json"]),
            "files": 0,
            "release": said["release"],
        }


def test_a_client_with_problems_has_no_bundle_and_the_others_have(
    clients: Path, tmp_path: Path
) -> None:
    wrong = (
        'id = "globex"\nname = "Globex"\nproducts = ["sigma"]\n[rules]\noff = ["no_such_rule"]\n'
    )
    (clients / "globex" / "client.toml").write_text(wrong, "utf-8")
    out = tmp_path / "bundles"
    result = run("release", "--clients", clients, "--out", out)
    assert result.exit_code == 1
    assert "globex/client.toml:" in result.stderr
    assert [path.name for path in out.iterdir()] == [name_of("acme")]


def test_what_is_not_for_clients_is_refused(clients: Path, tmp_path: Path, key_file: Path) -> None:
    for more, words in (
        (("--rules", clients), "--rules is not for clients"),
        (("--key", key_file, "--client", key_file.parent), "may be handed over with it"),
        (("--client", tmp_path / "none"), "is no folder: name one with a client.toml"),
    ):
        result = run("release", "--clients", clients, "--out", tmp_path / "bundles", *more)
        assert result.exit_code == 2 and words in result.stderr
    assert not (tmp_path / "bundles").exists()


def test_a_bundle_is_not_written_into_a_clients_folder(clients: Path) -> None:
    result = run("release", "--clients", clients, "--out", clients / "acme")
    assert result.exit_code == 2 and "which the next build reads" in result.stderr
    assert [path.name for path in (clients / "acme").iterdir()] == ["client.toml"]


def test_reports_of_a_check_name_what_is_wrong_with_a_client(clients: Path, tmp_path: Path) -> None:
    (clients / "globex" / "client.toml").write_text('id = "globex"\nnme = "x"\n', "utf-8")
    sarif = tmp_path / "check.sarif"
    result = run("check", "--clients", clients, "--sarif", sarif)
    assert result.exit_code == 1
    (found,) = json.loads(sarif.read_text("utf-8"))["runs"]
    uris = {
        r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for r in found["results"]
    }
    assert uris and all(uri.endswith("globex/client.toml") for uri in uris)
    (clients / "globex" / "client.toml").unlink()
    assert run("check", "--clients", clients, "--sarif", sarif).exit_code == 0
    assert json.loads(sarif.read_text("utf-8"))["runs"][0]["results"] == []
