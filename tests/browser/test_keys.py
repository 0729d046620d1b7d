"""Keys press their buttons wherever the focus is, and leave to a field what is the field's."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from softlabel_core.teaching.lessons import STEPS
from tests.browser.conftest import answering, settled

ORDER = list(STEPS)
RADIO = "soft-labels.smooth"
"""A step that asks by a radio."""


def opened(page: Page, address: str) -> None:
    page.goto(address)
    settled(page)


def at(page: Page, step: str) -> None:
    """The page is at that step, and its address says so."""
    expect(page).to_have_url(re.compile(rf"step={re.escape(step)}(&|$)"))
    settled(page)


def after(step: str, count: int = 1) -> str:
    return ORDER[ORDER.index(step) + count]


@pytest.mark.parametrize("mode", ["&present=1", ""])
def test_keys_after_a_radio(server: str, page: Page, mode: str) -> None:
    """Check 23: on, reveal, back, leave, with the focus in a radio that was just chosen."""
    opened(page, f"{server}/learn?step={RADIO}{mode}")
    page.get_by_role("radiogroup").last.locator("label").first.click()
    page.keyboard.press("PageDown")
    at(page, after(RADIO))
    page.keyboard.press("PageUp")
    at(page, RADIO)
    page.get_by_role("radiogroup").last.locator("label").first.click()
    page.keyboard.press("Control+Enter")
    expect(page.locator(".st-key-reveal")).to_be_visible()
    if mode:
        page.keyboard.press("Escape")
        expect(page.get_by_role("button", name="Share")).to_be_visible()


def test_keys_after_a_slider(server: str, page: Page) -> None:
    """Check 23: what the slider was moved to is what is revealed."""
    opened(page, f"{server}/learn?step=rule.line&present=1")
    page.get_by_role("slider").press("ArrowRight")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".st-key-reveal")).to_contain_text("You said 51 %")
    page.keyboard.press("PageDown")
    at(page, after("rule.line"))


def test_keys_in_a_field(server: str, page: Page) -> None:
    """Check 23: letters are the field's, pages and Ctrl+Enter are not."""
    opened(page, f"{server}/map?bias=candidate-set&framework.k=support")
    field = page.get_by_role("combobox", name="Dataset")
    field.focus()
    page.keyboard.type("p")
    expect(field).to_have_value("p")
    page.keyboard.press("PageDown")  # the open menu's
    page.keyboard.press("Escape")
    settled(page)
    expect(page).not_to_have_url(re.compile("present=1"))


def test_keys_in_the_menu_of_the_bar(server: str, page: Page) -> None:
    """Check 23: letters choose in it, pages turn."""
    opened(page, f"{server}/learn?step={RADIO}")
    menu = page.get_by_role("combobox", name="Starting point")
    menu.focus()
    page.keyboard.press("PageDown")
    at(page, after(RADIO))
    menu.focus()
    with answering(page):
        page.keyboard.press("t")
    expect(menu.locator("option:checked")).to_have_text("The cliff")
    page.keyboard.press("p")  # no starting point begins with it
    expect(page).not_to_have_url(re.compile("present=1"))
    page.keyboard.press("PageDown")
    at(page, after(RADIO, 2))


def test_undo_after_a_menu(server: str, page: Page) -> None:
    """Check 23: Ctrl+Z takes back what was chosen in a menu, once."""
    opened(page, f"{server}/map?bias=candidate-set&framework.k=support")
    for choice in ("Two moons", "Spiral"):
        field = page.get_by_role("combobox", name="Dataset")
        field.click()
        with answering(page):
            page.get_by_role("option", name=re.compile(choice)).click()
        expect(field).to_have_value(re.compile(choice))
    page.get_by_role("combobox", name="Dataset").focus()
    page.keyboard.press("Control+z")
    expect(page).to_have_url(re.compile("dataset=moons"))
    settled(page)
    assert parse_qs(urlsplit(page.url).query)["dataset"] == ["moons"]


def test_keys_of_a_dialog_and_after_it(server: str, page: Page) -> None:
    """Check 23: nothing moves behind a dialog, Esc closes it, and keys work again."""
    opened(page, f"{server}/learn?step={RADIO}")
    page.get_by_role("button", name="Methods").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    settled(page)
    page.keyboard.press("PageDown")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    settled(page)
    at(page, RADIO)
    page.keyboard.press("PageDown")
    at(page, after(RADIO))


def test_a_key_waits_for_the_page_that_comes(server: str, page: Page) -> None:
    """Check 23: when the address is the new page's already, the one before may tell its keys once more."""
    opened(page, f"{server}/?bias=candidate-set&bias.unreliability=0.5&framework.k=support&present=1")
    page.evaluate("softlabelKeys({ PageDown: 'st-key-learn-on' }, 'learn')")
    page.keyboard.press("PageDown")
    page.evaluate("softlabelKeys({ PageDown: 'st-key-steps-on' }, '')")
    expect(page).to_have_url(re.compile(r"bias.unreliability=0\.6"))


def test_twenty_keys_after_a_radio(server: str, page: Page) -> None:
    """Check 23: all obeyed, in order, however fast."""
    opened(page, f"{server}/learn?step={RADIO}&present=1")
    page.get_by_role("radiogroup").last.locator("label").first.click()
    for key in ["PageDown"] * 9 + ["PageUp", "PageDown"] * 3 + ["PageUp"] * 5:
        page.keyboard.press(key)
    at(page, after(RADIO, 4))
