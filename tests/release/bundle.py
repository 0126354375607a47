"""A small bundle, keys as ssh-keygen makes them, and what OpenSSH's own tool says."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from pathlib import Path

import pytest

from sigmapack.compiling.product import Artifact
from sigmapack.release import PACK, keys, name_of, release
from sigmapack.release.signature import PrivateKey
from sigmapack.release.verify import Verdict, verify

NAME = name_of()
TEXTS = {"loki/rules/one.yml": "one\n", "sqlite/queries/two.sql": "SELECT 2;\n", "top.json": "{}\n"}

needs_ssh = pytest.mark.skipif(not shutil.which("ssh-keygen"), reason="needs OpenSSH's ssh-keygen")


def files(**changed: str) -> list[Artifact]:
    """What a build gives: some files, and a manifest that lists them."""
    texts = {**TEXTS, **changed}
    made = [Artifact(path, text.encode()) for path, text in texts.items()]
    sql = "sqlite/queries/two.sql"
    manifest = {
        "pack": PACK,
        "version": "0.1.0",
        "queries": [{"path": sql, "sha256": sha256(texts[sql].encode()), "lookup_path": ""}],
        "files": {file.path: sha256(file.data) for file in made},
    }
    return [*made, Artifact("manifest.json", json.dumps(manifest).encode())]


def sha256(data: bytes) -> str:
    """As sha256sum prints it."""
    return hashlib.sha256(data).hexdigest()


def released(out: Path, key: PrivateKey | None = None, **changed: str) -> Path:
    """A bundle in a folder; its own folder."""
    (made,) = release([(NAME, files(**changed))], out, key)
    return made.folder


def make_key(folder: Path, kind: str = "ed25519", passphrase: str = "", *more: str) -> Path:
    """A private key of ssh-keygen, its public one beside it."""
    path = folder / f"key-{kind}{len(list(folder.iterdir()))}"
    line = ["ssh-keygen", "-q", "-t", kind, "-N", passphrase, "-C", "tests", "-f", str(path), *more]
    subprocess.run(line, check=True, timeout=120)
    return path


def opened(path: Path, passphrase: str = "") -> PrivateKey:
    """The private key of a file."""
    return keys.private(path, lambda: passphrase)


def stock(bundle: Path, public: Path) -> bool:
    """Whether ssh-keygen accepts a bundle's signature, by a list of one signer."""
    allowed = bundle.parent / "allowed_signers"
    allowed.write_text(f"releases@example.com {public.read_text('utf-8')}", "utf-8")
    line = ["ssh-keygen", "-Y", "verify", "-n", "file", "-I", "releases@example.com"]
    line += ["-f", str(allowed), "-s", str(bundle / "SHA256SUMS.sig")]
    with (bundle / "SHA256SUMS").open("rb") as message:
        done = subprocess.run(line, stdin=message, capture_output=True, timeout=60, check=False)
    return done.returncode == 0


def told(bundle: Path, key: PrivateKey | None = None) -> list[str]:
    """What is wrong, as `path: code`, the path in the bundle."""
    return _lines(verify(bundle, [key.public_key()] if key else []), bundle)


def _lines(verdict: Verdict, bundle: Path) -> list[str]:
    found = []
    for problem in verdict.problems:
        assert problem.line > 0 and "\n" not in str(problem)
        place = Path(problem.path).relative_to(bundle).as_posix()
        found.append(f"{place}: {problem.code}")
    return found
