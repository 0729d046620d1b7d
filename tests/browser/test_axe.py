"""Every page passes axe's rules for WCAG 2.1 AA, in light and in dark."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

PAGES = {
    "start": "/",
    "present": "/?present=1",
    "learn": "/learn",
    "explore": "/explore?bias=demotion",
    "map": "/map",
    "compare": "/compare?a.bias=one-hot&b.bias=demotion",
    "labels": "/labels",
}
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(server: str, browser: Browser, name: str, scheme: str) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 1600}, color_scheme=scheme)
    page.goto(server + PAGES[name])
    button = "Leave" if name == "present" else "Methods"
    expect(page.get_by_role("button", name=button)).to_be_visible()
    page.wait_for_timeout(3000)
    found = Axe().run(page, options=RULES)
    page.close()
    assert found.response["passes"]
    assert found.violations_count == 0, found.generate_report()
