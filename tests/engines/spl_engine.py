r"""Splunk's search language on teragrep (pth_03, pth_10), which reads it and runs it on Spark.

The nearest to Splunk that a package registry carries: its parser and its translation of a search's
AND, OR, NOT, parentheses, comparisons, wildcards and escaped backslashes are its own. What it does
otherwise than Splunk is put right outside of it (`spoken`, `row`), by Splunk's documentation
(docs.splunk.com/Documentation/Splunk/latest/SearchReference/Search):

* macros are expanded and comments cut off, which Splunk does before a search is read;
* `field IN (a, b)` is written out as `(field=a OR field=b)`, its meaning in Splunk;
* it compares fields by letter case, Splunk does not: both sides are lower case;
* a question mark is a wildcard to it, to Splunk a character: it gets a backslash;
* `tag` has several values in Splunk: it is one text, `,web,proxy,`, with wildcards around;
* it fails on absent fields: they are empty texts (no search of ours asks for `field=*`);
* a field has one value: an event becomes one row for each combination of its values;
* braces and dots in names of fields are written as underscores.

Commands after a pipe, and so the correlations and the searches with lookups, are not run.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import re
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from configparser import ConfigParser
from functools import cache
from pathlib import Path
from typing import Any

from tests.engines.tools import alone, need
from tests.engines.tools import cache as folder

SOURCES = Path(__file__).with_name("spl")
ENGINE = "teragrep pth_10 8.3.1"
TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|`\w+`|[()=,]|[^\s()=,"`]+')
#: Spark reaches into the JDK (spark.apache.org/docs/latest/#downloading, Java 17).
OPENED = (
    *("java.lang", "java.lang.invoke", "java.lang.reflect", "java.io", "java.net", "java.nio"),
    *("java.util", "java.util.concurrent", "java.util.concurrent.atomic", "sun.nio.ch"),
    *("sun.nio.cs", "sun.security.action", "sun.util.calendar"),
)

Document = Mapping[str, Any]
Documents = Mapping[int, Sequence[Document]]


class QueryFailed(Exception):
    """teragrep does not read a search, or fails on an event."""


@cache
def program() -> Path:
    """A folder with the jars in `lib` and the class in `classes`."""
    with alone("maven"):
        digest = hashlib.sha256()
        for name in ("pom.xml", "Spl.java"):
            digest.update((SOURCES / name).read_bytes())
        home = folder("spl", digest.hexdigest()[:16])
        if not (home / "installed").is_file():
            need("mvn", "javac", "java")
            local = f"-Dmaven.repo.local={folder('maven')}"
            goal = ["dependency:copy-dependencies", f"-DoutputDirectory={home / 'lib'}"]
            scope = "-DincludeScope=runtime"
            mvn = ["mvn", "-q", "-B", local, "-f", SOURCES / "pom.xml", *goal, scope]
            subprocess.run(mvn, check=True, stdout=subprocess.DEVNULL)
            jars = f"{home / 'lib'}/*"
            javac = ["javac", "-cp", jars, "-d", home / "classes", SOURCES / "Spl.java"]
            subprocess.run(javac, check=True)
            (home / "installed").touch()
        return home


def macros(text: str) -> dict[str, str]:
    """Name -> definition of a `macros.conf`."""
    parser = ConfigParser(interpolation=None, strict=True)
    parser.read_string(text)
    return {name: parser[name]["definition"] for name in parser.sections()}


def spoken(search: str, known: Mapping[str, str]) -> str:
    """A search as teragrep takes it, on one line.

    Args:
        search: SPL as compiled.
        known: the macros.
    """
    text = re.sub(r"```.*?```", "", search, flags=re.DOTALL)
    text = re.sub(r"`(\w+)`", lambda found: known[found[1]], text)
    return " ".join(_written_out(TOKEN.findall(text)))


def _written_out(tokens: list[str]) -> Iterator[str]:
    place = 0
    while place < len(tokens):
        token, following = tokens[place], tokens[place + 1 : place + 3]
        if following[:1] == ["="] and token == "tag":
            yield f'tag="*,{tokens[place + 2].lower()},*"'
            place += 3
        elif following[:1] == ["="]:
            yield f"{named(token)}={_value(tokens[place + 2])}"
            place += 3
        elif following == ["IN", "("]:
            end = tokens.index(")", place)
            values = [_value(value) for value in tokens[place + 3 : end] if value != ","]
            yield f"({' OR '.join(f'{named(token)}={value}' for value in values)})"
            place = end + 1
        else:
            yield token
            place += 1


def _value(token: str) -> str:
    return token.lower().replace("?", "\\?")


def named(field: str) -> str:
    """A field's name as a column of Spark."""
    return re.sub(r"[{}.-]", "_", field)


def rows(document: Document) -> Iterator[dict[str, str]]:
    """A document as rows: lower case, one value a field, the tags as one text."""
    tags = f",{','.join(document.get('tag', ()))},"
    own = {name: value for name, value in document.items() if name != "tag"}
    values = [value if isinstance(value, list) else [value] for value in own.values()]
    for combination in itertools.product(*values):
        pairs = zip(own, combination, strict=True)
        yield {"tag": tags, **{named(name): str(value).lower() for name, value in pairs}}


def ask(groups: Mapping[str, tuple[Documents, Mapping[str, str]]]) -> dict[str, set[int]]:
    """Run searches, each group's on its own documents; rule -> numbers of the cases it matched.

    Raises:
        QueryFailed: a search cannot be read or run.
    """
    searches = [text for _, own in groups.values() for text in own.values()]
    asked = {name for text in searches for name in re.findall(r"([\w]+)=", text)}
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
        (Path(place) / "searches.json").write_text(json.dumps(request), "utf-8")
        answer = _run(Path(place))
    failed = {rule: found for rule, found in answer.items() if isinstance(found, str)}
    if failed:
        raise QueryFailed("\n".join(f"{rule}: {found[:400]}" for rule, found in failed.items()))
    return {rule: {cases[number] for number in found} for rule, found in answer.items()}


def _run(place: Path) -> dict[str, Any]:
    home = program()
    need("java")
    opened = [f"--add-opens=java.base/{name}=ALL-UNNAMED" for name in OPENED]
    path = f"{home / 'classes'}:{home / 'lib'}/*"
    command = ["java", "-Xmx3g", *opened, "-cp", path, "Spl"]
    command += [str(place / "events.json"), str(place / "searches.json")]
    done = subprocess.run(command, cwd=place, capture_output=True, text=True, check=False)
    if done.returncode:
        raise QueryFailed(done.stderr[-2000:])
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def replay(documents: Documents, searches: Mapping[str, str]) -> dict[str, set[int]]:
    """Run searches, as `spoken`, on the documents of all cases."""
    return ask({"all": (documents, searches)})
