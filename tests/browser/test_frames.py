"""Figures with a slider over frames, in a real browser: by mouse, by keys, on a phone, and as a table."""

import re

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from softlabel_core.teaching.lessons import EXAMPLES
from softlabel_core.teaching.recipes import ROUNDS
from softlabel_core.teaching.triangle import STOPS
from tests.browser.conftest import drawn, recorded, seen_as, settled, without_violation
from tests.browser.test_learn import open_step, sound
from ui.charts.palette import DARK, figure_colours
from ui.panels import SLIDE
from ui.words.i18n import say


def revealed(
    page: Page, server: str, step: str, choice: str, name: str = "frames", **parameters: str
) -> Locator:
    """The figure of a step, after a guess."""
    open_step(page, server, step, **parameters)
    page.get_by_text(choice, exact=True).click()
    button = page.get_by_role("button", name=say("en", "learn.reveal"))
    expect(button).to_be_enabled()
    button.click()
    figure = page.locator(f".{name}.ready")
    expect(figure).to_be_visible()
    settled(page)
    return figure


def at(figure: Locator, place: int) -> None:
    expect(figure).to_have_attribute("data-at", str(place))


def test_examples_by_mouse_and_keys(server: str, page: Page) -> None:
    figure = revealed(page, server, "examples.enough", "1,000 examples")
    at(figure, 0)
    slider = figure.get_by_role("slider")
    slider.focus()
    slider.press("ArrowRight")
    at(figure, 1)
    expect(slider).to_have_attribute("aria-valuetext", f"{EXAMPLES[1]:,} examples")
    slider.press("End")
    at(figure, len(EXAMPLES) - 1)
    expect(figure).to_contain_text("ahead in both")
    slider.press("ArrowRight")
    at(figure, len(EXAMPLES) - 1)
    plot = figure.locator("svg.plot")
    expect(plot).to_contain_text("your guess")
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] - 100, box["y"] + 150)
    page.mouse.down()
    page.mouse.move(box["x"] + 60, box["y"] + 150, steps=5)
    page.mouse.up()
    at(figure, 0)
    expect(slider).to_be_focused()
    figure.get_by_text("All frames as a table").click()
    expect(figure.locator("tbody tr")).to_have_count(len(EXAMPLES))
    expect(figure.locator("tr[aria-current]")).to_contain_text(str(EXAMPLES[0]))
    without_violation(page)
    sound(page)


def test_frames_follow_each_other_and_a_hand_stops_them(server: str, page: Page) -> None:
    figure = revealed(page, server, "examples.enough", "1,000 examples")
    slider = figure.get_by_role("slider")
    slider.press("End")
    play = figure.get_by_role("button", name="Play")
    with recorded(figure, "data-at") as told:
        play.click()
        expect(figure).to_have_attribute("data-at", re.compile(r"^([2-9]|\d\d)$"))
        slider.press("Home")
        at(figure, 0)
    passed = [int(one) for one in told]
    last = len(EXAMPLES) - 1
    assert passed == [last, *range(passed[-2] + 1), 0]
    assert passed[-2] >= 2
    expect(figure.get_by_role("button", name="Play")).to_be_visible()
    figure.get_by_role("button", name="Play").click()
    at(figure, len(EXAMPLES) - 1)
    expect(figure.get_by_role("button", name="Play")).to_be_visible()


def test_rounds_by_keys_and_by_hand(server: str, page: Page) -> None:
    figure = revealed(page, server, "self-training.later", "Cannot be told")
    expect(figure.locator("svg.plane")).to_contain_text("no labels of its own yet")
    slider = figure.get_by_role("slider")
    slider.focus()
    slider.press("ArrowRight")
    at(figure, 1)
    expect(figure).to_contain_text("short of the line")
    expect(figure.locator("svg.plane")).not_to_contain_text("no labels of its own yet")
    slider.press("End")
    at(figure, ROUNDS)
    expect(figure).to_contain_text("beyond the line (Δ + γ")
    plot = figure.locator("svg.plot").first
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 70, box["y"] + 150)
    at(figure, 0)
    without_violation(page)
    sound(page)


def test_the_matrix_of_a_lesson_is_edited_and_what_is_said_follows(server: str, page: Page) -> None:
    figure = revealed(page, server, "errors.noise", "B, fewer errors, always the same", "matrix")
    said = page.get_by_test_id("stMain")
    expect(said).to_contain_text("In every class the true label is named most often", use_inner_text=True)
    figure.get_by_role("button", name="Gather them on one").click()
    expect(said).to_contain_text("is named more often than the true one", use_inner_text=True)
    for truth in range(10):
        figure.get_by_role("slider", name=f"{truth} is called {truth}", exact=True).press("End")
    expect(said).to_contain_text("together 0.00", use_inner_text=True)
    without_violation(page)
    seen_as(page, 390, 844)
    figure = revealed(page, server, "errors.noise", "B, fewer errors, always the same", "matrix")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    first = figure.get_by_role("slider").first
    first.scroll_into_view_if_needed()
    drawn(page)
    box = first.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y + 80, steps=4)
    page.mouse.up()
    expect(said).to_contain_text(
        "In class 0 the label 1 is named more often than the true one", use_inner_text=True
    )
    sound(page)


FITS = """() => {
    const room = document.querySelector('.st-key-fit');
    return room && room.scrollHeight <= room.clientHeight + 1;
}"""

STEPS = [("examples.enough", "1,000 examples"), ("self-training.later", "Cannot be told")]


@pytest.mark.parametrize(("step", "choice"), STEPS)
def test_a_figure_fits_a_phone_and_the_present_mode(server: str, page: Page, step: str, choice: str) -> None:
    seen_as(page, 390, 844, "dark")
    figure = revealed(page, server, step, choice)
    plot = figure.locator("svg.plot").first
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    page.mouse.click(box["x"] + box["width"] - 132, box["y"] + 150)
    expect(figure).not_to_have_attribute("data-at", "0")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    for width, height in ((1366, 768), (1920, 1080)):
        seen_as(page, width, height)
        figure = revealed(page, server, step, choice, present="1")
        inside = page.locator(".st-key-fit")
        expect(inside).to_be_visible()
        page.wait_for_function(FITS)  # in the end: on a busy machine it comes to rest late
    sound(page)


def test_the_triangle_by_keys_on_a_phone_and_in_the_present_mode(server: str, page: Page) -> None:
    choice = "A, the set as a whole (loss CC)"
    figure = revealed(page, server, "losses.large-ambiguity", choice)
    slider = figure.get_by_role("slider")
    slider.focus()
    slider.press("End")
    at(figure, len(STOPS["join"]) - 1)
    expect(figure.locator(".said")).to_contain_text("Leaves it open: CC, MAE, average, imitation.")
    page.get_by_text("the same wrong label first", exact=True).click()
    expect(slider).to_have_attribute("aria-label", "How often the 8 comes first")
    expect(figure).to_contain_text("Names the 3: CC, MAE, average, imitation.")
    slider.press("End")
    expect(figure.locator("svg.plot")).to_contain_text("imitation")
    expect(figure).to_contain_text("Names a wrong label: imitation.")
    figure.get_by_text("All frames as a table").click()
    expect(figure.locator("tbody tr")).to_have_count(len(STOPS["rival"]))
    without_violation(page)
    seen_as(page, 390, 844, "dark")
    figure = revealed(page, server, "losses.large-ambiguity", choice)
    expect(figure.locator("svg.plot")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    for width, height in ((1366, 768), (1920, 1080)):
        seen_as(page, width, height)
        figure = revealed(page, server, "losses.large-ambiguity", choice, present="1")
        inside = page.locator(".st-key-fit")
        expect(inside).to_be_visible()
        page.wait_for_function(FITS)  # in the end: on a busy machine it comes to rest late
    sound(page)


@pytest.mark.parametrize(
    ("step", "choice", "name", "saved"),
    [
        (
            "examples.enough",
            "1,000 examples",
            "frames",
            "The same labels, more and more examples - 300 examples",
        ),
        ("errors.noise", "B, fewer errors, always the same", "matrix", "Who is taken for whom"),
    ],
)
def test_a_figure_is_saved_as_a_slide(
    server: str, page: Page, step: str, choice: str, name: str, saved: str
) -> None:
    seen_as(page, 1366, 768, "dark")
    figure = revealed(page, server, step, choice, name)
    figure.get_by_role("slider").first.press("ArrowRight")
    button = figure.get_by_role("button", name=say("en", "panels.slide"))
    button.focus()
    with page.expect_download() as told:
        button.press("Enter")
    assert told.value.suggested_filename == f"{saved}.png"
    slide = Image.open(told.value.path()).convert("RGB")
    assert slide.size == (SLIDE["scale"] * SLIDE["width"], SLIDE["scale"] * SLIDE["height"])
    seen = {
        f"#{red:02x}{green:02x}{blue:02x}": count for count, (red, green, blue) in slide.getcolors(1 << 24)
    }
    assert seen[DARK.ground] > max(count for colour, count in seen.items() if colour != DARK.ground)
    assert {DARK.ink.lower(), figure_colours()["mark"][1].lower()} <= set(seen)
    for hidden in ({"present": "1"}, {"controls": "0"}):
        figure = revealed(page, server, step, choice, name, **hidden)
        expect(figure.get_by_role("slider").first).to_be_visible()
        expect(figure.get_by_role("button", name=say("en", "panels.slide"))).to_have_count(0)
    sound(page)
