"""Work in several processes gives what one process gives."""

from __future__ import annotations

import errno
import os
import signal
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from sigmapack.content.model import Problem
from sigmapack.making import apart, checked, everything, whole
from sigmapack.making.stopping import Stopped
from tests.conftest import RulesFolder

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def two_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 2)


def doubled(number: int) -> tuple[int, int]:
    return number * 2, os.getpid()


def stopped() -> None:
    raise Stopped([Problem("a.yml", 3, "code", "message")])


def killed() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def tasks(*wanted: Callable[[], object]) -> list[Callable[[], object]]:
    return list(wanted)


def test_results_come_in_the_order_of_the_tasks_from_other_processes() -> None:
    with apart.started([partial(doubled, number) for number in range(20)]) as results:
        found = list(results)
    assert [number for number, _ in found] == list(range(0, 40, 2))
    assert os.getpid() not in {process for _, process in found}


def test_one_core_does_all_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    with apart.started([partial(doubled, 1), partial(doubled, 2)]) as results:
        assert list(results) == [(2, os.getpid()), (4, os.getpid())]


def test_where_no_process_is_to_be_had_this_one_does_all(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*arguments: object) -> None:
        raise OSError(errno.EFBIG, "File too large")

    monkeypatch.setattr(apart, "ProcessPoolExecutor", refused)
    with apart.started([partial(doubled, 1), partial(doubled, 2)]) as results:
        assert list(results) == [(2, os.getpid()), (4, os.getpid())]


def test_what_a_task_raises_is_raised_at_its_turn() -> None:
    with apart.started(tasks(partial(doubled, 1), stopped, partial(doubled, 3))) as results:
        assert next(results)[0] == 2
        with pytest.raises(Stopped) as caught:
            next(results)
    assert [str(each) for each in caught.value.problems] == ["a.yml:3: code: message"]


def test_a_process_that_the_system_ended_is_told_of() -> None:
    with (
        pytest.raises(MemoryError),
        apart.started(tasks(killed, partial(doubled, 1))) as results,
    ):
        list(results)


def test_nothing_is_left_running() -> None:
    with apart.started([partial(doubled, number) for number in range(2)]) as results:
        pids = {process for _, process in results}
    for process in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(process, 0)


def test_a_build_is_the_same_by_one_process_and_by_two(
    rules_folder: RulesFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = checked(ROOT, ROOT / "tests" / "golden" / "sigma_rules")
    two = everything(content, (), True)
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    one = everything(content, (), True)
    assert whole(content, one, content) == whole(content, two, content)
    assert one.packed.queries == two.packed.queries
    assert all(query.rule in content.rules for query in two.packed.queries)
