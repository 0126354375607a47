"""Files of indicators, as MISP, a STIX producer and a colleague send them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

GOOD = ("evil-one.example.com", "evil-two.example.net")


def attribute(kind: str, value: str, **more: Any) -> dict[str, Any]:
    """An attribute of MISP, meant for detection."""
    return {"uuid": f"uuid of {value}", "type": kind, "value": value, "to_ids": True, **more}


def misp(path: Path, *attributes: dict[str, Any], objects: Any = (), tags: Any = ()) -> Path:
    """A file with one event."""
    event = {
        "uuid": "11a3e020",
        "Orgc": {"name": "CERT of Example"},
        "Tag": list(tags),
        "Attribute": list(attributes),
        "Object": list(objects),
    }
    path.write_text(json.dumps({"response": [{"Event": event}]}, indent=1), "utf-8")
    return path


def indicator(pattern: str, **more: Any) -> dict[str, Any]:
    """An indicator of STIX."""
    return {
        "type": "indicator",
        "id": f"indicator--{abs(hash(pattern))}",
        "created_by_ref": "identity--1",
        "name": "beacon",
        "pattern": pattern,
        "pattern_type": "stix",
        "valid_from": "2023-03-29T00:00:00Z",
        "confidence": 90,
        **more,
    }


def stix(path: Path, *objects: dict[str, Any]) -> Path:
    """A file with a bundle."""
    who = {"type": "identity", "id": "identity--1", "name": "CERT of Example"}
    data = {"type": "bundle", "id": "bundle--1", "objects": [who, *objects]}
    path.write_text(json.dumps(data, indent=1), "utf-8")
    return path


def table(path: Path, *rows: str, columns: str = "domain,role,confidence,source") -> Path:
    """A file of rows."""
    path.write_text("\n".join([columns, *rows]) + "\n", "utf-8")
    return path
