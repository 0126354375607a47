"""Problems as SARIF 2.1.0, the form in which code hosts take findings with file and line.

The standard: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html. What GitHub reads of
it: https://docs.github.com/en/code-security/reference/code-scanning/sarif-support
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from sigmapack import __version__
from sigmapack.content.model import Problem
from sigmapack.content.text import visible

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
#: How each of our files begins.
MARK = f'{{\n "$schema": "{SCHEMA}"'.encode()
#: GitHub takes no run with more results.
MOST_RESULTS = 25_000


def document(problems: Sequence[Problem]) -> bytes:
    """A log of one run.

    Args:
        problems: all that was found, none where all is well.
    """
    told = problems[:MOST_RESULTS]
    codes = sorted({problem.code for problem in told})
    driver = {
        "name": "threecx-detection-pack",
        "version": __version__,
        "rules": [{"id": code} for code in codes],
    }
    run: dict[str, Any] = {
        "tool": {"driver": driver},
        "invocations": [_invocation(problems)],
        "columnKind": "unicodeCodePoints",
        "results": [_result(problem, codes) for problem in told],
    }
    data = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return (json.dumps(data, indent=1, ensure_ascii=False) + "\n").encode()


def _invocation(problems: Sequence[Problem]) -> dict[str, Any]:
    """Whether all could be read, and how many findings there was no room for."""
    more = len(problems) - MOST_RESULTS
    told = {"executionSuccessful": not any(problem.unreadable for problem in problems)}
    if more <= 0:
        return told
    message = {"text": f"and {more} problems more: mend these first"}
    return {**told, "toolExecutionNotifications": [{"level": "error", "message": message}]}


def _result(problem: Problem, codes: Sequence[str]) -> dict[str, Any]:
    place = {"artifactLocation": _location(problem.path), "region": {"startLine": problem.line}}
    # What stays the same when lines move, so that a host knows a finding again.
    key = "\n".join((problem.path, problem.code, problem.message)).encode("utf-8", "replace")
    return {
        "ruleId": problem.code,
        "ruleIndex": codes.index(problem.code),
        "level": "error",
        "message": {"text": visible(problem.message)},
        "locations": [{"physicalLocation": place}],
        "partialFingerprints": {"problem/v1": hashlib.sha256(key).hexdigest()},
    }


def _location(path: str) -> dict[str, str]:
    """A file's URI: from the folder of the call down, where it lies there."""
    found = PurePath(path)
    uri = quote(found.as_posix().encode("utf-8", "surrogateescape"))
    if found.is_absolute():
        return {"uri": f"file://{'' if uri.startswith('/') else '/'}{uri}"}
    return {"uri": uri, "uriBaseId": "%SRCROOT%"}
