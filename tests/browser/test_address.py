"""The address bar: Back and Forward, what is copied from it, pages that are not there."""

from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import answering, settled, visiting
from tests.browser.test_start import FIRST, asked_by, claim, slider


def move(page: Page, key: str) -> None:
    with answering(page):
        slider(page).press(key)


def visit(page: Page, name: str) -> None:
    here = page.get_by_role("link", name=name, exact=True).first
    with answering(page):
        here.click()
    expect(here).to_have_attribute("aria-current", "page")
    settled(page)


def entries(page: Page) -> int:
    return page.evaluate("history.length")


def test_back_and_forward_bring_page_and_address_together(server: str, page: Page) -> None:
    """Check 22: one entry a change and one a page, each with the page that was seen there."""
    page.goto(server)
    settled(page)
    first, before = page.url, entries(page)
    assert urlsplit(first).query == ""  # nobody chose anything
    seen = [(first, claim(FIRST.bias.rate))]
    for rate in (0.6, 0.7):
        move(page, "ArrowRight")
        expect(page.locator(".st-key-lead")).to_have_text(claim(rate))
        seen.append((page.url, claim(rate)))
    visit(page, "Map")
    on_map = page.url
    assert asked_by(page).bias.rate == 0.7
    visit(page, "Learn")
    on_learn = page.url
    assert entries(page) == before + 4

    page.go_back()
    expect(page).to_have_url(on_map)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Map")
    for address, sentence in reversed(seen):
        page.go_back()
        expect(page.locator(".st-key-lead")).to_have_text(sentence)
        settled(page)
        assert page.url == address
    for address, sentence in seen[1:]:
        page.go_forward()
        expect(page.locator(".st-key-lead")).to_have_text(sentence)
        settled(page)
        assert page.url == address
    page.go_forward()
    page.go_forward()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Learn")
    settled(page)
    assert page.url == on_learn
    assert entries(page) == before + 4


def test_back_faster_than_the_page_answers(server: str, page: Page) -> None:
    """Check 22: whoever presses Back three times at once is three changes back, and can go on from there."""
    page.goto(server)
    settled(page)
    for _ in range(4):
        move(page, "ArrowRight")
    page.evaluate("[0, 60, 120].forEach(ms => setTimeout(() => history.back(), ms))")
    expect(page.locator(".st-key-lead")).to_have_text(claim(0.6))
    settled(page)
    assert asked_by(page).bias.rate == 0.6
    move(page, "ArrowRight")
    expect(page.locator(".st-key-lead")).to_have_text(claim(0.7))
    assert asked_by(page).bias.rate == 0.7


def test_steps_languages_and_modes_come_back_too(server: str, page: Page) -> None:
    """Check 22: whatever an address says, not the experiment alone."""
    page.goto(f"{server}/learn")
    settled(page)
    progress = page.get_by_test_id("stProgress")
    steps = [progress.inner_text()]
    for _ in range(2):
        with answering(page):
            page.keyboard.press("PageDown")
        steps.append(progress.inner_text())
    with answering(page):
        page.get_by_role("button", name="中文").click()
    page.wait_for_function("document.documentElement.lang === 'zh'")
    page.go_back()
    page.wait_for_function("document.documentElement.lang === 'en'")
    for step in reversed(steps[:-1]):
        page.go_back()
        expect(progress).to_have_text(step)
    settled(page)
    assert urlsplit(page.url).query == ""


def test_a_copied_address_is_the_page_that_it_was_copied_from(
    server: str, page: Page, browser: Browser
) -> None:
    """Check 22: after Back, too."""
    page.goto(server)
    settled(page)
    move(page, "ArrowRight")
    move(page, "ArrowRight")
    page.go_back()
    expect(page.locator(".st-key-lead")).to_have_text(claim(0.6))
    settled(page)
    with visiting(browser) as context:
        other = context.new_page()
        other.goto(page.url)
        expect(other.locator(".st-key-lead")).to_have_text(claim(0.6))
