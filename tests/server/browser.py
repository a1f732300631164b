"""A real browser for the tests of the page: Debian's Chromium, driven by playwright, with axe-core to look at what it shows."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)
# Nothing but the page is asked for: no updates, no sync, no look-ups of its maker's hosts.
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
]  # fmt: skip


def missing() -> str | None:
    """What is not there to drive a browser with, in words; None where all is."""
    absent = [
        name for name in ("playwright", "axe_playwright_python") if importlib.util.find_spec(name) is None
    ]
    if absent:
        return f"needs {' and '.join(absent)} (pip)"
    return None if CHROMIUM else "needs a Chromium on PATH (Debian: apt-get install chromium)"


@dataclass
class Seen:
    """A page, and whatever its console said or threw."""

    page: Page
    url: str
    said: list[str] = field(default_factory=list)

    def go(self, hash: str) -> None:
        """Go to a view and wait until it is drawn."""
        self.page.goto(f"{self.url}/{hash}")
        self.drawn()

    def drawn(self) -> None:
        """Wait until the view has all it asked for."""
        self.page.locator(".view:not([aria-busy])").wait_for()

    def press(self, name: str) -> None:
        """Press the button of this name, in the view before the rest of the page."""
        self.page.get_by_role("button", name=name, exact=True).first.click()

    def text(self, place: str = "main") -> str:
        """What a place shows."""
        return self.page.locator(place).first.inner_text()


@contextmanager
def launched() -> Iterator[Browser]:
    """A running browser."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@contextmanager
def looking(browser: Browser, url: str, state: str | None = None, **options: Any) -> Iterator[Seen]:
    """A page in a fresh profile, with `state` (JSON) as what its tab kept; it fails the test for whatever the console said."""
    context = browser.new_context(**options)
    context.set_default_timeout(20_000)
    page = context.new_page()
    seen = Seen(page, url)
    page.on("console", lambda one: seen.said.append(f"{one.type}: {one.text}"))
    page.on("pageerror", lambda one: seen.said.append(f"error: {one}"))
    page.on("dialog", lambda one: (seen.said.append(f"dialog: {one.message}"), one.dismiss()))
    if state is not None:
        page.add_init_script(f"sessionStorage.holdfast ??= {state!r}")
    yield seen
    context.close()
    assert not seen.said, seen.said


def complaints(page: Page) -> list[str]:
    """What axe-core finds serious or critical on a page, as rule, element and why."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [
        f"{one['id']} ({one['impact']}): {node['html'][:160]} {node['failureSummary']}"
        for one in found
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
    ]


needs_browser = pytest.mark.skipif(missing() is not None, reason=str(missing()))
