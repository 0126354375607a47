"""`--client` and `--clients`, as a user types them; and the worked example of the page."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.command import run, tree
from tests.conftest import ROOT
from tests.making.test_safety import DEADLY, SAFE
from tests.overlay.folder import SETTINGS, client_folder

PAGE = ROOT / "docs" / "clients.md"
ONE = SETTINGS + 'products = ["sqlite"]\n'
OTHER = 'id = "other"\nname = "Other"\nproducts = ["sqlite"]\n'
QUICK = ("--target", "sqlite")


@pytest.fixture
def clients(tmp_path: Path) -> Path:
    """Two clients, of which one loses events."""
    folder = tmp_path / "clients"
    client_folder(folder / "one", ONE, filters={"safe": SAFE})
    client_folder(folder / "other", OTHER, filters={"deadly": DEADLY})
    return folder


def test_a_client_with_problems_is_not_written_and_the_others_are(
    clients: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    result = run("--clients", clients, "--out", out, *QUICK)
    assert result.exit_code == 1
    assert "deadly.yml:6: lost-event: the filter 'The Client': " in result.stderr
    assert [path.name for path in sorted(out.iterdir())] == ["acme"]
    assert "1 of 2 clients written" in result.stdout


def test_what_a_client_had_stays_where_its_folder_is_wrong(clients: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    (clients / "other" / "filters" / "deadly.yml").unlink()
    assert run("--clients", clients, "--out", out, *QUICK, "--quiet").exit_code == 0
    before = tree(out)
    (clients / "other" / "filters" / "deadly.yml").write_text(DEADLY)
    assert run("--client", clients / "other", "--out", out, *QUICK).exit_code == 1
    assert tree(out) == before


def test_a_build_goes_into_the_clients_folder_without_another(clients: Path) -> None:
    folder = clients / "one"
    assert run("--client", folder, *QUICK, "--quiet").exit_code == 0
    manifest = json.loads((folder / "dist" / "manifest.json").read_text("utf-8"))
    assert manifest["client"]["id"] == "acme"
    assert run("--client", folder, *QUICK, "--quiet").exit_code == 0


def test_a_check_says_what_a_build_would_and_writes_nothing(clients: Path, tmp_path: Path) -> None:
    before = tree(clients)
    check = run("check", "--clients", clients)
    build = run("--clients", clients, "--out", tmp_path / "out")
    assert check.exit_code == build.exit_code == 1
    assert check.stderr == build.stderr != ""
    assert tree(clients) == before
    assert "1 of 2 clients in order" in check.stdout


def test_json_has_an_object_for_each_client(clients: Path, tmp_path: Path) -> None:
    result = run("--clients", clients, "--out", tmp_path / "out", *QUICK, "--json")
    one, other = json.loads(result.stdout)
    assert (one["client"], one["filtered"], one["problems"]) == ("acme", 1, [])
    assert one["outcomes"]["ok"] > 100 and one["out"].endswith("/out/acme")
    assert (other["client"], other["out"]) == ("other", None)
    assert {problem["code"] for problem in other["problems"]} == {"lost-event"}


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--without-hunting"], "are not for clients"),
        (["--keep-going"], "are not for clients"),
        (["--rules", "x"], "are not for clients"),
        (["--client", "nowhere"], "nowhere: is no folder: name one with a client.toml"),
    ],
)
def test_what_does_not_go_with_clients_is_wrong_use(
    clients: Path, more: list[str], said: str
) -> None:
    result = run("--clients", clients, *more)
    assert result.exit_code == 2 and said in result.stderr


def test_a_folder_without_clients_is_wrong_use(tmp_path: Path) -> None:
    result = run("--clients", tmp_path)
    assert result.exit_code == 2 and "no folder in it has a client.toml" in result.stderr


def test_a_wrong_folder_stops_all_before_anything_is_built(clients: Path, tmp_path: Path) -> None:
    (clients / "one" / "client.toml").write_text('id = "acme"\nname = 5\n')
    result = run("--clients", clients, "--out", tmp_path / "out", *QUICK)
    assert result.exit_code == 1 and not (tmp_path / "out").exists()
    assert "client.toml:2: client: name: 5 is not of type 'string'" in result.stderr


def test_a_folder_that_no_build_wrote_is_not_replaced(clients: Path, tmp_path: Path) -> None:
    (tmp_path / "out" / "other").mkdir(parents=True)
    (tmp_path / "out" / "other" / "own.txt").write_text("mine")
    result = run("--clients", clients, "--out", tmp_path / "out", *QUICK)
    assert result.exit_code == 2
    assert sorted(tree(tmp_path / "out")) == ["other/own.txt"]


def blocks(kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```$", PAGE.read_text("utf-8"), re.M | re.S)


def test_the_page_shows_what_its_example_gives(tmp_path: Path) -> None:
    added = ""
    for block in [*blocks("toml"), *blocks("yaml")]:
        head, text = block.split("\n", 1)
        if path := head.removeprefix("# added to "):
            added = text if path != head else added
        if head.startswith("# clients/"):
            file = tmp_path / head.removeprefix("# ")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(block, "utf-8")
    first, second = blocks("console")
    assert first == said(tmp_path, first)
    settings = tmp_path / "clients" / "sur" / "client.toml"
    settings.write_text(settings.read_text("utf-8") + added, "utf-8")
    assert second == said(tmp_path, second)


def said(folder: Path, block: str) -> str:
    """A command of the page with its output, as on a terminal of the repository's folder."""
    line = block.partition("\n")[0]
    words = [str(folder / w) if w.startswith(("clients", "out")) else w for w in line.split()[3:]]
    done = subprocess.run(
        [sys.executable, "build.py", *words], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return f"{line}\n{done.stderr}{done.stdout}".replace(f"{folder}/", "")
