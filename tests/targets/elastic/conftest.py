"""What the tests of Elastic's languages share."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.targets.elastic.sample import compiled
from tests.targets.sample import PROCESS, MakeContent, rule


@pytest.fixture
def query(make_content: MakeContent) -> Callable[..., str]:
    """The query of one small rule, without its comment."""

    def make(language: str, detection: str, logsource: str = PROCESS) -> str:
        content = make_content(one=rule("one", f"{detection}\ncondition: s", logsource))
        found = compiled(content)["one", language]
        assert found.outcome == "ok", found.reason
        lines = found.text.splitlines()
        return "\n".join(line for line in lines if not line.startswith("//"))

    return make


@pytest.fixture
def reason(make_content: MakeContent) -> Callable[..., str]:
    """Why a small rule is refused."""

    def make(language: str, detection: str, logsource: str = PROCESS) -> str:
        content = make_content(one=rule("one", f"{detection}\ncondition: s", logsource))
        found = compiled(content)["one", language]
        assert found.outcome == "refused"
        return found.reason

    return make
