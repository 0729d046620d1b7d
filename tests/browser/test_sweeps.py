"""Sweeps of Explore in a real browser: pinned, taken along, and of two fields."""

import re
from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import Locator, Page, expect

from softlabel_core import Experiment, run
from tests.browser.conftest import drawn, seen_as, settled, without_violation
from tests.browser.test_explore import saved
from tests.browser.test_observatory import FLIP, link, opened, student
from ui.words.i18n import say

MOONS = {
    "dataset": "moons",
    "bias": {"kind": "pair-flip", "rate": 0.3},
    "replicates": 2,
    "training": {"epochs": 2},
}


POINTS = """() => {
    window.seen = [];
    const look = () => {
        const plane = [...document.querySelectorAll('*')]
            .map(one => one.shadowRoot?.querySelector('.plane')).find(Boolean);
        if (plane && plane.dataset.points !== window.seen.at(-1)) window.seen.push(plane.dataset.points);
        if (window.seen.at(-1) !== '42') setTimeout(look, 50);
    };
    look();
}"""
"""From now on, before there is a plane: how many of its 42 points stand there."""


def second(page: Page, title: str) -> Locator:
    """The plane, after its second field was chosen."""
    menu = page.get_by_role("combobox", name=re.compile("together with"))
    menu.scroll_into_view_if_needed()
    drawn(page)  # a menu closes when the page scrolls
    menu.click()
    page.get_by_role("option", name=title).click()
    plane = page.locator(".plane.ready")
    expect(plane).to_be_visible()
    return plane


def test_a_pinned_trail_stays_until_it_is_taken_off(server: str, page: Page) -> None:
    """Where it is the trail of the choice too it is not drawn twice; elsewhere it is, after a reload too."""
    figure = opened(page, server + link(FLIP, auto="0"))
    figure.get_by_role("button", name="Pin this trail").click()
    expect(page).to_have_url(re.compile(r"trail=bias\.rate~bias~pair-flip"))
    expect(figure).to_have_attribute("data-pinned", "0")
    count = figure.get_attribute("data-stops")
    assert int(count) > 10
    figure.get_by_role("combobox", name="Bias type").select_option(label="Demotion")
    expect(figure).to_have_attribute("data-pinned", count)
    page.reload()
    again = page.locator(".observatory.ready")
    expect(again).to_have_attribute("data-pinned", count)
    again.get_by_role("button", name="Unpin the trail").click()
    expect(page).not_to_have_url(re.compile("trail="))
    expect(again).to_have_attribute("data-pinned", "0")
    expect(again.get_by_role("button", name="Pin this trail")).to_be_visible()


def test_a_second_field_fills_a_plane_that_is_taken_along(server: str, page: Page, tmp_path: Path) -> None:
    """Cells come one by one, are the core's, stay in the link, are saved as CSV, and load by a click."""
    opened(page, server + link(MOONS, auto="0", vary="bias.rate"))
    page.evaluate(POINTS)
    plane = second(page, "Set size k")
    expect(plane).to_have_attribute("data-points", "42")
    assert len(set(page.evaluate("window.seen"))) > 4
    expect(page).to_have_url(re.compile(r"vary=bias\.rate(%2C|,)framework\.k"))
    table = pd.read_csv(saved(page, page.get_by_role("button", name="Points (CSV)"), tmp_path))
    assert len(table) == 42
    row = table[(table["bias.rate"] == 0.2) & (table["framework.k"] == 1)].iloc[0]
    chosen = Experiment.parse(
        {**MOONS, "bias": {"kind": "pair-flip", "rate": 0.2}, "framework": {"kind": "partial-labels", "k": 1}}
    )
    result = run(chosen, device="cpu")
    assert row["key"] == result.key
    assert row["student_accuracy"] == pytest.approx(result.student_accuracy.mean, abs=1e-6)
    page.reload()
    cell = page.locator(".plane.ready tbody tr").last.locator("td").nth(4)
    expect(cell).to_have_text(f"{100 * result.student_accuracy.mean:.0f}")
    cell.get_by_role("button").click()
    expect(page).to_have_url(re.compile(r"bias\.rate=0\.2&.*framework\.k=1&"))
    shown = f"{100 * result.student_accuracy.mean:.1f}%"
    expect(student(page.locator(".observatory.ready"))).to_have_text(shown)
    expect(page.locator(".plane td[aria-current]")).to_have_count(1)


def test_a_plane_is_stopped_and_goes_on(server: str, page: Page) -> None:
    slow = {"bias": "pair-flip", "replicates": 16, "training": {"epochs": 60}}
    opened(page, server + link(slow, auto="0", vary="bias.rate"))
    plane = second(page, "Set size k")
    plane.get_by_role("button", name="Stop").click()
    expect(plane.get_by_role("button", name="Train the rest")).to_be_visible()
    settled(page)
    plane.get_by_role("button", name="Train the rest").click()
    plane.get_by_role("button", name="Stop").click()
    expect(plane.get_by_role("button", name="Train the rest")).to_be_visible()


@pytest.mark.parametrize(("scheme", "language"), [("light", "en"), ("dark", "zh")])
def test_the_plane_is_for_everybody(server: str, page: Page, scheme: str, language: str) -> None:
    """Of what the atlas has of it, with open cells; on a phone nothing is wider than the window."""
    seen_as(page, 390, 844, scheme)
    opened(page, server + link(FLIP, auto="0", lang=language, vary="bias.rate,framework.loss"))
    plane = page.locator(".plane.ready")
    expect(plane).to_have_attribute("data-points", re.compile(r"^[1-9]"))
    expect(plane.get_by_role("button", name=say(language, "sweep.plane.go"))).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    without_violation(page)
