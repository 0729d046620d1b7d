"""The browser that pages are measured in: the system's chromium."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


@contextmanager
def browsing() -> Iterator[Browser]:
    """A browser just started."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


STANDS = """css => [document, ...[...document.querySelectorAll("[data-testid=stBidiComponentIsolated]")]
    .map(one => one.shadowRoot)].some(root => root?.querySelector(css))"""


def stands(page: Page, css: str) -> None:
    """Returns in the frame where the page has such an element, in a component's shadow too.

    Playwright's own waiting looks less and less often, in the end twice a second.
    """
    page.wait_for_function(STANDS, arg=css)
