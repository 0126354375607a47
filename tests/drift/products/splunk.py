"""Splunk.
https://docs.splunk.com/Documentation/Splunk/latest/Admin/Wheretofindtheconfigurationfiles: the
app's own files stay in default/, what a site changes in Splunk Web goes to local/."""

from __future__ import annotations

from pathlib import Path

from sigmapack.deployed import Export
from sigmapack.deployed.gathered import unpacked
from sigmapack.deployed.products.splunk import parsed
from tests.drift.deployments import GOLDEN, Deployment, Thing


def things() -> list[Thing]:
    (package,) = (GOLDEN / "splunk").glob("*.tgz")
    texts = {e.path.rpartition("/")[2]: e.text or "" for e in unpacked(
        Export("app", package.read_bytes()))}  # fmt: skip
    stanzas = parsed("savedsearches.conf", texts["savedsearches.conf"])
    things = [
        {"name": name, "values": values, "local": {"action.email": "1", "action.email.to": "soc@x"}}
        for name, values in stanzas.items()
        if values
    ]
    return [*things, {"macros": texts["macros.conf"]}]


def conf(stanzas: dict[str, dict[str, str]]) -> str:
    folded = {
        name: "\n".join(f"{k} = {v}".replace("\n", "\\\n") for k, v in values.items())
        for name, values in stanzas.items()
    }
    return "\n\n".join(f"[{name}]\n{text}" for name, text in folded.items()) + "\n"


def write(things: list[Thing], folder: Path) -> Path:
    app = folder / "threecx_detection_pack"
    searches = [thing for thing in things if "name" in thing]
    files = {
        "default/app.conf": "[ui]\nis_visible = 1\n",
        "default/savedsearches.conf": conf(
            {thing["name"]: thing["values"] for thing in searches if thing["values"]}
        ),
        "local/savedsearches.conf": conf({t["name"]: t["local"] for t in searches}),
        "default/macros.conf": next(t["macros"] for t in things if "macros" in t),
    }
    for name, text in files.items():
        (app / name).parent.mkdir(parents=True, exist_ok=True)
        (app / name).write_text(text, "utf-8")
    return app


def edit(thing: Thing) -> None:
    thing["local"]["search"] = thing["values"]["search"] + "\n| where 1=0"


def cloned(thing: Thing) -> Thing:
    values = {**thing["values"], **thing["local"]}
    return {"name": f"{thing['name']} Clone", "values": {}, "local": values}


def switch(thing: Thing, on: bool) -> None:
    thing["local"]["disabled"] = "0" if on else "1"


def retime(thing: Thing) -> None:
    thing["local"]["cron_schedule"] = "0 3 * * *"


DEPLOYMENT = Deployment(
    "splunk", things, write, edit, "search", cloned, switch, retime, "cron_schedule"
)
