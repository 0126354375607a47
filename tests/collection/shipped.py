"""The configurations that a build has, parsed."""

from __future__ import annotations

from functools import cache
from xml.etree import ElementTree

from sigmapack import collection
from sigmapack.content.load import load
from sigmapack.content.model import Content
from tests.conftest import ROOT


@cache
def content() -> Content:
    """The pack's own rules and tables."""
    return load(ROOT)


@cache
def files() -> dict[str, bytes]:
    """All files of `dist/collection`, by their paths below it."""
    made = collection.artifacts(content())
    return {artifact.path.partition("/")[2]: artifact.data for artifact in made}


@cache
def configuration(product: str) -> ElementTree.Element:
    """Sysmon's configuration for `windows` or `linux`."""
    return ElementTree.fromstring(files()[f"{product}/sysmon.xml"])
