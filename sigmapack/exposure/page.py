"""The page beside the files: what each is for, what a find means, what none of them sees."""

from __future__ import annotations

from collections.abc import Iterable

from sigmapack.content.words import Words, noted

#: What is said of each file: what it is for, and how it is run.
FILES = {
    "threecx.yar": noted(
        "YARA rules, for YARA-X and YARA 4.5 or later: `yr scan threecx.yar FOLDER`. Scan user"
        " profiles, program folders, browser caches and memory images."
    ),
    "threecx.osquery.json": noted(
        "A pack of osquery for Windows, Macs and Linux, run once a day: add it under `packs` of the"
        " configuration, or upload it to Fleet or Kibana. Every row is a find. It hashes the"
        " client's and the users' download folders."
    ),
    "threecx.velociraptor.yaml": noted(
        "An artifact of Velociraptor for the three systems: add it under View Artifacts, and start"
        " a hunt with it. It was checked against the reference, and not run on Velociraptor."
    ),
    "Find-ThreeCX.ps1": noted(
        "A script for Windows PowerShell 5.1 or later, run as an administrator. In Intune it is the"
        " detection script of a remediation (run in 64-bit, not as the user): it ends with 1 where"
        " something was found. It was checked by a grammar, and not run on Windows."
    ),
    "find-threecx.sh": noted(
        "A script for Macs, Linux and 3CX servers: `sudo sh find-threecx.sh`. With `-r` it looks at"
        " the disk of another host."
    ),
    "defender/threecx_installed_builds.kql": noted(
        "Advanced hunting in Defender XDR: devices with a bad build, by the software inventory of"
        " vulnerability management."
    ),
    "defender/threecx_vulnerability.kql": noted(
        "Advanced hunting in Defender XDR: devices that Defender itself calls vulnerable, by its"
        " own list of builds."
    ),
    "configmgr/threecx_installed_builds.kql": noted(
        "CMPivot of Configuration Manager: asks the devices that are switched on for bad builds."
    ),
    "configmgr/threecx_files.kql": noted(
        "CMPivot of Configuration Manager: files of the campaign by hash. CMPivot takes one query"
        " at a time, so copy them one by one."
    ),
    "configmgr/threecx_collection.wql": noted(
        "The query of a device collection in Configuration Manager, to deploy the removal to."
    ),
}


def text(words: Words, names: Iterable[str]) -> str:
    """`README.md` of the folder, in a reader's language.

    Args:
        words: of the language.
        names: of the files beside it.
    """
    there = set(names)
    parts = [
        "# " + words("Who still has a bad build or its traces"),
        words("These files search disks, memory and inventories, where no log shows anything."),
    ]
    for name, said in FILES.items():
        if name in there:
            parts += [f"## `{name}`", words(said)]
    parts += [
        "## " + words("What a find means"),
        "\n".join(
            "- " + line
            for line in (
                words("By hash: the file is one of the campaign. Isolate the host."),
                words(
                    "By version: a bad build is there, whether it ran or not. Isolate the host,"
                    " remove the build, and look for traces."
                ),
                words(
                    "By place: a stage left a file where no other software has one. Look at the"
                    " file first where confidence is medium."
                ),
                words(
                    "By content: look at the file first. Documents and rules about the campaign"
                    " hold the same words; do not scan this pack's own folder."
                ),
                words(
                    "A bad build that lies unused still needs removal; an update does not clean a"
                    " host."
                ),
            )
        ),
        "## " + words("What it cannot see"),
        words(
            "Files that were deleted, stages that ran in memory before the scan, and builds that"
            " nobody has published a hash of. Rows of low confidence are left out."
        ),
    ]
    return "\n\n".join(parts) + "\n"
