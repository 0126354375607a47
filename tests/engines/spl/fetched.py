"""teragrep's search language on Spark."""

from __future__ import annotations

from pathlib import Path

from tests.engines.recipes import jars
from tests.engines.registry import Engine, digest

SOURCES = Path(__file__).parent

FETCHED = Engine(
    name="teragrep",
    what="teragrep's search language on Spark",
    source="Maven Central",
    key=digest(SOURCES / "pom.xml", SOURCES / "Teragrep.java"),
    download=280,
    kept=270,
    seconds=60,
    make=lambda home: jars(home, SOURCES),
    tools=("mvn", "javac", "java"),
    products=("splunk",),
)
