"""The page beside the files: what each is for, what a find means, what none of them sees."""

from __future__ import annotations

from sigmapack.content.words import Words


def text(words: Words) -> str:
    """`README.md` of the folder, in a reader's language."""
    parts = [
        "# " + words("Who still has a bad build or its traces"),
        words("These files search disks and memory, where no log shows anything."),
        "## `threecx.yar`",
        words(
            "YARA rules, for YARA-X and YARA 4.5 or later: `yr scan threecx.yar FOLDER`. Scan user"
            " profiles, program folders, browser caches and memory images."
        ),
        "## " + words("What a find means"),
        "\n".join(
            "- " + line
            for line in (
                words("By hash: the file is one of the campaign. Isolate the host."),
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
