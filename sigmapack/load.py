"""The only reader of source files: rules, lookups, waivers, log sources. Collects all problems."""

from __future__ import annotations

import csv
import io
import os
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from sigmapack.model import (
    Content,
    Lookup,
    Place,
    Playbook,
    Problem,
    Row,
    Rule,
    Sources,
    Stage,
    Waiver,
)

RULE_SUFFIXES = (".yml", ".yaml")
WAIVERS = "waivers.toml"
COVERAGE = "coverage.toml"
RESPONSE = "response.toml"


def load(root: Path, rules_dir: Path | None = None) -> Content:
    """Read the pack at `root`, or the Sigma rules of another folder with the pack's log sources.

    Lookups of a foreign folder come from its own `lookups/`, else from a `lookups/` beside a
    folder called `sigma_rules`, else from the pack. Nothing is raised for bad content: what is
    wrong is in `Content.problems`.
    """
    directory = rules_dir or root / "sigma_rules"
    own = directory.resolve() == (root / "sigma_rules").resolve()
    problems: list[Problem] = []
    rules = tuple(_rules(directory, problems))
    if not rules and not problems:
        where = "has no .yml file" if directory.is_dir() else "is not a folder"
        problems.append(
            Problem(shown(directory), 1, "no-rules", f"{where}: name a folder with rules", True)
        )
    return Content(
        root=root,
        rules_dir=directory,
        rules=rules,
        lookups=_lookups(_lookup_dir(root, directory), problems),
        waivers=_waivers(directory / WAIVERS, problems),
        stages=tuple(_stages(directory / COVERAGE, problems)),
        playbooks={book.name: book for book in _playbooks(directory / RESPONSE, problems)},
        sources=read_sources(),
        problems=tuple(problems),
        own=own,
    )


def read_sources() -> Sources:
    """Read `logsources.toml` beside this module."""
    path = Path(__file__).with_name("logsources.toml")
    data = tomllib.loads(path.read_text("utf-8"))
    return Sources(data["source"], data["logsource"], data["product"])


def shown(path: Path | str) -> str:
    """A path as the user would write it: relative to the current folder where it lies below."""
    path = Path(path)
    try:
        return path.resolve().relative_to(Path.cwd()).as_posix()
    except ValueError:
        return path.as_posix()


def _text(path: Path, problems: list[Problem]) -> str | None:
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        message = f"byte {error.start} is not UTF-8: save the file as UTF-8"
        problems.append(Problem(shown(path), line, "not-utf8", message, True))
    except OSError as error:
        message = f"{error.strerror}: make the file readable or remove it"
        problems.append(Problem(shown(path), 1, "unreadable", message, True))
    return None


def _files(directory: Path, problems: list[Problem]) -> Iterator[Path]:
    def failed(error: OSError) -> None:
        where = Path(error.filename or directory)
        problems.append(Problem(shown(where), 1, "unreadable", f"{error.strerror}", True))

    for folder, folders, names in os.walk(directory, onerror=failed):
        folders.sort()
        yield from (Path(folder) / name for name in sorted(names) if not name.startswith("."))


def _rules(directory: Path, problems: list[Problem]) -> Iterator[Rule]:
    if not directory.is_dir():
        return
    for path in _files(directory, problems):
        if path.suffix in RULE_SUFFIXES and (text := _text(path, problems)) is not None:
            yield from _documents(shown(path), text, problems)


def _documents(path: str, text: str, problems: list[Problem]) -> Iterator[Rule]:
    try:
        loader = yaml.CSafeLoader(text)
        while loader.check_node():
            node = loader.get_node()
            assert node is not None  # check_node() said so
            data = loader.construct_document(node)
            if not isinstance(data, dict):
                line = node.start_mark.line + 1
                problems.append(Problem(path, line, "not-a-rule", "a rule is a mapping of keys"))
                continue
            lines: dict[Place, int] = {}
            _walk(node, (), lines, path, problems)
            yield Rule(path, data, lines)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        message = " ".join(str(getattr(error, "problem", None) or error).split())
        problems.append(Problem(path, mark.line + 1 if mark else 1, "yaml", message))
    except (ValueError, RecursionError) as error:
        problems.append(Problem(path, 1, "yaml", " ".join(str(error).split())))


def _walk(
    node: yaml.Node, place: Place, lines: dict[Place, int], path: str, problems: list[Problem]
) -> None:
    lines[place] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            line = key.start_mark.line + 1
            if key.value in seen:
                message = f"the key {key.value!r} stands twice here: YAML would keep only the last"
                problems.append(Problem(path, line, "duplicate-key", message))
            seen.add(key.value)
            _walk(value, (*place, key.value), lines, path, problems)
            lines[(*place, key.value)] = line
    elif isinstance(node, yaml.SequenceNode):
        for position, item in enumerate(node.value):
            _walk(item, (*place, position), lines, path, problems)


def _lookup_dir(root: Path, rules_dir: Path) -> Path:
    beside = rules_dir.parent / "lookups"
    if (rules_dir / "lookups").is_dir():
        return rules_dir / "lookups"
    if rules_dir.name == "sigma_rules" and beside.is_dir():
        return beside
    return root / "lookups"


def _lookups(directory: Path, problems: list[Problem]) -> dict[str, Lookup]:
    tables = {}
    if directory.is_dir():
        for path in _files(directory, problems):
            if path.suffix == ".csv" and (text := _text(path, problems)) is not None:
                table = _table(path, text, problems)
                if table:
                    tables[table.name] = table
    return tables


def _table(path: Path, text: str, problems: list[Problem]) -> Lookup | None:
    name = shown(path)
    reader = csv.reader(io.StringIO(text), strict=True)
    rows: list[Row] = []
    try:
        columns = tuple(next(reader, ()))
        if not columns or not all(columns) or len(set(columns)) < len(columns):
            message = "the first line names the columns, each once and none empty"
            problems.append(Problem(name, 1, "header", message))
            return None
        for values in reader:
            if len(values) != len(columns):
                message = f"{len(values)} values for {len(columns)} columns: {', '.join(columns)}"
                problems.append(Problem(name, reader.line_num, "columns", message))
            else:
                rows.append(Row(reader.line_num, dict(zip(columns, values, strict=True))))
    except csv.Error as error:
        problems.append(Problem(name, reader.line_num, "csv", str(error)))
    return Lookup(path.stem, name, columns, tuple(rows))


def _entries(path: Path, key: str, problems: list[Problem]) -> Iterator[tuple[int, dict[str, Any]]]:
    """The tables `[[key]]` of a TOML file, each with its line."""
    if not path.is_file() or (text := _text(path, problems)) is None:
        return
    try:
        entries = tomllib.loads(text).get(key, [])
    except tomllib.TOMLDecodeError as error:
        problems.append(Problem(shown(path), 1, "toml", str(error)))
        return
    starts = [n for n, line in enumerate(text.splitlines(), 1) if line.strip() == f"[[{key}]]"]
    yield from zip(starts, entries, strict=False)


def _waivers(path: Path, problems: list[Problem]) -> tuple[Waiver, ...]:
    return tuple(
        waiver
        for line, entry in _entries(path, "waiver", problems)
        for waiver in _waiver(shown(path), line, entry, problems)
    )


def _stages(path: Path, problems: list[Problem]) -> Iterator[Stage]:
    for line, entry in _entries(path, "stage", problems):
        missing = [key for key in ("id", "title", "techniques", "rules") if key not in entry]
        if missing:
            message = f"a stage needs id, title, techniques, rules; missing: {', '.join(missing)}"
            problems.append(Problem(shown(path), line, "stage", message))
            continue
        lists = (tuple(entry["techniques"]), tuple(entry["rules"]))
        yield Stage(entry["id"], entry["title"], *lists, entry.get("unseen", ""), line)


def _playbooks(path: Path, problems: list[Problem]) -> Iterator[Playbook]:
    if not path.is_file() or (text := _text(path, problems)) is None:
        return
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        problems.append(Problem(shown(path), 1, "toml", str(error)))
        return
    for name, entry in data.get("playbook", {}).items():
        missing = [key for key in ("title", "check", "contain", "tell") if not entry.get(key)]
        if missing:
            message = f"playbook {name} has no {', '.join(missing)}"
            problems.append(Problem(shown(path), 1, "playbook", message))
            continue
        contact = str(data.get("contact", ""))
        tell = entry["tell"].replace("{contact}", contact)
        yield Playbook(name, entry["title"], tuple(entry["check"]), tuple(entry["contain"]), tell)


def _waiver(
    path: str, line: int, entry: dict[str, Any], problems: list[Problem]
) -> Iterator[Waiver]:
    missing = [key for key in ("rules", "scopes", "outcome", "reason") if not entry.get(key)]
    if missing:
        message = f"a waiver needs rules, scopes, outcome and reason; missing: {', '.join(missing)}"
        problems.append(Problem(path, line, "waiver", message))
        return
    for rule in entry["rules"]:
        for scope in entry["scopes"]:
            yield Waiver(rule, scope, entry["outcome"], entry["reason"], line)
