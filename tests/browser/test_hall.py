"""Hall mode in a real browser: a class with three phones, from lobby to law, and what phones suffer."""

import re
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest
from playwright.sync_api import Browser, Page, expect

from softlabel_core.hall import rooms
from softlabel_core.store.database import Database
from tests.browser.conftest import drawn, seen_as, visiting, without_violation
from tests.waiting import wait_until

PHONE = {"width": 390, "height": 844}
STEP = "rule.line"
GUESSES = (20, 43, 60)
DESIGNS = (("A rival on top", "3"), ("Truth moved down", "1"), ("Candidate sets", None))
"""Recipe, and how many of the top labels students see."""

HALTED = """const begin = window.setInterval;
window.setInterval = (deed, pause, ...more) => begin(deed, pause === 1000 ? 2 ** 31 - 1 : pause, ...more);"""
"""The seconds of the countdown stand still: what ends it is a key, however late a busy machine presses it."""

MOST = 15_000
"""Bytes that a phone's page may have on the wire, packed, with what the server says before it."""


def opened() -> tuple[str, str]:
    """A room that was just opened: its code, and the presenter's secret."""
    with Database().write() as connection:
        found = rooms.open_room(connection, "en")
    assert found is not None
    return found


def voting() -> str:
    """The code of a room where guesses are asked for."""
    code, _ = opened()
    with Database().write() as connection:
        assert rooms.move(connection, code, 0, to="vote.open", step=STEP) is None
    return code


@contextmanager
def class_of(browser: Browser, server: str, phones: int) -> Iterator[tuple[Page, list[Page]]]:
    """The presenter and so many phones in a room of their own, in the lobby."""
    code, secret = opened()
    with ExitStack() as stack:
        screen = stack.enter_context(visiting(browser, viewport={"width": 1366, "height": 768})).new_page()
        screen.add_init_script(HALTED)
        screen.goto(f"{server}/hall/{code}/present#{secret}")
        held = []
        for _ in range(phones):
            held.append(stack.enter_context(visiting(browser, viewport=PHONE)).new_page())
            held[-1].goto(f"{server}/hall/{code}")
            expect(held[-1].get_by_role("heading", name="You are in.")).to_be_visible()
        expect(screen.locator(".inside b")).to_have_text(str(phones))
        yield screen, held


def asked(screen: Page, phones: list[Page], step: str = STEP) -> None:
    """The presenter asks, and every phone has the question."""
    screen.get_by_label("The next question").select_option(step)
    screen.keyboard.press("PageDown")
    for phone in phones:
        expect(phone.locator("#dock .go")).to_have_text("Move the slider")


def guessed(phone: Page, guess: int) -> None:
    phone.get_by_role("slider").fill(str(guess))
    expect(phone.locator(".big")).to_have_text(f"{guess}\u00a0%")
    phone.locator("#dock .go").click()
    expect(phone.get_by_role("button", name="Sent ✓")).to_be_visible()


def shown(screen: Page) -> None:
    """Guesses are closed, without waiting for the countdown."""
    screen.keyboard.press("PageDown")
    expect(screen.get_by_text("Last guesses")).to_be_visible()
    screen.keyboard.press("PageDown")
    expect(screen.locator(".chart svg")).to_be_visible()


def designed(phone: Page, recipe: str, k: str | None) -> None:
    phone.get_by_role("button", name=recipe).click()
    if k:
        phone.get_by_role("button", name=k, exact=True).click()
    phone.get_by_role("button", name="Train my students").click()
    expect(phone.get_by_role("heading", name=re.compile("^Your students"))).to_be_visible()


def test_a_class_guesses(server: str, browser: Browser) -> None:
    with class_of(browser, server, len(GUESSES)) as (screen, phones):
        assert "#" not in screen.url
        asked(screen, phones)
        expect(phones[0].locator(".big")).to_have_text("?")
        expect(phones[0].locator("#dock .go")).to_be_disabled()
        for phone, guess in zip(phones, GUESSES, strict=True):
            guessed(phone, guess)
        expect(screen.locator(".total")).to_have_text("3")
        expect(screen.locator(".chart")).to_have_count(0)
        other = phones[1].context.new_page()  # the same phone's
        other.goto(phones[1].url)
        expect(other.locator(".big")).to_have_text("43\u00a0%")
        guessed(phones[1], 44)
        expect(other.locator(".big")).to_have_text("44\u00a0%")
        expect(other.get_by_role("slider")).to_have_value("44")
        guessed(other, 43)
        other.close()
        expect(phones[1].locator(".big")).to_have_text("43\u00a0%")
        phones[1].reload()
        expect(phones[1].locator(".big")).to_have_text("43\u00a0%")
        expect(phones[1].get_by_text("Sent: 43")).to_be_visible()

        shown(screen)
        expect(screen.locator(".chart .guesses")).to_have_count(len(GUESSES))
        expect(screen.locator(".sentence")).to_have_text("Half of you said 43\u00a0% or less.")
        expect(screen.locator(".chart .truth")).to_have_count(0)
        for phone in phones:
            expect(phone.get_by_role("heading", name="Guesses are closed.")).to_be_visible()

        screen.keyboard.press("PageDown")
        expect(screen.locator(".chart path.truth")).to_have_count(1)
        expect(screen.locator(".why")).not_to_be_empty()
        came = screen.locator(".chart .came").text_content()
        for phone, guess in zip(phones, GUESSES, strict=True):
            expect(phone.locator(".truth")).to_have_text(str(came))
            expect(phone.get_by_role("heading")).to_contain_text(f"You said {guess}")


def test_a_class_discovers_the_law(server: str, browser: Browser) -> None:
    with class_of(browser, server, len(DESIGNS)) as (screen, phones):
        screen.get_by_role("button", name="Let the class design labels").click()
        for phone, (recipe, k) in zip(
            phones,
            [("A rival on top", "3"), ("Truth moved down", "1"), ("Candidate sets", None)],
            strict=True,
        ):
            designed(phone, recipe, k)
            expect(phone.locator(".numbers p")).to_have_count(2)
            expect(phone.locator("body")).not_to_contain_text("γ")
        expect(screen.locator(".point")).to_have_count(3)
        expect(screen.locator(".challenge")).to_have_count(1)
        screen.keyboard.press("PageDown")
        turned = screen.get_by_role("heading", name="The same points, by Δ + γ")
        expect(turned).to_be_visible()
        for phone in phones:
            expect(phone.locator(".numbers p")).to_have_count(3)
        screen.reload()
        expect(turned).to_be_visible()
        expect(screen.locator(".point")).to_have_count(3)
        screen.keyboard.press("PageUp")
        expect(screen.get_by_role("heading", name="Do right labels make good students?")).to_be_visible()

        for _ in range(2):
            screen.get_by_text("More", exact=True).click()
            screen.get_by_role("button", name="End the room").click()
        expect(screen.get_by_role("heading", name="This room is closed")).to_be_visible()
        for phone in phones:
            expect(phone.get_by_role("heading", name="The room is closed.")).to_be_visible()


def test_an_answer_outlives_the_network(server: str, browser: Browser) -> None:
    """What was sent while there was none is sent again; a slider that was touched counts at the end."""
    with class_of(browser, server, 2) as (screen, [phone, other]):
        asked(screen, [phone, other])
        phone.context.set_offline(True)
        phone.get_by_role("slider").fill("31")
        phone.get_by_role("button", name="Send my guess").click()
        expect(phone.get_by_text("No connection.")).to_be_visible()
        expect(screen.locator(".total")).to_have_text("0")
        phone.context.set_offline(False)
        expect(phone.get_by_role("button", name="Sent ✓")).to_be_visible()
        expect(phone.get_by_text("No connection.")).to_be_hidden()
        expect(screen.locator(".total")).to_have_text("1")

        other.get_by_role("slider").fill("72")
        shown(screen)
        expect(other.get_by_text("You said 72")).to_be_visible()
        expect(screen.locator(".chart .guesses")).to_have_count(2)


def test_an_answer_on_its_way_outlives_a_reload(server: str, browser: Browser) -> None:
    with visiting(browser, viewport=PHONE) as hand:
        phone = hand.new_page()
        phone.route("**/vote", lambda route: route.abort())
        phone.goto(f"{server}/hall/{voting()}")
        phone.get_by_role("slider").fill("44")
        phone.get_by_role("button", name="Send my guess").click()
        expect(phone.get_by_text("No connection.")).to_be_visible()
        phone.reload()
        expect(phone.locator(".big")).to_have_text("44\u00a0%")
        expect(phone.get_by_role("button", name="Sending …")).to_be_visible()
        phone.unroute("**/vote")
        expect(phone.get_by_role("button", name="Sent ✓")).to_be_visible()


def test_without_events_the_room_is_asked(server: str, browser: Browser) -> None:
    """A proxy that holds events back: nothing comes, so pages ask."""
    code, secret = opened()
    with visiting(browser) as room, visiting(browser, viewport=PHONE) as hand:
        for one in (room, hand):
            one.route(re.compile(r"/events$"), lambda _: None)
        screen, phone = room.new_page(), hand.new_page()
        screen.goto(f"{server}/hall/{code}/present#{secret}")
        phone.goto(f"{server}/hall/{code}")
        expect(screen.locator(".inside b")).to_have_text("1")
        asked(screen, [phone])
        guessed(phone, 5)
        expect(screen.locator(".total")).to_have_text("1")


def test_a_wrong_code_is_said_and_a_right_one_typed(server: str, browser: Browser) -> None:
    code, _ = opened()
    with visiting(browser, viewport=PHONE) as hand:
        phone = hand.new_page()
        phone.goto(f"{server}/hall/ZZZZZZ")
        expect(phone.get_by_text("There is no room with this code.")).to_be_visible()
        phone.get_by_label("Code on the screen").fill(f"{code[:3]} {code[3:]}".lower())
        phone.get_by_role("button", name="Join").click()
        expect(phone.get_by_role("heading", name="You are in.")).to_be_visible()


def test_both_pages_speak_chinese(server: str, browser: Browser) -> None:
    with class_of(browser, server, 1) as (screen, [phone]):
        asked(screen, [phone])
        phone.get_by_role("slider").fill("31")
        for page in (screen, phone):
            page.get_by_role("button", name="中文").click()
            expect(page.locator("html")).to_have_attribute("lang", "zh")
            expect(page.get_by_role("heading", level=1)).to_contain_text("学生")
        expect(phone.locator(".big")).to_have_text("31\u00a0%")
        phone.reload()
        expect(phone.get_by_role("button", name="移动滑块")).to_be_visible()
        without_violation(phone)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_both_pages_are_accessible_and_fit(server: str, browser: Browser, scheme: str) -> None:
    def looked_at(screen: Page, phone: Page) -> None:
        drawn(phone)
        assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
        without_violation(phone)
        for width, height in ((1024, 768), (1366, 768), (1920, 1080)):
            seen_as(screen, width, height, scheme)
            wait_until(lambda: screen.evaluate("document.documentElement.scrollHeight <= innerHeight"))
        without_violation(screen)

    with class_of(browser, server, 1) as (screen, [phone]):
        seen_as(phone, 360, 640, scheme)
        looked_at(screen, phone)
        asked(screen, [phone])
        looked_at(screen, phone)
        guessed(phone, 12)
        shown(screen)
        screen.keyboard.press("PageDown")
        expect(phone.locator(".truth")).to_be_visible()
        looked_at(screen, phone)
        screen.get_by_role("button", name="Let the class design labels").click()
        phone.get_by_role("button", name="A rival on top").click()
        looked_at(screen, phone)
        phone.get_by_role("button", name="Train my students").click()
        expect(phone.locator(".numbers")).to_be_visible()
        expect(screen.locator(".point")).to_have_count(1)
        looked_at(screen, phone)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_phone_loads_little(server: str, language: str) -> None:
    code, _ = opened()
    asks = {"Accept-Encoding": "gzip", "Accept-Language": language}
    with urllib.request.urlopen(urllib.request.Request(f"{server}/hall/{code}", headers=asks)) as answer:
        assert answer.headers["Content-Encoding"] == "gzip"
        assert len(str(answer.headers).encode()) + len(answer.read()) < MOST
