"""What people and pipelines read: tables on a terminal, plain lines in a pipe, JSON on request."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sigmapack.content.model import Content, Problem
from sigmapack.content.text import visible
from sigmapack.matches import LEVELS
from sigmapack.report.bundles import released, verified
from sigmapack.report.imports import imported
from sigmapack.report.replayed import replayed
from sigmapack.report.tables import dump, prepare, table
from sigmapack.report.watching import progress, watching

if TYPE_CHECKING:  # a replay begins without what builds
    from sigmapack.compiling.package import Packed
    from sigmapack.compiling.product import Artifact, Query

__all__ = [
    "LEVELS",
    "built",
    "checked",
    "covered",
    "imported",
    "prepare",
    "problems",
    "progress",
    "released",
    "replayed",
    "verified",
    "watching",
]


def problems(found: Sequence[Problem], as_json: bool) -> None:
    """Problems, one a line on standard error; with JSON an array on standard output."""
    if as_json:
        keys = ("path", "line", "code", "message")
        dump([{key: getattr(problem, key) for key in keys} for problem in found])
    for problem in found:
        click.echo(visible(str(problem)), err=True)


def built(
    content: Content,
    made: Packed,
    out: Path,
    as_json: bool,
    quiet: bool,
) -> None:
    """What a build made: the outcomes by target and language, the files, and where they are."""
    from sigmapack.manifest import OUTCOMES, entry, summary, table_entry

    queries, artifacts, tables = made
    if as_json:
        paths = sorted(artifact.path for artifact in artifacts)
        found = [entry(query) for query in queries]
        lacking = [table_entry(each) for each in tables]
        dump({"out": out.as_posix(), "queries": found, "tables": lacking, "files": paths})
        return
    if quiet:
        return
    rows = [
        (target, language, *(str(counts[outcome]) for outcome in OUTCOMES))
        for target, language, counts in summary(queries)
    ]
    table(("target", "language", *OUTCOMES), rows)
    click.echo()
    table(("folder", "files", "holds"), _folders(artifacts))
    _refused(content, made)
    click.echo(
        f"{sum(bool(query.path) for query in queries)} queries written to {visible(str(out))}"
    )


def _refused(content: Content, made: Packed) -> None:
    """The rules that products do not have, by product and reason, and the tables: the manifest
    names each. The pack's own are declared."""
    if content.own:
        return
    queries = [query for query in made.queries if query.outcome == "refused"]
    found = Counter((query.target, query.language, query.reason) for query in queries)
    first: dict[tuple[str, str, str], Query] = {}
    for query in queries:
        first.setdefault((query.target, query.language, query.reason), query)
    for (target, language, reason), number in sorted(found.items()):
        path = first[target, language, reason].rule.path
        more = f" (and {number - 1} more)" if number > 1 else ""
        click.echo(visible(f"refused on {target}/{language}: {path}{more}: {reason}"))
    for refused in made.tables:
        path = f"{refused.lookup.path}:1"
        click.echo(visible(f"refused on {refused.target}: {path}: {refused.reason}"))


def _folders(artifacts: Sequence[Artifact]) -> list[tuple[str, ...]]:
    """(folder, number of its files, what stands in it) of each folder of a build."""
    found: dict[str, list[list[str]]] = {}
    for artifact in artifacts:
        folder, *rest = artifact.path.split("/")
        if rest:
            found.setdefault(folder, []).append(rest)
    rows: list[tuple[str, ...]] = []
    for folder, files in sorted(found.items()):
        holds = sorted({f"{rest[0]}/" if rest[1:] else rest[0] for rest in files})
        rows.append((f"{folder}/", str(len(files)), ", ".join(holds)))
    return rows


def checked(content: Content, made: Packed, as_json: bool, quiet: bool) -> None:
    """What was checked and found in order, and what products would not have of it."""
    counts = {
        "rules": len(content.detections),
        "correlations": len(content.rules) - len(content.detections),
        "lookups": len(content.lookups),
        "waivers": len(content.waivers),
    }
    if as_json:
        dump([])
    elif not quiet:
        _refused(content, made)
        numbers = ", ".join(f"{count} {name}" for name, count in counts.items())
        click.echo(f"no problems in {numbers}")


def covered(stages: Sequence[dict[str, Any]], as_json: bool) -> None:
    """The stages of the attack with the rules that see them, then what no log shows."""
    if as_json:
        dump({"stages": list(stages)})
        return
    for stage in stages:
        lines = [f"{stage['id']}  {stage['title']}  ({', '.join(stage['techniques'])})"]
        lines += [f"      {rule['level']:<13} {rule['rule']}" for rule in stage["rules"]]
        if stage["telemetry"]:
            lines.append(f"      needs: {', '.join(stage['telemetry'])}")
        if stage["not_visible"]:
            lines.append(f"      not visible: {stage['not_visible']}")
        for line in lines:
            click.echo(visible(line))
    seen = sum(stage["seen"] for stage in stages)
    click.echo(f"{seen} of {len(stages)} stages are seen by rules; the others say why not")
