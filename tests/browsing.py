"""A browser for tests of the page: Debian's Chromium, headless, and a server of its own."""

from __future__ import annotations

import os
import re
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), "")
FLAGS = [  # nothing that a browser does of itself: no look-ups, no updates
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
]
DESKTOP, PHONE = (1440, 900), (390, 844)
STARTING = 300.0  # s; the kernel may have to be compiled first
PATIENCE = 60_000  # ms


RUNNING: dict[str, subprocess.Popen[str]] = {}


@contextmanager
def serving(*arguments: str, port: str = "0"):
    """The bedside of these arguments, as its command serves it; gives its address."""
    command = [sys.executable, "-m", "clsim", "bedside", *arguments, "--no-open", "--port", port]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          env=os.environ | {"PYTHONUNBUFFERED": "1"}) as process:
        try:
            address = _address(process)
            RUNNING[address] = process
            yield address
        finally:
            process.terminate()


def end_of(address: str) -> None:
    """End a server before its time."""
    RUNNING[address].terminate()
    RUNNING[address].wait(30)


def _address(process: subprocess.Popen[str]) -> str:
    said, until = "", time.monotonic() + STARTING
    assert process.stdout is not None
    while time.monotonic() < until and process.poll() is None:
        if select.select([process.stdout], [], [], 1.0)[0]:
            said += process.stdout.readline()
            if found := re.search(r"http://\S+", said):
                return found[0]
    raise AssertionError(f"no address within {STARTING:g} s: {said}")


@pytest.fixture(scope="module")
def chromium():
    """A headless browser; skipped where there is none."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed (clsim[test])")
    if not CHROMIUM:
        pytest.skip("no chromium: apt-get install chromium")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@dataclass
class Seen:
    """A page, and everything that it asked for or complained of."""

    page: Any
    origin: str
    asked: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def at(self, name: str) -> Any:
        """What carries this name for tests."""
        return self.page.get_by_test_id(name)

    def number(self, name: str, bed: int = 0) -> float:
        """A number of a monitor."""
        return float(self.at(f"{name}-{bed}").inner_text().replace("−", "-"))

    def pressure(self, bed: int = 0) -> list[float]:
        """Systolic and diastolic pressure."""
        return [float(each) for each in self.at(f"ABP-{bed}").inner_text().split("/")]

    @property
    def minute(self) -> float:
        """Model time that is shown."""
        return float(self.page.evaluate("document.body.dataset.t ?? 'NaN'"))

    def wait(self, expression: str, patience: float = PATIENCE) -> None:
        """Wait until something holds in the page, at most so many ms.

        Playwright's own way evaluates a text in the page, which the policy of the page rightly forbids.
        """
        until = time.monotonic() + patience / 1000.0
        while not self.page.evaluate(f"Boolean({expression})"):
            assert time.monotonic() < until, f"not within {patience / 1000.0:g} s: {expression}"
            self.page.wait_for_timeout(30)

    def until(self, minute: float) -> None:
        """Wait for a minute of model time, and for the clock to stand."""
        self.wait(f"Number(document.body.dataset.t) >= {minute} - 1e-6 && document.body.dataset.running === 'false'")

    def stands(self) -> None:
        """Wait until the clock stands."""
        self.wait("document.body.dataset.running === 'false'")

    def step(self, key: str) -> float:
        """Go on by a key, until the clock stands later than before."""
        before = self.minute
        self.page.keyboard.press(key)
        self.wait(f"Number(document.body.dataset.t) > {before} && document.body.dataset.running === 'false'")
        return self.minute

    def calm(self) -> None:
        """Alarms do not stop the clock."""
        self.page.keyboard.press("l")
        self.at("pause-on-alarm").set_checked(False)
        self.at("close").click()

    def says(self, name: str, text: str) -> None:
        """Wait until it says so."""
        self.wait(f"document.querySelector('[data-testid={name}]')?.textContent.includes({text!r})")

    def settled(self) -> None:
        """Two pictures later, everything that is known is drawn."""
        self.page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


@contextmanager
def looking(browser: Any, address: str, query: str = "", size: tuple[int, int] = DESKTOP,
            prepare: Callable[[Any], None] | None = None, **more: Any):
    """The page of a new visitor; at the end nothing may have left the origin, and no error may stand in its log.

    ``prepare`` is given the page before it goes anywhere.
    """
    origin = re.match(r"http://[^/]+", address)[0]  # type: ignore[index]
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, accept_downloads=True, **more)
    seen = Seen(context.new_page(), origin)
    seen.page.set_default_timeout(PATIENCE)
    context.on("request", lambda request: seen.asked.append(request.url))
    seen.page.on("websocket", lambda line: seen.asked.append(line.url))
    seen.page.on("console", lambda said: said.type in ("error", "warning") and seen.complaints.append(said.text))
    seen.page.on("pageerror", lambda error: seen.complaints.append(str(error)))
    if prepare is not None:
        prepare(seen.page)
    open_page(seen, address, query)
    yield seen
    context.close()
    own = (f"{origin}/", f"{origin.replace('http', 'ws', 1)}/", f"blob:{origin}/")
    assert not [url for url in seen.asked if not url.startswith(own)]
    assert not seen.complaints


def open_page(seen: Seen, address: str, query: str = "") -> None:
    """Go there and wait for the first numbers."""
    seen.page.goto(address + (("&" if "?" in address else "?") + query if query else ""))
    seen.wait("document.body.dataset.t !== undefined")


def keep(path: Path, name: str, seen: Seen) -> bytes:
    """A picture of the page as it stands; also kept in $CLSIM_SCREENSHOTS, to be looked at."""
    seen.settled()
    shot: bytes = seen.page.screenshot(path=path / f"{name}.png", animations="disabled")
    if folder := os.environ.get("CLSIM_SCREENSHOTS"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        (Path(folder) / f"{name}.png").write_bytes(shot)
    return shot
