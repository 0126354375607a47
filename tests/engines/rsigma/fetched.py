"""rsigma, a Sigma engine in Rust: a program of ours on its crates, built by cargo."""

from __future__ import annotations

import tomllib
from pathlib import Path

from tests.engines.recipes import crate
from tests.engines.registry import Engine, digest

SOURCES = Path(__file__).parent
FILES = ("Cargo.toml", "Cargo.lock", "main.rs")

#: Of the crate that evaluates; `Cargo.toml` pins it.
VERSION = next(
    package["version"]
    for package in tomllib.loads((SOURCES / "Cargo.lock").read_text("utf-8"))["package"]
    if package["name"] == "rsigma-eval"
)

FETCHED = Engine(
    name="rsigma",
    what="rsigma's Sigma engine",
    source="crates.io",
    key=digest(*(SOURCES / name for name in FILES)),
    download=8,
    kept=5,
    seconds=100,
    make=lambda home: crate(home, SOURCES),
    tools=("cargo",),
    products=("sigma",),
)
