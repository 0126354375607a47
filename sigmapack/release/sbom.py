"""The software that made a bundle, as CycloneDX: what `pyproject.toml` names, and what that needs.

The same environment gives the same bytes: there is no clock in it, and its serial number is made of
what it lists (https://cyclonedx.org/docs/1.6/json/).
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import License, LicenseAcknowledgement
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL
from packaging.requirements import Requirement

from sigmapack.compiling.product import Artifact

SBOM = "sbom.cdx.json"
#: Trove classifiers of licences end in the name (https://pypi.org/classifiers/).
OF_LICENCE = "License :: OSI Approved :: "


class NotInstalled(Exception):
    """A package that `pyproject.toml` names is not there; the text says which."""


def artifact(root: Path) -> Artifact:
    """The bill of materials of the pack in a folder.

    Raises:
        NotInstalled: a package that it needs is not installed.
    """
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    needs = _needs(project["name"], project["dependencies"])
    pack = _component(
        project["name"], project["version"], [project["license"]["text"]], ComponentType.APPLICATION
    )
    parts = {name: _of(distribution(name)) for name in needs if name != project["name"]}
    bom = Bom(components=parts.values())
    bom.metadata.component = pack
    bom.serial_number = uuid5(NAMESPACE_URL, "\n".join(sorted(map(_ref, [pack, *parts.values()]))))
    components = {project["name"]: pack, **parts}
    for name, needed in needs.items():
        bom.register_dependency(components[name], [components[each] for each in sorted(needed)])
    data = json.loads(JsonV1Dot6(bom).output_as_string())
    del data["metadata"]["timestamp"]  # the library gives one, of now, to every bill
    return Artifact(SBOM, (json.dumps(data, indent=1, sort_keys=True) + "\n").encode())


def _needs(name: str, lines: Iterable[str]) -> Mapping[str, set[str]]:
    """For the pack and each package, by its name, the names of those that it needs here."""
    found: dict[str, set[str]] = {name: set()}
    waiting = [(name, need) for need in _apply(lines, frozenset())]
    seen: set[tuple[str, str, frozenset[str]]] = set()
    while waiting:
        user, need = waiting.pop()
        extras = frozenset(need.extras)
        try:
            package = distribution(need.name)
        except PackageNotFoundError as error:
            raise NotInstalled(f"{need.name}: {user} needs it: pip install it") from error
        used = _name(package.metadata["Name"])
        found[user].add(used)
        found.setdefault(used, set())
        if (user, used, extras) not in seen:
            seen.add((user, used, extras))
            waiting += [(used, each) for each in _apply(package.requires or [], extras)]
    return found


def _apply(lines: Iterable[str], extras: frozenset[str]) -> list[Requirement]:
    """The requirements that this system and these extras have."""
    needs = [Requirement(line) for line in lines]
    chosen = [{"extra": extra} for extra in ("", *extras)]
    return [n for n in needs if n.marker is None or any(map(n.marker.evaluate, chosen))]


def _of(package: Distribution) -> Component:
    """A package that is installed, with the licences that it says it has."""
    said = package.metadata
    licences = said.get_all("License-Expression") or [
        line.removeprefix(OF_LICENCE)
        for line in said.get_all("Classifier") or ()
        if line.startswith(OF_LICENCE)
    ]
    return _component(_name(said["Name"]), package.version, licences, ComponentType.LIBRARY)


def _component(name: str, version: str, licences: Iterable[str], kind: ComponentType) -> Component:
    url = PackageURL("pypi", name=name, version=version)
    make, declared = LicenseFactory(), LicenseAcknowledgement.DECLARED
    found: list[License] = [
        make.make_from_string(text, license_acknowledgement=declared) for text in licences
    ]
    return Component(
        name=name, version=version, type=kind, purl=url, bom_ref=str(url), licenses=found
    )


def _ref(component: Component) -> str:
    return component.bom_ref.value or ""


def _name(text: str) -> str:
    """A package's name as PyPI writes it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", text).lower()
