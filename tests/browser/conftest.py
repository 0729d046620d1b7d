"""A server and a real browser, both warm; fresh servers where that is the question.

Skipped, with the reason, where there is no chromium. No test waits for a length of time or asks how long a
thing took: each waits for what it wants to see, on a busy machine too. How fast pages are is measured by
`benchmarks/live.py` and `benchmarks/pages.py`.

What a real browser must show is numbered: the docstrings of these tests say which check one shows.
"""

import itertools
import os
import random
import shutil
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect, sync_playwright

from tests.waiting import wait_until

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
SHARED = "--process-per-site"
"""All pages of a window in one process, which has read every script already."""

SETTLED = """() => {
    const app = document.querySelector('[data-testid=stApp]');
    return app?.dataset.testConnectionState === 'CONNECTED' && app.dataset.testScriptState === 'notRunning'
        && document.querySelector('.st-key-bar button') && !document.querySelector('[data-testid=stSkeleton]')
        && [...document.querySelectorAll('[data-testid=stPlotlyChart]')].every(
            chart => chart.querySelector('.main-svg')
                && !chart.querySelector('.js-plotly-plot')._fullLayout._replotting);
}"""
PATIENT = {"SOFTLABEL_MAX_SECONDS": "3600"}
"""A server that also takes runs long enough to be looked at, however long it thinks they are by then."""

STILL = """{
    const still = new CSSStyleSheet();
    still.replaceSync(`*, ::before, ::after {
        animation-duration: 1ms !important;
        animation-delay: 0s !important;
        animation-iteration-count: 1 !important;
        transition-duration: 1ms !important;
        transition-delay: 0s !important;
        scroll-behavior: auto !important;
    }`);
    document.adoptedStyleSheets = [still];
}"""
"""Nothing fades or turns: a page is read as it stands, and no frame is drawn for nobody."""

ANSWER = """() => {
    const told = window.softlabelKeys;
    window.answer = new Promise(done => window.softlabelKeys = (...said) => {
        window.softlabelKeys = told;
        told(...said);
        done();
    });
}"""
FRAMES = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
AXE_RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}
"""What axe-core asks for: WCAG 2.1, A and AA."""

WITHIN = """return [document, ...[...document.querySelectorAll('*')].map(one => one.shadowRoot)]
    .filter(Boolean).flatMap(root => [...root.querySelectorAll(arguments[0])])[0]"""
"""The first element that matches, within components too."""

CLIPPED = """return [...arguments[0].querySelectorAll('select')].filter(one => {
    const brush = document.createElement('canvas').getContext('2d');
    const look = getComputedStyle(one);
    brush.font = `${look.fontWeight} ${look.fontSize} ${look.fontFamily}`;
    const inner = one.clientWidth - parseFloat(look.paddingLeft) - parseFloat(look.paddingRight);
    return inner < brush.measureText(one.selectedOptions[0].textContent).width - 1;
}).map(one => one.ariaLabel)"""
"""Menus that cut their words."""

PATIENCE = 180_000
"""Milliseconds after which a test that waits for something gives up."""

PORTS = range(12_000, 30_000)

RECORDER = """(element, name) => {
    const told = [element.getAttribute(name)];
    new MutationObserver(() => told.push(element.getAttribute(name)))
        .observe(element, { attributes: true, attributeFilter: [name] });
    return told;
}"""

OTHERS = {
    "learn": ".st-key-lead",
    "map": ".js-plotly-plot",
    "compare": ".stMain h1",
    "labels": "input[type=file]",
}
"""Pages beside Start and Explore -> what stands on each."""

expect.set_options(timeout=PATIENCE)


def settled(page: Page) -> None:
    """The script has run to its end, its charts are drawn, and nothing went wrong."""
    page.wait_for_function(SETTLED)
    expect(page.get_by_test_id("stException")).to_have_count(0)


@contextmanager
def answering(page: Page) -> Iterator[None]:
    """What is done within goes to the server; afterwards its answer stands on the page."""
    page.evaluate(ANSWER)
    yield
    page.evaluate("() => window.answer")
    settled(page)


def drawn(page: Page) -> None:
    """Two frames on: what was scrolled or laid out anew has come to rest."""
    page.evaluate(FRAMES)


@contextmanager
def recorded(element: Locator, attribute: str) -> Iterator[list[str]]:
    """All that an attribute says in turn within, however fast: afterwards in the list."""
    told: list[str] = []
    record = element.evaluate_handle(RECORDER, attribute)
    yield told
    told += [one for one, _ in itertools.groupby(record.json_value())]


def without_violation(page: Page, within: str = "body") -> None:
    """Nothing that axe-core finds wrong, levels A and AA."""
    drawn(page)
    found = Axe().run(page, context=within, options=AXE_RULES).response
    assert found["passes"]
    wrong = [(one["id"], node) for one in found["violations"] for node in one["nodes"]]
    assert [(rule, node["target"], node["html"], node["failureSummary"]) for rule, node in wrong] == []


def seen_as(page: Page, width: int, height: int, scheme: str = "light") -> Page:
    """The page in a window of that size, in a light or dark theme."""
    page.set_viewport_size({"width": width, "height": height})
    page.emulate_media(color_scheme=scheme)
    return page


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)


@contextmanager
def serving(port: int = 0, *, base: str = "") -> Iterator[str]:
    """The address of a server just started that has answered no page yet; `base`: what it serves under."""
    port = port or free_port()
    options = ["--server.port", str(port), "--server.baseUrlPath", base]
    command = [sys.executable, "-m", "streamlit", "run", "app.py", *options]
    address = f"http://localhost:{port}" + (f"/{base}" if base else "")
    log = subprocess.DEVNULL
    with subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log, env=os.environ | PATIENT) as process:
        try:
            wait_until(lambda: healthy(address, process))
            yield address
        finally:
            process.terminate()
            process.wait(PATIENCE / 1000)


def free_port() -> int:
    """One that nobody listens at, below those that a system gives to whoever connects meanwhile."""
    for port in random.sample(PORTS, len(PORTS)):
        with socket.socket() as probe, suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("localhost", port))
            return port
    raise RuntimeError("no port is free")


def healthy(address: str, process: subprocess.Popen) -> bool:
    """Whether the server answers by now; one that has given up never will."""
    assert process.poll() is None, f"the server at {address} has ended: exit status {process.returncode}"
    try:
        with urllib.request.urlopen(f"{address}/_stcore/health", timeout=PATIENCE / 1000) as answer:
            return bool(answer.read() == b"ok")
    except OSError:
        return False


@pytest.fixture
def fresh_server() -> Iterator[str]:
    with serving() as address:
        yield address


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    with serving() as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no chromium on this machine (Debian: apt-get install chromium)")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=CHROMIUM, args=[*FLAGS, SHARED], timeout=PATIENCE
        )
        yield chromium
        chromium.close()


@contextmanager
def visiting(browser: Browser, **options: Any) -> Iterator[BrowserContext]:
    """A visitor of their own, who brings nothing along: no cookie, nothing stored, a cold cache."""
    context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}} | options)
    context.set_default_timeout(PATIENCE)
    context.add_init_script(STILL)
    yield context
    context.close()


@pytest.fixture(scope="session")
def window(browser: Browser) -> Iterator[BrowserContext]:
    """One window for all tests, so that what every page loads is loaded once."""
    with visiting(browser) as context:
        context.new_page()  # stays: the last page of a window takes its process along
        yield context


@pytest.fixture
def page(window: BrowserContext) -> Iterator[Page]:
    """A new page of the window: a visitor of their own for the server, with nothing stored."""
    window.clear_cookies()
    page = window.new_page()
    yield page
    if page.url.startswith("http"):
        page.evaluate("localStorage.clear()")
    page.close()
