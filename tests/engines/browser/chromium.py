"""Chromium without a window, on a page of a file; nothing it asks for leaves the machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from tests.engines import tools
from tests.engines.debian import packages
from tests.engines.registry import prepared

PROGRAM = "chromium-headless-shell"
#: As root in a container there is no sandbox; the page is ours.
OPTIONS = ("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage")


@contextmanager
def browser() -> Iterator[Browser]:
    """The browser of the machine, or the one that was fetched; skips where there is none."""
    tools.marked("chromium")
    found = packages.installed(PROGRAM)
    program = found or prepared("chromium") / "usr" / "lib" / "chromium" / PROGRAM
    environment: dict[str, str | float | bool] | None = None
    if not found:
        environment = {**packages.environment(program.parents[2] / "bin" / PROGRAM)}
    with sync_playwright() as playwright:
        one = playwright.chromium.launch(
            executable_path=program, args=list(OPTIONS), env=environment
        )
        try:
            yield one
        finally:
            one.close()


class Seen:
    """What a page said on its console, what went wrong in it, and what it asked for."""

    def __init__(self, page: Page) -> None:
        self.said: list[str] = []
        self.asked: list[str] = []
        page.on("console", lambda message: self.said.append(message.text))
        page.on("pageerror", lambda error: self.said.append(str(error)))
        page.on("request", lambda request: self.asked.append(request.url))

    def beyond(self, path: Path) -> list[str]:
        """What was asked for but the file itself."""
        own = path.as_uri()
        return [url for url in self.asked if url.partition("#")[0] != own and url[:5] != "blob:"]


def axe(page: Page) -> list[dict[str, Any]]:
    """The serious and critical faults that axe-core finds: https://github.com/dequelabs/axe-core."""
    tools.marked("axe")
    source = prepared("axe") / "node_modules" / "axe-core" / "axe.min.js"
    page.evaluate(source.read_text("utf-8"))
    found: list[dict[str, Any]] = page.evaluate("axe.run().then((all) => all.violations)")
    return [each for each in found if each["impact"] in ("serious", "critical")]
