"""The map in a real browser: a click on a cell and a row of the table load it."""

import re

from playwright.sync_api import Locator, Page, expect

from softlabel_core import Experiment
from softlabel_core.atlas import lookup, plan
from softlabel_core.biases.candidate_set import CandidateSet
from softlabel_core.experiment import link
from tests.browser.conftest import drawn, seen_as, settled
from ui.charts.plane import X, Y


def cell(delta: float, gamma: float) -> Experiment:
    bias = CandidateSet(unreliability=delta, ambiguity=gamma)
    return plan.planes()[0].replace(bias=bias)


def accuracy(experiment: Experiment) -> str:
    entry = lookup.find(experiment)
    assert entry is not None
    return f"{100 * entry.result.student_accuracy.mean:.1f}"


def open_map(page: Page, server: str, **parameters: str) -> None:
    text = "&".join(f"{name}={value}" for name, value in parameters.items())
    page.goto(f"{server}/map?{text}")
    expect(page.locator("[data-testid=stPlotlyChart] .nsewdrag").first).to_be_visible()
    settled(page)


def click_cell(page: Page, x: float, y: float, ticks: int = 11) -> None:
    """In the middle of the cell of (x, y): the plane has half a cell around its outer ticks."""
    settled(page)
    box = page.locator("[data-testid=stPlotlyChart] .nsewdrag").first.bounding_box()
    assert box is not None
    across, up = (((ticks - 1) * value + 0.5) / ticks for value in (x, y))
    page.mouse.move(box["x"] + box["width"] * across - 2, box["y"] + box["height"] * (1 - up))
    page.mouse.click(box["x"] + box["width"] * across, box["y"] + box["height"] * (1 - up))


def pick_row(page: Page, table: Locator, row: int) -> None:
    """The box before the row; rows are painted on a canvas, 35 pixels high."""
    expect(table.locator("canvas").first).to_be_visible()
    settled(page)
    table.scroll_into_view_if_needed()
    drawn(page)
    box = table.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 18, box["y"] + 35 * (row + 1.5))


def shows(page: Page, experiment: Experiment) -> None:
    """The numbers, the address and the link to Explore are those of the experiment."""
    student = page.get_by_test_id("stMetric").filter(has_text="Student accuracy")
    expect(student.get_by_test_id("stMetricValue")).to_have_text(f"{accuracy(experiment)} %")
    asked = link.query(experiment)
    for name in (X, Y):
        expect(page).to_have_url(re.compile(re.escape(f"{name}={asked[name]}&")))
    for name in (X, Y):
        expect(page.get_by_role("link", name="Open in Explore")).to_have_attribute(
            "href", re.compile(re.escape(f"{name}={asked[name]}"))
        )
    expect(page.get_by_test_id("stException")).to_have_count(0)


def test_a_click_on_a_cell_and_a_row_of_the_table_load_it(server: str, page: Page) -> None:
    """Check 9: numbers, address and the link to Explore follow."""
    open_map(page, server)
    expect(page.get_by_text("Click a cell")).to_be_visible()
    for delta, gamma in ((0.3, 0.3), (0.1, 0.9), (0.3, 0.3)):
        click_cell(page, delta, gamma)
        shows(page, cell(delta, gamma))

    page.get_by_text("The same as a table").click()
    table = page.get_by_test_id("stDataFrame").first
    expect(table).to_be_visible()
    second = plan.grid(plan.planes()[0]).iloc[1]
    pick_row(page, table, 1)
    shows(page, cell(second[X], second[Y]))

    click_cell(page, 0.3, 0.3)  # the cell that was clicked last loads again
    shows(page, cell(0.3, 0.3))


def test_a_shared_cell_opens_the_same_in_chinese_and_on_a_phone(server: str, page: Page) -> None:
    seen_as(page, 390, 844)
    open_map(page, server, lang="zh", **link.query(cell(0.2, 0.6)))
    expect(page.get_by_text(accuracy(cell(0.2, 0.6)) + " %").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    expect(page.get_by_label(re.compile("学生准确率")).first).to_be_visible()


def test_another_plane_and_an_exception_are_loaded(server: str, page: Page) -> None:
    open_map(page, server)
    page.get_by_role("combobox", name="Dataset").click()
    page.get_by_role("option", name="Two moons").click()
    expect(page).to_have_url(re.compile("dataset=moons"))
    expect(page.get_by_test_id("stPlotlyChart").get_by_text("no such sets exist")).to_be_visible()
    page.get_by_text("A class is hidden").click()
    expect(page.get_by_text("Δ is an average over all examples")).to_be_visible()
    table = page.get_by_test_id("stDataFrame").last
    pick_row(page, table, 0)
    expect(page).to_have_url(re.compile("bias=hidden-class"))
    expect(page.get_by_text("These students did not learn")).to_be_visible()


def test_the_present_mode_says_what_the_cell_says_and_shows_the_map_alone(server: str, page: Page) -> None:
    seen_as(page, 1920, 1080)
    open_map(page, server, present="1", **link.query(cell(0.2, 0.6)))
    expect(page.get_by_text("the rule expects learning")).to_be_visible()
    expect(page.get_by_text("Where does the rule fail?")).to_have_count(0)
    for key, delta in (("PageDown", 0.3), ("PageDown", 0.4), ("PageUp", 0.3)):  # steps across the line
        page.keyboard.press(key)
        expect(page.get_by_text(f"{accuracy(cell(delta, 0.6))} %")).to_be_visible()
    page.get_by_role("slider").press("ArrowRight")
    expect(page.get_by_text(f"{accuracy(cell(0.4, 0.6))} %")).to_be_visible()
    settled(page)
    texts = page.locator("[data-testid=stPlotlyChart] .textpoint text")
    expect(texts).not_to_have_count(0)
    sizes = texts.evaluate_all("all => all.map(one => parseFloat(getComputedStyle(one).fontSize))")
    assert min(sizes) >= 18
