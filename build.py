"""Build the 3CX detection pack: read rules and lookups, check, compile for every product, write.

    python build.py                     build everything into dist/
    python build.py check               only look for problems
    python build.py replay FILE...      run the compiled rules on events
    python build.py coverage            the stages of the attack and the rules that see them
    python build.py VERB --help         the options of a verb

Exit codes: 0 done, 1 the content has problems, 2 wrong use or unreadable input.
"""

from __future__ import annotations

if __name__ == "__main__":  # before all that takes its time to import
    from sigmapack import process

    process.begin()

import click

from sigmapack import __version__, report
from sigmapack.verbs import Verbs


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="build.py")
def main() -> None:
    """Build, check and replay the 3CX detection pack. Without a verb: build."""
    report.prepare()


if __name__ == "__main__":
    main(prog_name="build.py")
