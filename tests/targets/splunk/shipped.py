"""What the app brings, read out of its archive as Splunk reads it."""

from __future__ import annotations

import configparser
import io
import tarfile
from collections.abc import Mapping
from functools import cache

from sigmapack.compiling.compile import compile_target
from sigmapack.compiling.product import Query
from sigmapack.content.load import load
from sigmapack.targets.splunk import TARGET
from sigmapack.targets.splunk.searches import APP
from tests.conftest import ROOT

CONTENT = load(ROOT)


@cache
def queries() -> Mapping[str, Query]:
    """Rule -> its query, where it has one."""
    return {query.rule.name: query for query in compile_target(CONTENT, TARGET) if query.path}


@cache
def archive() -> bytes:
    made = TARGET.package(CONTENT, tuple(queries().values()))
    (app,) = [artifact for artifact in made if artifact.path.endswith(".tgz")]
    return app.data


@cache
def files() -> Mapping[str, str]:
    """Path below the app's folder -> text."""
    with tarfile.open(fileobj=io.BytesIO(archive()), mode="r:gz") as tar:
        members = [member for member in tar.getmembers() if member.isfile()]
        return {
            member.name.removeprefix(f"{APP}/"): tar.extractfile(member).read().decode()  # type: ignore[union-attr]
            for member in members
        }


@cache
def conf(name: str) -> Mapping[str, Mapping[str, str]]:
    """The stanzas of a .conf file, a backslash at a line's end joining it to the next."""
    text = files()[f"default/{name}"].replace("\\\n", "\x00")
    parser = configparser.RawConfigParser(strict=True, delimiters=("=",), interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(text)
    return {
        title: {key: value.replace("\x00", "\n") for key, value in parser[title].items()}
        for title in parser.sections()
    }


@cache
def searches() -> Mapping[str, Mapping[str, str]]:
    """Rule -> the stanza of its saved search, where the app has one."""
    saved = conf("savedsearches.conf")
    titles = {name: f"3CX pack - {query.rule.title}" for name, query in queries().items()}
    return {name: saved[title] for name, title in titles.items() if title in saved}
