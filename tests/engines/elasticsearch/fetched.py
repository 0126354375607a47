"""The Elasticsearch server with ES|QL."""

from __future__ import annotations

from pathlib import Path

from tests.engines.recipes import jars
from tests.engines.registry import Engine, digest

SOURCES = Path(__file__).parent

FETCHED = Engine(
    name="elasticsearch",
    what="the Elasticsearch server with ES|QL",
    source="Maven Central",
    key=digest(SOURCES / "pom.xml", SOURCES / "ProofServer.java"),
    download=80,
    kept=72,
    seconds=45,
    make=lambda home: jars(home, SOURCES),
    tools=("mvn", "javac", "java"),
    products=("elastic",),
)
