"""A small package, byte for byte: what changes in the output shows in the diff of a commit.

After a change that is meant, build it anew and read the difference:

    python build.py --rules tests/golden/sigma_rules --out tests/golden/dist
"""

from __future__ import annotations

import difflib
import json
from pathlib import Path

from click.testing import CliRunner

import build

GOLDEN = Path(__file__).resolve().parent / "golden"
HOW = "if this is meant: python build.py --rules tests/golden/sigma_rules --out tests/golden/dist"


def tree(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_the_golden_package_is_built_byte_for_byte(tmp_path: Path) -> None:
    arguments = ["--rules", str(GOLDEN / "sigma_rules"), "--out", str(tmp_path / "dist")]
    result = CliRunner().invoke(build.main, arguments)
    assert result.exit_code == 0, result.stderr
    wanted, made = tree(GOLDEN / "dist"), tree(tmp_path / "dist")
    assert sorted(made) == sorted(wanted), HOW
    for path, data in made.items():
        if data != wanted[path]:
            old, new = (
                text.decode("utf-8", "replace").splitlines() for text in (wanted[path], data)
            )
            difference = "\n".join(difflib.unified_diff(old, new, path, "now", lineterm=""))
            raise AssertionError(f"{difference}\n{HOW}")


def test_the_golden_package_has_every_target_and_refuses_only_what_lucene_cannot() -> None:
    manifest = json.loads((GOLDEN / "dist" / "manifest.json").read_text("utf-8"))
    queries = manifest["queries"]
    assert len({query["target"] for query in queries}) == 9
    refused = {
        (query["target"], query["language"], query["rule"])
        for query in queries
        if query["outcome"] == "refused"
    }
    assert refused == {
        ("elastic", "lucene", "correlation_golden"),
        ("opensearch", "lucene", "correlation_golden"),
    }
