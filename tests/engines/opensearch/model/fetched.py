"""OpenSearch's own model of its monitors."""

from __future__ import annotations

from pathlib import Path

from tests.engines.recipes import jars
from tests.engines.registry import Engine, digest

SOURCES = Path(__file__).parent

FETCHED = Engine(
    name="opensearch-model",
    what="OpenSearch's model of monitors",
    source="Maven Central",
    key=digest(SOURCES / "pom.xml", SOURCES / "Monitors.java"),
    download=60,
    kept=48,
    seconds=40,
    make=lambda home: jars(home, SOURCES),
    tools=("mvn", "javac", "java"),
    products=("opensearch",),
)
