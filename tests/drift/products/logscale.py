"""LogScale. https://library.humio.com/integrations/packages-file-formats.html: a site makes a
package of what it runs, in which its actions stand."""

from __future__ import annotations

import zipfile
from pathlib import Path

import yaml

from tests.drift.deployments import GOLDEN, Deployment, Thing, switch_enabled


def things() -> list[Thing]:
    (package,) = (GOLDEN / "logscale").glob("*.zip")
    with zipfile.ZipFile(package) as archive:
        names = [name for name in archive.namelist() if name.endswith(".yaml") and "/" in name]
        things = [{"path": name, **yaml.safe_load(archive.read(name))} for name in names]
    for thing in things:
        if "actionNameReferences" in thing:
            thing["actionNameReferences"] = ["mail-the-soc"]
    return sorted(things, key=lambda thing: "schedule" not in thing)


def write(things: list[Thing], folder: Path) -> Path:
    path = folder / "deployed-1.0.0.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("manifest.yaml", "$schema: https://schemas.humio.com/manifest/v2.0.0\n")
        for number, thing in enumerate(things):
            data = {key: value for key, value in thing.items() if key != "path"}
            folder_name = thing["path"].partition("/")[0]
            archive.writestr(f"{folder_name}/{number}.yaml", yaml.safe_dump(data))
    return path


def edit(thing: Thing) -> None:
    thing["queryString"] += "| false\n"


def cloned(thing: Thing) -> Thing:
    return {**thing, "name": "Cloned"}


def retime(thing: Thing) -> None:
    thing["schedule"] = "0 3 * * *"


DEPLOYMENT = Deployment(
    "logscale", things, write, edit, "queryString", cloned, switch_enabled, retime, "schedule"
)
