"""Runs SPL on teragrep's parser and translation (`tests/engines/spl/`); what for: `text`."""

from __future__ import annotations

import atexit
import itertools
import json
import re
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import IO, Any

from tests.engines.registry import prepared
from tests.engines.spl.text import LOOKUP, named

ENGINE = "teragrep pth_10 8.3.1"
#: The parser alone, of that version of pth_10.
PARSER = "pth_03 9.3.0 (teragrep)"
#: Spark reaches into the JDK (spark.apache.org/docs/latest/#downloading, Java 17).
OPENED = (
    *("java.lang", "java.lang.invoke", "java.lang.reflect", "java.io", "java.net", "java.nio"),
    *("java.util", "java.util.concurrent", "java.util.concurrent.atomic", "sun.nio.ch"),
    *("sun.nio.cs", "sun.security.action", "sun.util.calendar"),
)
#: Each search is planned once and sees few rows: compiling for speed costs more than it gives.
QUICK = ("-Xmx3g", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")

Document = Mapping[str, Any]
Documents = Mapping[int, Sequence[Document]]


class QueryFailed(Exception):
    """teragrep does not read a search, or fails on an event."""


def rows(document: Document) -> Iterator[dict[str, str]]:
    """A document as rows: lower case, on one line, one value a field, the tags as one text."""
    tags = f",{','.join(document.get('tag', ()))},"
    own = {name: value for name, value in document.items() if name != "tag"}
    values = [value if isinstance(value, list) else [value] for value in own.values()]
    for combination in itertools.product(*values):
        pairs = zip(own, combination, strict=True)
        found = {named(name): " ".join(str(v).lower().splitlines()) for name, v in pairs}
        yield {named("tag"): tags, **found}


Groups = Mapping[str, tuple[Documents, Mapping[str, str]]]


def tables(groups: Groups) -> dict[str, list[dict[str, Any]]]:
    """Run searches, each group's on its own documents; rule -> rows with the number `_case`.

    Raises:
        QueryFailed: a search cannot be read or run.
    """
    searches = [text for _, own in groups.values() for text in own.values()]
    names = re.compile(r"(\w+)=|'(\w+)'|rename (\w+)")
    asked = {name for text in searches for found in names.findall(text) for name in found if name}
    cases: list[int] = []
    with tempfile.TemporaryDirectory(prefix="spl-") as place:
        with (Path(place) / "events.json").open("w", encoding="utf-8") as lines:
            for group, (documents, _) in groups.items():
                for case, own in documents.items():
                    for row in (row for document in own for row in rows(document)):
                        head = {"_group": group, "_row": str(len(cases))}
                        shown = {name: row.get(name, "") for name in sorted(asked)}
                        lines.write(json.dumps({**shown, **head}) + "\n")
                        cases.append(case)
        request = {group: dict(own) for group, (_, own) in groups.items()}
        answer = _run(Path(place), request)
    return {rule: [_numbered(row, cases) for row in found] for rule, found in answer.items()}


def _numbered(row: int | dict[str, Any], cases: Sequence[int]) -> dict[str, Any]:
    """A row, which is only its number where there are no commands, with that of its case."""
    if isinstance(row, int):
        return {"_case": cases[row]}
    return {**row, "_case": cases[int(row["_row"])]} if "_row" in row else row


def ask(groups: Groups) -> dict[str, set[int]]:
    """As `tables`, only the numbers of the cases."""
    return {rule: {row["_case"] for row in found} for rule, found in tables(groups).items()}


def read(searches: Mapping[str, str]) -> None:
    """Read searches, as `readable`, without running them.

    Raises:
        QueryFailed: one cannot be read.
    """
    with tempfile.TemporaryDirectory(prefix="spl-") as place:
        _run(Path(place), {"all": dict(searches)})


@cache
def _process(home: Path) -> tuple[subprocess.Popen[str], IO[str]]:
    """teragrep, started once; it ends with its standard input, so not after this process."""
    opened = [f"--add-opens=java.base/{name}=ALL-UNNAMED" for name in OPENED]
    path = f"{home / 'classes'}:{home / 'lib'}/*"
    command = ["java", *QUICK, *opened, "-cp", path, "Teragrep"]
    log = tempfile.TemporaryFile("w+", prefix="spl-")  # noqa: SIM115 - read when it has failed
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True
    )
    atexit.register(_end, process)
    return process, log


def _end(process: subprocess.Popen[str]) -> None:
    assert process.stdin
    process.stdin.close()
    process.wait(60)


def _run(place: Path, request: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """The answer to a request, with `events.json` if that is in the folder."""
    (place / "searches.json").write_text(json.dumps(request), "utf-8")
    process, log = _process(prepared("teragrep"))
    assert process.stdin and process.stdout
    print(place, file=process.stdin, flush=True)
    while (line := process.stdout.readline()) != f"{place}\n":
        if not line:
            _process.cache_clear()
            log.seek(0)
            raise QueryFailed(f"teragrep ended with {process.wait()}: {log.read()[-2000:]}")
    answer: dict[str, Any] = json.loads((place / "answer.json").read_text("utf-8"))
    failed = {rule: found for rule, found in answer.items() if isinstance(found, str)}
    if failed:
        raise QueryFailed("\n".join(f"{rule}: {found[:400]}" for rule, found in failed.items()))
    return answer


def filled(
    searches: Mapping[str, str], lookups: Mapping[str, Sequence[Document]]
) -> dict[str, str]:
    """Searches whose subsearches on lookups are replaced by what they give.

    Args:
        searches: rule -> SPL as compiled.
        lookups: name -> rows.
    """
    asked = sorted(
        {found.groups() for text in searches.values() for found in LOOKUP.finditer(text)}
    )
    groups: dict[str, tuple[Documents, dict[str, str]]] = {}
    for name, commands in asked:
        own = groups.setdefault(name, ({0: lookups[name]}, {}))[1]
        own[f"{name} {commands}"] = f"{re.sub(r'[{}.]', '_', commands)} | format"
    given = tables(groups)
    return {
        rule: LOOKUP.sub(lambda found: given[f"{found[1]} {found[2]}"][0]["search"], text)
        for rule, text in searches.items()
    }


def replay(documents: Documents, searches: Mapping[str, str]) -> dict[str, set[int]]:
    """Run searches, as `spoken`, on the documents of all cases."""
    return ask({"all": (documents, searches)})
