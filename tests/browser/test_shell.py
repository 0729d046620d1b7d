"""What stands around every page: links, language, notices, share, present, keyboard."""

import itertools
import re
from collections import Counter
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from softlabel_core import Experiment
from softlabel_core.experiment import link as share
from tests.browser.conftest import drawn, seen_as, settled, visiting
from ui.words.i18n import say

PAGES = ["", "learn", "explore", "map", "compare", "labels", "lecture"]
SHOWING = ("", "explore", "map", "compare")
"""Pages that show numbers at once."""

CHOSEN = Experiment.parse(
    {"bias": {"kind": "fixed-rival", "rate": 0.7}, "framework": {"kind": "partial-labels", "k": 2}}
)


def link(experiment: Experiment, **more: str) -> str:
    return "&".join(f"{name}={value}" for name, value in (share.short(experiment) | more).items())


def state(page: Page) -> Experiment:
    """What the address bar says."""
    experiment, problems = share.parse({k: v[0] for k, v in parse_qs(urlsplit(page.url).query).items()})
    assert problems == []
    return experiment


def ready(page: Page) -> None:
    expect(page.locator(".st-key-bar").get_by_role("button").last).to_be_visible()
    expect(page).to_have_url(re.compile("seed="))
    expect(page.get_by_test_id("stException")).to_have_count(0)


@pytest.mark.parametrize("path", sorted({*PAGES} - {"", "explore"}))
def test_a_fresh_server_answers_a_deep_link_first(fresh_server: str, page: Page, path: str) -> None:
    """Check 0, for Start and Explore see test_start and test_network: page, bar, state, no error."""
    page.goto(f"{fresh_server}/{path}?{link(CHOSEN)}")
    ready(page)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_text("Page not found")).to_have_count(0)
    assert urlsplit(page.url).path == f"/{path}"
    assert state(page) == CHOSEN


def test_a_shared_link_is_the_same_state_on_every_page(server: str, page: Page, browser: Browser) -> None:
    """Check 3: in a new context, through all pages, with a reload on each."""
    page.goto(f"{server}/explore?{link(CHOSEN)}")
    ready(page)
    page.get_by_role("slider", name="Rate").press("ArrowRight")
    moved = CHOSEN.replace(bias=CHOSEN.bias.replace(rate=0.71))
    expect(page).to_have_url(re.compile(r"bias\.rate=0\.71"))
    page.get_by_role("button", name="Share").click()
    shown = page.get_by_role("dialog").locator(".text code").first  # a saved run has one too
    expect(shown).to_contain_text("bias.rate=0.71")
    expect(page.get_by_role("img", name="QR code")).to_be_visible()
    address = shown.text_content() or ""
    assert len(address) < 200
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("dialog").get_by_role("button", name="Copy").first.click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == address
    with visiting(browser) as context:
        other = context.new_page()
        other.goto(address)
        ready(other)
        assert state(other) == moved
        paths = {"Start": "", "Learn": "learn", "Map": "map", "Compare": "compare", "Your labels": "labels"}
        for name, path in {**paths, "Explore": "explore"}.items():
            here = other.get_by_role("link", name=name, exact=True).first
            here.click()
            expect(here).to_have_attribute("aria-current", "page")
            expect(other).to_have_url(re.compile(rf"^[^?]*/{path}\?.*seed="))  # not the page before's
            ready(other)
            assert state(other) == moved, name
            other.reload()
            ready(other)
            assert state(other) == moved, f"{name} after a reload"


NUMBER = re.compile(r"\d+\.\d+")

TEXTS = """main => [
    main.innerText,
    [...main.querySelectorAll('.js-plotly-plot')].map(chart => chart.innerText).join(' '),
]"""
"""What a page says, and what of it its charts do, whose ticks come when plotly has drawn them."""


def test_both_languages_show_the_same_numbers(server: str, page: Page) -> None:
    """Check 4: on every page; the interface is translated, `<html lang>` is right, the state is the same."""
    seen: dict[str, dict[str, Counter[str]]] = {"en": {}, "zh": {}}
    pins = {"a.bias": "one-hot", "b.bias": "demotion"}
    for language, path in itertools.product(seen, PAGES):
        page.goto(f"{server}/{path}?{link(CHOSEN, lang=language, **pins)}")
        settled(page)
        expect(page.locator("html")).to_have_attribute("lang", language)
        expect(page.get_by_role("link", name=say(language, f"shell.{path or 'start'}")).first).to_be_visible()
        assert state(page) == CHOSEN
        words, drawn = page.get_by_test_id("stMain").evaluate(TEXTS)
        assert (language == "zh") == bool(re.search("[\u4e00-\u9fff]{6}", words))
        seen[language][path] = Counter(NUMBER.findall(words)) - Counter(NUMBER.findall(drawn))
    assert seen["en"] == seen["zh"]
    assert min(sum(numbers.values()) for path, numbers in seen["en"].items() if path in SHOWING) >= 3


def test_the_language_follows_the_browser_and_the_button(server: str, browser: Browser) -> None:
    with visiting(browser, locale="zh-CN") as context:
        page = context.new_page()
        page.goto(f"{server}/explore")
        settled(page)
        expect(page.get_by_role("button", name="撤销")).to_be_visible()
        expect(page.locator("html")).to_have_attribute("lang", "zh")
        page.get_by_role("button", name="English").click()
        expect(page.get_by_role("button", name="Undo")).to_be_visible()
        page.wait_for_function("document.documentElement.lang === 'en'")
        settled(page)
        page.reload()
        expect(page.get_by_role("button", name="Undo")).to_be_visible()
    with visiting(browser, locale="fr-FR") as context:  # a language that we do not speak
        page = context.new_page()
        page.goto(server)
        expect(page.get_by_role("button", name="Undo")).to_be_visible()
        expect(page.locator("html")).to_have_attribute("lang", "en")


@pytest.mark.parametrize("path", PAGES)
def test_a_broken_link_opens_and_names_what_it_left_out(server: str, page: Page, path: str) -> None:
    """Check 5: the page works, a notice names what was replaced."""
    page.goto(f"{server}/{path}?ds=evil&delta=7&bias=evil&replicates=-3&seed=5")
    for said in ("ds, delta", "bias: allowed: one of .*got evil", "a whole number from 1 to 64; got -3"):
        expect(page.get_by_text(re.compile(said))).to_be_visible()
    ready(page)
    expect(page).to_have_url(re.compile("seed=5"))
    expect(page).not_to_have_url(re.compile("evil"))


def test_controls_can_be_hidden_by_a_link(server: str, page: Page) -> None:
    page.goto(f"{server}/explore?{link(CHOSEN, controls='0')}")
    expect(page.locator(".observatory.ready")).to_be_visible()
    expect(page.get_by_role("combobox")).to_have_count(0)
    expect(page.get_by_role("slider")).to_have_count(0)
    page.get_by_role("button", name="Show controls").click()
    expect(page.get_by_role("slider").first).to_be_visible()
    assert state(page) == CHOSEN


def test_pins_travel_with_the_link(server: str, page: Page, window: BrowserContext) -> None:
    page.goto(f"{server}/explore?{link(CHOSEN)}")
    ready(page)
    page.get_by_role("button", name="Pin", exact=True).click()
    page.get_by_role("button", name="Pin as A").click()
    expect(page).to_have_url(re.compile(r"a\.bias=fixed-rival"))
    other = window.new_page()
    other.goto(page.url)
    ready(other)
    other.get_by_role("link", name="Compare", exact=True).first.click()
    expect(other.get_by_text("B is not pinned")).to_be_visible()
    expect(other.locator(".st-key-lead")).to_contain_text("no clear difference")
    other.close()


def test_methods_open_over_every_page(server: str, page: Page) -> None:
    page.goto(f"{server}/compare?{link(CHOSEN)}")
    ready(page)
    page.get_by_role("button", name="Methods").click()
    panel = page.get_by_role("dialog")
    expect(panel.get_by_text("Unreliability degree Δ")).to_be_visible()
    expect(panel.get_by_role("link", name="https://arxiv.org/abs/2302.08155")).to_be_visible()
    page.keyboard.press("Escape")
    expect(panel).to_have_count(0)


def test_the_keyboard_alone_reaches_the_bar_and_the_slider(server: str, page: Page) -> None:
    """Check 10: the bar, by name."""
    page.goto(f"{server}/?{link(CHOSEN)}")
    expect(page.locator(".chart")).to_be_visible()
    settled(page)
    reached = ""
    name = "(e => e.getAttribute('aria-label') || e.innerText)(document.activeElement)"
    for _ in range(40):
        page.keyboard.press("Tab")
        reached += f"{page.evaluate(name)} "
    for said in ("Reset", "Pin", "Share", "Present", "Methods", "中文", "Explore", "How often", "as a table"):
        assert said in reached, reached


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_bar_covers_no_name_of_a_page(server: str, page: Page, language: str) -> None:
    """The last name, at each width from where the bar stands beside them to where it has its own line."""
    page.goto(f"{server}/labels?lang={language}")
    settled(page)
    last = page.get_by_role("link", name=say(language, "shell.lecture"), exact=True)
    bar = page.locator(".st-key-bar")
    for width in (1366, 1240, 1239, 1024, 800):
        page.set_viewport_size({"width": width, "height": 800})
        drawn(page)
        name, controls = last.bounding_box(), bar.bounding_box()
        assert name is not None
        assert controls is not None
        beside = controls["x"] >= name["x"] + name["width"]
        below = controls["y"] >= name["y"] + name["height"]
        assert beside or below, width


MENUS = """() => [...document.querySelectorAll('[data-testid=stSelectbox] input')].map(field => {
    const style = getComputedStyle(field), pen = document.createElement('canvas').getContext('2d');
    pen.font = style.font;
    const room = field.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
    return [field.value, pen.measureText(field.value).width <= room, style.textOverflow];
})"""


def test_no_menu_cuts_a_letter_in_two(server: str, page: Page) -> None:
    """What is chosen is seen whole; on a phone, where the longest has no room, it is seen to go on."""
    longest = "bias=candidate-set&framework.k=support&framework.loss=proden"
    for width, height in ((1280, 900), (1024, 768), (390, 844)):
        seen_as(page, width, height)
        page.goto(f"{server}/map?{longest}")
        settled(page)
        menus = page.evaluate(MENUS)
        assert any("PRODEN" in text for text, _, _ in menus)
        assert all(fits or (width < 640 and overflow == "ellipsis") for _, fits, overflow in menus), menus
