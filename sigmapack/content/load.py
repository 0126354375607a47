"""The only reader of source files: rules, lookups, waivers, log sources. Collects all problems."""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from sigmapack.content import blocking, declared, limits, settings, story
from sigmapack.content.documents import documents
from sigmapack.content.files import shown, text_of
from sigmapack.content.model import Content, Lookup, Problem, Row, Rule, Sources
from sigmapack.content.text import CONTROL, named, unseen, visible

#: How many findings may refer to one another, each to the next.
DEPTH = 3
#: Names of lookups, which products import under them; a dot stands before a column.
TABLE = re.compile(r"[A-Za-z0-9_-]+")
RULE_SUFFIXES = (".yml", ".yaml")


def load(root: Path, rules_dir: Path | None = None) -> Content:
    """Read the pack at `root`, or the Sigma rules of another folder with the pack's log sources.

    Lookups of a foreign folder come from its own `lookups/`, else from a `lookups/` beside a
    folder called `sigma_rules`, else from the pack. Nothing is raised for bad content: what is
    wrong is in `Content.problems`.
    """
    directory = rules_dir or root / "sigma_rules"
    own = directory.resolve() == (root / "sigma_rules").resolve()
    problems: list[Problem] = []
    rules = chained(tuple(rules_in(directory, problems)))
    if not rules and not problems:
        where = "has no .yml file" if directory.is_dir() else "is not a folder"
        problems.append(
            Problem(shown(directory), 1, "no-rules", f"{where}: name a folder with rules", True)
        )
    return Content(
        root=root,
        rules_dir=directory,
        rules=rules,
        lookups=tables_in(_lookup_dir(root, directory), problems),
        waivers=settings.waivers(directory / settings.WAIVERS, problems),
        stages=tuple(settings.stages(directory / settings.COVERAGE, problems)),
        playbooks={
            book.name: book for book in settings.playbooks(directory / settings.RESPONSE, problems)
        },
        sources=declared.sources(problems),
        attack=declared.attack(directory / declared.ATTACK, problems, own),
        never=declared.never(root / "lookups" / declared.NEVER, problems, own),
        problems=tuple(problems),
        own=own,
        contact=settings.contact(directory / settings.RESPONSE),
        moments=story.moments(directory / story.STORY, problems),
        guides=story.guides(directory / story.IMPORT, problems),
        notices=story.notices(directory / story.AWARENESS, problems),
        blocking=blocking.read(directory / blocking.FILE, problems),
    )


def chained(rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
    """The rules, of which correlations know the findings that they refer to, and these theirs."""
    for _ in range(DEPTH):
        findings = {
            key: rule for rule in rules if rule.is_finding for key in (rule.id, rule.name) if key
        }
        rules = tuple(
            replace(rule, findings=found) if (found := _referred(rule, findings)) else rule
            for rule in rules
        )
    return rules


def _referred(rule: Rule, findings: Mapping[str, Rule]) -> dict[str, Rule]:
    correlation = rule.document.get("correlation")
    names = correlation.get("rules") if isinstance(correlation, dict) else None
    listed = names if isinstance(names, list) else []
    return {name: findings[name] for name in listed if isinstance(name, str) and name in findings}


def read_sources() -> Sources:
    """Read `logsources.toml` of this package."""
    return declared.sources([])


def _files(directory: Path, suffixes: tuple[str, ...], problems: list[Problem]) -> Iterator[Path]:
    def failed(error: OSError) -> None:
        where = Path(error.filename or directory)
        problems.append(Problem(shown(where), 1, "unreadable", f"{error.strerror}", True))

    for folder, folders, names in os.walk(directory, onerror=failed):
        folders.sort()
        for name in sorted(names):
            if not name.startswith(".") and name.endswith(suffixes):
                yield from _named(Path(folder) / name, problems)


def _named(path: Path, problems: list[Problem]) -> Iterator[Path]:
    """A file, unless its name could not be written: into a manifest, or as a line of output."""
    if unseen(str(path)):
        message = "a name that is not UTF-8, or has control characters: rename it"
        problems.append(
            Problem(visible(shown(path)).replace(" ", "\\x20"), 1, "file-name", message)
        )
        return
    if len(path.stem.encode()) > limits.LONGEST_STEM:
        message = f"a name of more than {limits.LONGEST_STEM} bytes: files are called like it"
        problems.append(Problem(shown(path), 1, "file-name", message))
        return
    yield path


def rules_in(directory: Path, problems: list[Problem]) -> Iterator[Rule]:
    """The rules of a folder and those below it; what is none is added to the problems."""
    if not directory.is_dir():
        return
    for path in _files(directory, RULE_SUFFIXES, problems):
        if (text := text_of(path, problems)) is not None:
            yield from documents(shown(path), text, problems)


def _lookup_dir(root: Path, rules_dir: Path) -> Path:
    beside = rules_dir.parent / "lookups"
    if (rules_dir / "lookups").is_dir():
        return rules_dir / "lookups"
    if rules_dir.name == "sigma_rules" and beside.is_dir():
        return beside
    return root / "lookups"


def tables_in(directory: Path, problems: list[Problem]) -> dict[str, Lookup]:
    """The tables of a folder, by name; what is none is added to the problems."""
    tables = {}
    if directory.is_dir():
        for path in _files(directory, (".csv",), problems):
            if (text := text_of(path, problems, limits.MOST_LOOKUP)) is not None:
                table = _table(path, text, problems)
                if table:
                    tables[table.name] = table
    return tables


def _table(path: Path, text: str, problems: list[Problem]) -> Lookup | None:
    name = shown(path)
    if not TABLE.fullmatch(path.stem):
        message = "a lookup's name is written into queries: call it by letters, digits, - and _"
        problems.append(Problem(name, 1, "lookup-name", message))
        return None
    reader = csv.reader(io.StringIO(text), strict=True)
    rows: list[Row] = []
    try:
        columns = tuple(next(reader, ()))
        if not columns or not all(columns) or len(set(columns)) < len(columns):
            message = "the first line names the columns, each once and none empty"
            problems.append(Problem(name, 1, "header", message))
            return None
        for values in reader:
            if len(rows) == limits.MOST_ROWS:
                message = f"more than {limits.MOST_ROWS:,} rows: split the table"
                problems.append(Problem(name, reader.line_num, "too-large", message))
                break
            if any(len(value) > limits.LONGEST_VALUE for value in values):
                message = f"a value of more than {limits.LONGEST_VALUE:,} characters: shorten it"
                problems.append(Problem(name, reader.line_num, "too-large", message))
            elif len(values) != len(columns):
                message = f"{len(values)} values for {len(columns)} columns: {', '.join(columns)}"
                problems.append(Problem(name, reader.line_num, "columns", message))
            elif control := CONTROL.search("".join(values)):
                message = f"the row has {named(control[0])}, which no table holds: take it out"
                problems.append(Problem(name, reader.line_num, "control", message))
            else:
                rows.append(Row(reader.line_num, dict(zip(columns, values, strict=True))))
    except csv.Error as error:
        problems.append(Problem(name, reader.line_num, "csv", str(error)))
    return Lookup(path.stem, name, columns, tuple(rows))
