"""Queries that were proved in another way than before."""

from __future__ import annotations

import json
from pathlib import Path

from sigmapack.compare import compare, told
from sigmapack.deployed import open_bundle
from tests.compare.builds import DATED, build


def test_a_query_that_was_proved_otherwise_is_told(tmp_path: Path) -> None:
    old = build(tmp_path / "old", {"sample": DATED})
    new = build(tmp_path / "new", {"sample": DATED})
    manifest = json.loads((new / "manifest.json").read_text("utf-8"))
    for query in manifest["queries"]:
        if query["target"] == "splunk":
            query["proof"] = "executed"
    (new / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    found = compare(open_bundle(old), open_bundle(new))
    assert [(o.target, o.rule, o.old, o.new) for o in found.proofs] == [
        ("splunk", "sample", "not replayed", "executed")
    ]
    (section,) = (one for one in told.sections(found, None) if one.title == "Proofs")
    assert section.rows == [("splunk/spl", "sample", "not replayed", "executed")]
