"""Many clients by two processes: all are made, and a process that dies stops nothing in silence."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest

from sigmapack.making import apart, clients, many
from sigmapack.making.clients import Base, Made
from sigmapack.making.stopping import Stopped
from sigmapack.overlay import Client
from tests.conftest import ROOT
from tests.overlay.folder import client

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="forks")
COUNT = 6


@pytest.fixture
def chosen(tmp_path: Path) -> list[Client]:
    return [
        client(tmp_path / f"c{number}", f'id = "client{number}"\nname = "C"\n')
        for number in range(COUNT)
    ]


def order(shared: Base, chosen: list[Client]) -> many.Order:
    return many.Order(shared, chosen, None, writes=False)


def stopped(shared: Base, own: Client) -> Made:
    raise Stopped([own.problem("client", f"made by {os.getpid()}")])


def killed(shared: Base, own: Client) -> Made:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


def test_each_client_is_made_once_by_another_process(
    chosen: list[Client], shared: Base, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clients, "make", stopped)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    monkeypatch.setattr(many, "EACH", 2)
    done = list(many.build_all(order(shared, chosen), ROOT))
    assert [each.client for each in done] == [f"client{n}" for n in range(COUNT)]
    assert {each.problems[0].message for each in done}.isdisjoint({f"made by {os.getpid()}"})


def test_a_process_that_the_system_ends_is_told(
    chosen: list[Client], shared: Base, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clients, "make", killed)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    with pytest.raises(MemoryError):
        list(many.build_all(order(shared, chosen), ROOT))
    assert apart._given == []
