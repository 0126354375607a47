"""Problems as JUnit's XML, which every pipeline shows as tests: a file that is well, or a problem.

There is no standard; this is what Jenkins's schema (junit-10.xsd of its xUnit plugin) and GitLab
(https://docs.gitlab.com/ci/testing/unit_test_reports/) read.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby
from xml.etree import ElementTree

from sigmapack.content.model import Problem
from sigmapack.content.text import visible

NAME = "threecx-detection-pack check"
#: How each of our files begins.
MARK = f"<?xml version='1.0' encoding='utf-8'?>\n<testsuites name=\"{NAME}\"".encode()
#: What no XML can hold and `visible` leaves (https://www.w3.org/TR/xml/#charsets).
NO_CHARACTER = re.compile("[\ufffe\uffff]")


def document(problems: Sequence[Problem], files: Iterable[str]) -> bytes:
    """A suite for each file: a passed test where it is well, a failed one for each problem.

    Args:
        problems: all that was found.
        files: the paths that were looked at.
    """
    found = {path: list(each) for path, each in groupby(sorted(problems), lambda p: p.path)}
    root = ElementTree.Element("testsuites", {"name": NAME})
    for path in sorted({*files, *found}):
        _suite(root, path, found.get(path, []))
    _count(root, problems, sum(int(suite.get("tests", "0")) for suite in root))
    ElementTree.indent(root, " ")
    text = ElementTree.tostring(root, "unicode")
    return f"<?xml version='1.0' encoding='utf-8'?>\n{text}\n".encode()


def _suite(root: ElementTree.Element, path: str, problems: Sequence[Problem]) -> None:
    shown = _text(path)
    suite = ElementTree.SubElement(root, "testsuite", {"name": shown, "file": shown})
    _count(suite, problems, len(problems) or 1)
    if not problems:
        ElementTree.SubElement(suite, "testcase", {"classname": "check", "name": shown})
    seen: Counter[str] = Counter()
    for problem in problems:
        name = f"{shown}:{problem.line}: {problem.code}"
        seen[name] += 1
        if seen[name] > 1:
            name = f"{name} ({seen[name]})"
        case = ElementTree.SubElement(suite, "testcase", {"classname": "check", "name": name})
        message = {"type": problem.code, "message": _text(problem.message)}
        kind = "error" if problem.unreadable else "failure"
        ElementTree.SubElement(case, kind, message).text = _text(str(problem))


def _count(element: ElementTree.Element, problems: Sequence[Problem], tests: int) -> None:
    errors = sum(problem.unreadable for problem in problems)
    element.set("tests", str(tests))
    element.set("failures", str(len(problems) - errors))
    element.set("errors", str(errors))


def _text(text: str) -> str:
    return NO_CHARACTER.sub("?", visible(text))
