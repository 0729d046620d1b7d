"""The present mode on projectors and on a phone."""

from contextlib import suppress

import pytest
from playwright.sync_api import Page, expect
from playwright.sync_api import TimeoutError as Late

from softlabel_core.teaching.lessons import STEPS
from tests.browser.conftest import answering, drawn, settled
from tests.browser.test_views import PAGES, PRESENTED, opened

SCREENS = [(1366, 768), (1024, 768), (1920, 1080), (390, 844)]

FAULTS = """() => {
    const box = e => e.getBoundingClientRect(), seen = e => e.checkVisibility({visibilityProperty: true});
    const all = selector => [...document.querySelectorAll(selector)].filter(seen);
    const main = document.querySelector('[data-testid=stMain]'), faults = [];
    if (main.scrollHeight > main.clientHeight) faults.push(`scrolls down ${main.scrollHeight}`);
    if (main.scrollWidth > main.clientWidth) faults.push(`scrolls sideways ${main.scrollWidth}`);
    const words = all('[data-testid=stMain] p, [data-testid=stMain] kbd')
        .filter(e => e.textContent.trim() && !e.querySelector('p'))
        .map(e => { const range = document.createRange(); range.selectNodeContents(e);
                    return [e.innerText.slice(0, 40), range.getBoundingClientRect()]; });
    const figures = all('.js-plotly-plot').map(e => ['figure', box(e)]);
    const parts = [...words, ...figures].filter(([, one]) => one.width && one.height);
    for (const [name, one] of parts)
        if (one.left < 0 || one.top < 0 || one.right > innerWidth + 1 || one.bottom > innerHeight + 1)
            faults.push(`${name} is cut off at the edge`);
    parts.forEach(([name, one], i) => parts.slice(i + 1).forEach(([other, two]) => {
        if (Math.min(one.right, two.right) - Math.max(one.left, two.left) > 2
            && Math.min(one.bottom, two.bottom) - Math.max(one.top, two.top) > 2)
            faults.push(`${name} and ${other} cover each other`);
    }));
    for (const plot of all('.js-plotly-plot')) {
        const room = box(plot);
        if (room.height < 140) faults.push(`a figure ${room.height} high`);
        for (const e of plot.querySelectorAll('.main-svg text')) {
            const one = box(e);
            if (one.width && (one.left < room.left - 3 || one.right > room.right + 3
                              || one.top < room.top - 3 || one.bottom > room.bottom + 3))
                faults.push(`${e.textContent} is cut off in its figure`);
        }
    }
    return faults;
}"""
FITTED = """() => [...document.querySelectorAll('.js-plotly-plot')].every(plot => {
    const one = plot.closest('[data-testid=stPlotlyChart]').getBoundingClientRect();
    const two = plot.querySelector('.main-svg').getBoundingClientRect();
    return Math.abs(one.width - two.width) <= 1 && Math.abs(one.height - two.height) <= 1
        && !plot._fullLayout._replotting;
})"""


def whole(page: Page, width: int, height: int) -> None:
    """Nothing is clipped or covered on a screen of that size, and nothing has to be scrolled."""
    page.set_viewport_size({"width": width, "height": height})
    drawn(page)
    page.wait_for_function(FITTED)
    drawn(page)
    if page.evaluate(FAULTS):  # on a busy machine what is laid out anew may not have come to rest
        with suppress(Late):
            page.wait_for_function(f"() => ({FAULTS})().length === 0")
    assert page.evaluate(FAULTS) == [], (width, height, page.url)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("name", [name for name in PRESENTED if name not in ("explore", "learn")])
def test_a_page_fits_every_screen(server: str, page: Page, name: str, language: str) -> None:
    """Check 24: sentence, slider, figure, keys."""
    opened(page, f"{server}{PAGES[name]}&present=1&lang={language}", *SCREENS[0])
    for screen in SCREENS:
        whole(page, *screen)


def test_every_step_of_the_lessons_fits_every_screen(server: str, page: Page) -> None:
    """Check 24: what is asked, and what came out with the reason and its figure."""
    page.goto(f"{server}/learn?present=1")
    settled(page)
    for number in range(len(STEPS)):
        if number:
            with answering(page):
                page.keyboard.press("PageDown")
        for screen in SCREENS:
            whole(page, *screen)
        with answering(page):
            page.keyboard.press("Control+Enter")
        expect(page.locator(".st-key-reveal")).to_be_visible()
        for screen in SCREENS:
            whole(page, *screen)
