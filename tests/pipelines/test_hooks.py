"""The hooks for authors of rules, run by pre-commit itself in a repository of theirs."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.cli.command import lookups
from tests.conftest import DOMAINS, ROOT, RULE

HOOKS = ROOT / ".pre-commit-hooks.yaml"
PARTS = ("build.py", ".pre-commit-hooks.yaml", "sigmapack", "lookups", "docs/pipelines")
HARMLESS = ["www.example.org"]
#: As docs/pipelines.md has them.
CALLED = [
    {"id": "threecx-check", "args": ["--rules", "rules"]},
    {"id": "threecx-silent", "args": ["--rules", "rules", "harmless"]},
]


def git(folder: Path, *arguments: str) -> str:
    """What git says, with no settings of this machine's user."""
    who = [
        "-c",
        "user.name=tests",
        "-c",
        "user.email=tests@example.com",
        "-c",
        "commit.gpgsign=false",
    ]
    done = subprocess.run(
        ["git", *who, *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout.strip()


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pack as a repository of its own, with what is there now."""
    folder = tmp_path_factory.mktemp("pack")
    ignore = shutil.ignore_patterns("__pycache__")
    for part in PARTS:
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, folder / part, ignore=ignore)
        else:
            shutil.copy(ROOT / part, folder / part)
    (folder / "sigma_rules").mkdir()
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "pack")
    return folder


@pytest.fixture
def author(tmp_path: Path, pack: Path) -> Path:
    """A repository of rules, with the hooks."""
    folder = tmp_path / "author"
    (folder / "rules" / "lookups").mkdir(parents=True)
    (folder / "rules" / "sample.yml").write_text(RULE, "utf-8")
    (folder / "rules" / "lookups" / "ioc_domains.csv").write_text(DOMAINS, "utf-8")
    (folder / "harmless").mkdir()
    lookups(folder / "harmless" / "dns.jsonl", *HARMLESS)
    config = {
        "repos": [{"repo": str(pack), "rev": git(pack, "rev-parse", "HEAD"), "hooks": CALLED}]
    }
    (folder / ".pre-commit-config.yaml").write_text(json.dumps(config), "utf-8")
    git(folder, "init", "-q")
    return folder


def commit(author: Path) -> subprocess.CompletedProcess[str]:
    """What pre-commit says of all files."""
    git(author, "add", "-A")
    environment = {
        **os.environ,
        "PRE_COMMIT_HOME": str(author.parent / "home"),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }
    line = [sys.executable, "-m", "pre_commit", "run", "--all-files", "--color=never"]
    return subprocess.run(
        line, cwd=author, env=environment, capture_output=True, text=True, timeout=120, check=False
    )


def test_the_manifest_is_valid_for_pre_commit() -> None:
    line = [sys.executable, "-m", "pre_commit", "validate-manifest", str(HOOKS)]
    assert subprocess.run(line, check=False).returncode == 0


def test_every_hook_calls_a_program_of_the_pack() -> None:
    for hook in yaml.safe_load(HOOKS.read_text("utf-8")):
        program, *_ = hook["entry"].split()
        assert os.access(ROOT / program, os.X_OK)
        assert hook["language"] == "script"


def test_good_rules_pass_all_hooks(author: Path) -> None:
    done = commit(author)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("Passed") == 2


def test_a_fault_stops_the_commit_and_is_named(author: Path) -> None:
    (author / "rules" / "sample.yml").write_text(RULE.replace("ioc_domains", "none"), "utf-8")
    done = commit(author)
    assert done.returncode == 1
    assert "rules/sample.yml:9: " in done.stdout


def test_a_rule_that_matches_what_is_harmless_stops_the_commit(author: Path) -> None:
    lookups(author / "harmless" / "dns.jsonl", *HARMLESS, "bad.example.com")
    done = commit(author)
    assert done.returncode == 1
    assert done.stdout.count("Passed") == 1 and "harmless/dns.jsonl:2" in done.stdout
