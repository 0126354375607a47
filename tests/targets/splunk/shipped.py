"""What the pack ships for Splunk: the app."""

from __future__ import annotations

import io
import tarfile
from functools import cache

from sigmapack.compiling.compile import compile_target
from sigmapack.compiling.product import Query
from sigmapack.content.load import load
from sigmapack.targets.splunk import TARGET
from tests.conftest import ROOT


@cache
def queries() -> tuple[Query, ...]:
    return tuple(compile_target(load(ROOT), TARGET))


@cache
def archive() -> bytes:
    (app,) = [a for a in TARGET.package(load(ROOT), queries()) if a.path.endswith(".tgz")]
    return app.data


@cache
def files() -> dict[str, str]:
    with tarfile.open(fileobj=io.BytesIO(archive()), mode="r:gz") as tar:
        members = [member for member in tar.getmembers() if member.isfile()]
        return {m.name: tar.extractfile(m).read().decode() for m in members}  # type: ignore[union-attr]
