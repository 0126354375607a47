"""A small package, byte for byte: what changes in the output shows in the diff of a commit.

After a change that is meant, build it anew and read the difference:

    python build.py --rules tests/golden/sigma_rules --out tests/golden/dist
"""

from __future__ import annotations

import difflib
import json
from pathlib import Path

from tests.cli.command import run, tree
from tests.conftest import ROOT

GOLDEN = ROOT / "tests" / "golden"
HOW = "if this is meant: python build.py --rules tests/golden/sigma_rules --out tests/golden/dist"


def compared(path: str, old: bytes | None, new: bytes | None) -> list[str]:
    """The lines that tell a kept file from the one made now; none where they are equal."""
    if old is None or new is None:
        return [f"{path}: {'is new' if old is None else 'is not made any more'}"]
    kept, made = (data.decode("utf-8", "replace").splitlines() for data in (old, new))
    lines = list(difflib.unified_diff(kept, made, path, "now", lineterm=""))
    return lines if lines or old == new else [f"{path}: other bytes, the same lines"]


def test_a_difference_is_told_with_its_lines() -> None:
    assert compared("a", b"x\n", b"x\n") == []
    assert compared("a", b"x\n", b"y\n")[-2:] == ["-x", "+y"]
    assert compared("a", b"x\n", b"x\r\n") == ["a: other bytes, the same lines"]
    assert compared("a", None, b"") == ["a: is new"]
    assert compared("a", b"", None) == ["a: is not made any more"]


def test_the_golden_package_is_built_byte_for_byte(tmp_path: Path) -> None:
    result = run("--rules", GOLDEN / "sigma_rules", "--out", tmp_path / "dist")
    assert result.exit_code == 0, result.stderr
    wanted, made = tree(GOLDEN / "dist"), tree(tmp_path / "dist")
    differences = [
        difference
        for path in sorted({*wanted, *made})
        for difference in compared(path, wanted.get(path), made.get(path))
    ]
    assert not differences, "\n".join([*differences, HOW])


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
