"""Every page as different people see it: in light, dark and grey, on a phone, on a projector, by keyboard."""

import itertools
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from softlabel_core.experiment import link
from softlabel_core.teaching.presets import PRESETS
from tests.browser.conftest import answering, drawn, seen_as, settled, without_violation
from ui.words.i18n import say

TAUGHT = "&".join(f"{k}={v}" for k, v in link.short(PRESETS["bad-teacher-good-student"].experiment).items())
PAGES = {
    "start": "/?",
    "learn": "/learn?step=rule.line",
    "explore": f"/explore?{TAUGHT}",
    "map": "/map?bias=candidate-set&framework.k=support&bias.unreliability=0.2&bias.ambiguity=0.3",
    "compare": "/compare?a.bias=one-hot&b.bias=demotion",
    "labels": "/labels?",
    "lecture": "/lecture?",
}
PRESENTED = [name for name in PAGES if name not in ("labels", "lecture")]
LOOKS = """() => [...document.querySelectorAll('.chart')]
    .map(chart => [...chart.querySelectorAll('.mark')].map(one => {
        const colour = one.getAttribute('style').match(/#[0-9a-f]{6}/i)[0];
        return {axis: 'x', colour, look: one.classList[1]};
    }))
    .concat([...document.querySelectorAll('.js-plotly-plot')].map(plot => plot._fullData
    .filter(one => one.visible && one.opacity > 0 && (one.type === 'bar' || one.type === 'scatter'))
    .map(one => {
        const first = value => Array.isArray(value) ? value[0] : value;
        const lines = one.mode?.includes('lines') && one.line.width > 0;
        const marks = one.mode?.includes('markers');
        const bar = one.type === 'bar', drawn = marks && first(one.marker.opacity) > 0;
        return lines || drawn || bar ? {
            axis: one.xaxis, colour: first(lines ? one.line.color : one.marker.color),
            look: [lines && one.line.dash, drawn && first(one.marker.symbol), drawn && first(one.marker.size),
                   bar && first(one.marker.pattern.shape)].join(),
        } : null;
    }).filter(one => one && String(one.colour).startsWith('#'))))"""
UNREACHED = """() => [...document.querySelectorAll(
        'button, a[href], input, summary, textarea, [role=tab], [role=slider], [role=combobox]')]
    .filter(e => e.checkVisibility({visibilityProperty: true}) && !e.disabled && !e.dataset.reached
        && !e.closest('.modebar, [aria-hidden=true]')
        && !(e.tabIndex < 0  // a part of a box that Tab has come to
            && e.closest('[data-testid=stNumberInput], [data-testid=stSelectbox],'
                         + '[data-testid=stFileUploader]'))
        && !(e.tagName !== 'SUMMARY' && e.closest('details:not([open])'))
        && !e.closest('[role=radiogroup], [role=tablist]')?.querySelector('[data-reached]'))
    .map(e => e.getAttribute('aria-label') || e.innerText || e.outerHTML.slice(0, 120))"""


def opened(page: Page, address: str, width: int, height: int, scheme: str = "light") -> None:
    seen_as(page, width, height, scheme)
    page.goto(address)
    settled(page)
    if "/learn" in address:
        page.keyboard.press("Control+Enter")
        expect(page.locator(".st-key-reveal")).to_be_visible()
        settled(page)


def lightness(colour: str) -> float:
    """CIE L*, 0 to 100: what is left of a colour in grey."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return (
        116 * sum(w * part for w, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True)) ** (1 / 3) - 16
    )


def tell_apart_in_grey(page: Page) -> int:
    """Series of different colours also differ in lightness and in dash, symbol or pattern; how many."""
    seen = 0
    for plot in page.evaluate(LOOKS):
        series = {(one["axis"], one["colour"], one["look"]) for one in plot}
        seen += len(series)
        for (axis, colour, look), (other_axis, other, other_look) in itertools.combinations(series, 2):
            if axis == other_axis and colour != other:
                assert look != other_look, (colour, other, look)
                assert abs(lightness(colour) - lightness(other)) > 5, (colour, other)
    return seen


def speak_and_have_a_table(page: Page) -> int:
    """Every chart has a text and a table; how many charts there are."""
    charts = page.locator("[data-testid=stPlotlyChart], .chart")
    twins = page.get_by_text("The same as a table")
    if twins.count():
        expect(charts.first).to_be_visible()  # a component stands there a moment after its table
    said = charts.evaluate_all(
        "all => all.map(e => (e.closest('[aria-label]') || e.querySelector('[aria-label]'))?.ariaLabel || '')"
    )
    assert all(len(text) > 40 for text in said), said
    shared = bool(said) and "examples" in said[-1]  # two rows of them share a table
    assert charts.count() == twins.count() or shared
    return len(said)


def fits(page: Page, width: int) -> None:
    """Nothing to scroll sideways."""
    page.wait_for_function(
        f"[...document.querySelectorAll('.main-svg')].every(e => e.getBoundingClientRect().width <= {width})"
    )
    drawn(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.get_by_test_id("stMain").evaluate("e => e.scrollWidth - e.clientWidth") <= 0


def is_reached_by_tab(page: Page) -> None:
    """Tab comes to every button, link, slider, box, fold and group of choices."""
    for _ in range(200):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement === document.body"):  # once around
            break
        page.evaluate("document.activeElement.dataset.reached = 1")
    assert page.evaluate("document.querySelectorAll('[data-reached]').length") > 12
    assert page.evaluate(UNREACHED) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_for_everybody(server: str, page: Page, name: str, scheme: str) -> None:
    """Checks 10, 11 and 13: axe AA, charts' texts and tables, series in grey, keyboard, one way to scroll."""
    opened(page, server + PAGES[name], 1280, 1600, scheme)
    without_violation(page)
    if name in PRESENTED and name != "explore":  # whose charts stand in tabs, and in the next test
        assert speak_and_have_a_table(page) >= 1
    if name in ("start", "compare", "learn"):
        assert tell_apart_in_grey(page) >= 2
    if scheme == "light":
        is_reached_by_tab(page)
    page.set_viewport_size({"width": 390, "height": 844})
    fits(page, 390)


def test_every_tab_of_explore_is_for_everybody(server: str, page: Page) -> None:
    """Checks 10, 11 and 13, the details of a result: all tabs, and a table unfolded."""
    opened(page, server + PAGES["explore"], 1280, 1600)
    names = page.get_by_role("tab").all_inner_texts()
    assert len(names) >= 6
    charts = 0
    for name in names:
        tab = page.get_by_role("tab", name=name)
        if tab.get_attribute("aria-selected") != "true":
            with answering(page):
                tab.click()
        expect(tab).to_have_attribute("aria-selected", "true")
        without_violation(page, "[data-testid=stTabs]")
        charts += speak_and_have_a_table(page)
        tell_apart_in_grey(page)
    assert charts >= 3
    page.get_by_role("tab", name=say("en", "explore.sets")).click()
    page.get_by_text("The same as a table").first.click()
    expect(page.get_by_test_id("stDataFrame").first).to_be_visible()
    page.set_viewport_size({"width": 390, "height": 844})
    fits(page, 390)


@pytest.mark.parametrize("name", PRESENTED)
def test_a_page_fills_the_projector(server: str, page: Page, name: str) -> None:
    """Check 12: one chart, no chrome, all text of 18 px or more, all of it on 1920x1080, Esc leaves."""
    opened(page, f"{server}{PAGES[name]}&present=1", 1920, 1080)
    expect(page.get_by_test_id("stHeader")).to_be_hidden()
    for hidden in ("Share", "Methods", "Reset"):
        expect(page.get_by_role("button", name=hidden)).to_have_count(0)
    chart = page.locator(".js-plotly-plot, .observatory .plot")
    expect(chart).to_have_count(1)
    sizes = page.evaluate(
        "[document, ...[...document.querySelectorAll('[data-testid=stMain] *')].map(e => e.shadowRoot)]"
        ".filter(Boolean).flatMap(root => [...root.querySelectorAll(root === document ?"
        " '[data-testid=stMain] *' : ':not(style)')]).filter(e => e.checkVisibility()"
        "&& [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()))"
        ".map(e => [parseFloat(getComputedStyle(e).fontSize), e.textContent])"
    )
    assert len(sizes) > 10
    assert min(sizes)[0] >= 18, min(sizes)
    fits(page, 1920)
    box = chart.bounding_box()
    assert box["height"] >= 500
    assert box["y"] + box["height"] <= 1080
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Share")).to_be_visible()


def test_every_check_is_shown() -> None:
    """All of 0 to 25, and 27, are named by a test."""
    texts = " ".join(path.read_text() for path in Path(__file__).parent.glob("test_*.py"))
    named = re.findall(r'"""Checks? ([^:]*):', texts)
    asked = {int(number) for one in named for number in re.findall(r"\d+", one)}
    assert asked == {*range(26), 27}
