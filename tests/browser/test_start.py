"""The newcomer's ten seconds and the instructor's sixty, in a real browser."""

import re
import statistics
import time

import pytest
from playwright.sync_api import Browser, Page, expect

from softlabel_core import Experiment, atlas, presets
from ui import words

DOT = "document.querySelector('.scatterlayer .trace:last-child .point')?.getAttribute('transform')"
FIRST = Experiment.parse(presets.FIRST)


def lead(page: Page) -> str:
    return page.locator(".st-key-lead").inner_text()


def opened(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.locator(".st-key-lead strong").first).to_be_visible()
    expect(page.locator(".js-plotly-plot .main-svg").first).to_be_visible()


def claim(rate: float) -> str:
    """What the core says of the first slider at that value, as plain text."""
    config = {**presets.FIRST, "bias": {**presets.FIRST["bias"], "rate": rate}}
    entry = atlas.find(Experiment.parse(config))
    assert entry is not None
    return words.claim("en", entry.result).replace("**", "")


def test_text_comes_before_the_chart_and_nothing_from_outside(fresh_server: str, page: Page) -> None:
    outside: list[str] = []
    page.on("request", lambda request: outside.append(request.url))
    page.goto(fresh_server)
    page.wait_for_function("document.querySelector('.st-key-lead strong')")
    chart_first = page.evaluate("!!document.querySelector('.js-plotly-plot .main-svg')")
    assert not chart_first
    assert lead(page) == claim(FIRST.bias.rate)
    expect(page.locator(".js-plotly-plot .main-svg").first).to_be_visible()
    expect(page.get_by_text(re.compile("^Precomputed"))).to_be_visible()
    expect(page.get_by_test_id("stException")).to_have_count(0)
    assert [url for url in outside if not url.startswith((fresh_server, "data:", "blob:"))] == []


def test_an_arrow_key_moves_sentence_dot_and_address_at_once(server: str, page: Page) -> None:
    opened(page, server)
    page.get_by_role("slider").first.focus()
    page.wait_for_timeout(1000)
    times = []
    for press in range(11):
        address, dot = page.url, page.evaluate(DOT)
        start = time.perf_counter()
        page.keyboard.press("ArrowRight" if press % 2 else "ArrowLeft")
        page.wait_for_function(
            f"([address, dot]) => location.href !== address && {DOT} !== dot", arg=[address, dot], polling=10
        )
        times.append(time.perf_counter() - start)
    assert statistics.median(times) <= 0.5, times
    rate = float(re.search(r"bias\.rate=([\d.]+)", page.url)[1])
    expect(page.locator(".st-key-lead")).to_have_text(claim(rate))


def test_the_cliff_is_said_when_it_is_reached(server: str, page: Page) -> None:
    opened(page, server)
    page.get_by_role("slider").first.press("End")
    expect(page.locator(".st-key-lead")).to_contain_text("gets only")
    assert lead(page) == claim(1.0)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".st-key-lead")).to_contain_text("still gets")


def test_present_mode_is_one_large_chart_with_keys_and_a_way_out(server: str, browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 1920, "height": 1080})
    page = context.new_page()
    opened(page, f"{server}/?present=1")
    expect(page.get_by_test_id("stHeader")).to_be_hidden()
    expect(page.get_by_role("button", name="Share")).to_have_count(0)
    assert page.locator(".js-plotly-plot").count() == 1
    sizes = page.evaluate(
        "[...document.querySelectorAll('.js-plotly-plot text')].filter(e => e.textContent.trim())"
        ".map(e => parseFloat(getComputedStyle(e).fontSize))"
    )
    assert len(sizes) > 10
    assert min(sizes) >= 18
    assert page.evaluate("document.documentElement.scrollWidth") <= 1920
    assert page.evaluate("document.querySelector('.js-plotly-plot').getBoundingClientRect().bottom") <= 1080
    before = lead(page)
    page.keyboard.press("PageDown")
    expect(page.locator(".st-key-lead")).not_to_have_text(before)
    page.keyboard.press("PageUp")
    expect(page.locator(".st-key-lead")).to_have_text(before)
    page.keyboard.press("f")
    expect(page).to_have_url(re.compile("framework=soft-labels"))
    expect(page).to_have_url(re.compile("present=1"))
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Share")).to_be_visible()
    expect(page).not_to_have_url(re.compile("present=1"))
    context.close()


def test_the_two_buttons_lead_on_with_the_state(server: str, page: Page) -> None:
    opened(page, server)
    page.get_by_role("slider").first.press("ArrowRight")
    expect(page).to_have_url(re.compile(r"bias\.rate=0\.6"))
    page.get_by_role("link", name="Try it yourself").click()
    expect(page).to_have_url(re.compile(r"/explore.*bias\.rate=0\.6"))
    expect(page.get_by_role("slider", name="Rate")).to_be_visible()
    page.get_by_role("link", name="Start").click()
    expect(page.locator(".st-key-lead")).to_have_text(claim(0.6))


@pytest.mark.parametrize("path", ["", "explore", "compare"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_scrolls_one_way_only(server: str, browser: Browser, path: str, scheme: str) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, color_scheme=scheme)
    phone = context.new_page()
    pins = "a.bias=one-hot&b.bias=demotion" if path == "compare" else ""
    phone.goto(f"{server}/{path}?{pins}")
    expect(phone.locator(".js-plotly-plot .main-svg").first).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    main = phone.get_by_test_id("stMain")
    assert main.evaluate("e => e.scrollWidth - e.clientWidth") <= 0
    expect(phone.get_by_test_id("stException")).to_have_count(0)
    context.close()
