"""Where the comment of a search stands, and what it says."""

from __future__ import annotations

import re
from collections.abc import Callable

from sigmapack.compiling.compile import compile_target
from sigmapack.content.model import Content
from sigmapack.targets.splunk import TARGET
from tests.conftest import RULE
from tests.targets.splunk.shipped import queries


def test_nothing_stands_before_a_generating_command() -> None:
    """Letter (l): `search` is put before what does not begin with a bar, comments or not."""
    for query in queries().values():
        if "| multisearch" in query.text:
            assert query.text.startswith("| multisearch\n"), query.path
            assert re.search(r"\n``` [^`]* ```\n\Z", query.text), query.path


def test_a_correlation_says_over_which_time_it_is_to_run() -> None:
    """Letter (m): the file of a correlation did not say it, and no window fills without."""
    for query in queries().values():
        found = re.search(r"\n    time range: earliest=-(\d+)m@m latest=now ```\n", query.text)
        assert bool(found) == query.rule.is_correlation, query.path
        span = re.search(r"time_window=(\d+)s", query.text)
        if found and span:
            assert int(found[1]) * 60 > int(span[1]), query.path


def test_a_title_cannot_end_the_comment(make_content: Callable[..., Content]) -> None:
    title = "title: 'Sample ``` | delete'"
    content = make_content(one=RULE.replace("title: Sample", title))
    (query,) = compile_target(content, TARGET)
    assert query.text.startswith("``` Sample ''' | delete\n")
    assert query.text.count("```") == 2
