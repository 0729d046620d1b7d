"""A drawing and a matrix made by hand in a real browser: what is made is trained, linked and undone."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from softlabel_core import Experiment
from softlabel_core.datasets.drawn_points import DrawnPoints
from softlabel_core.experiment import link
from tests.browser.conftest import answering, drawn, seen_as, settled, visiting, without_violation

FOUR = "2020.8020_2080.8080"
QUICK = {"auto": "0", "replicates": "2", "training.epochs": "3"}
DRAWING = {"dataset": "drawn-points", "dataset.points": FOUR, "bias": "one-hot", "framework": "soft-labels"}
MATRIX = {"dataset": "spiral", "bias": "rival-matrix", "bias.matrix": "100.0_20.80"}


def opened(page: Page, address: str, figure: str, **parameters: str) -> Locator:
    text = "&".join(f"{name}={value}" for name, value in {**QUICK, **parameters}.items())
    page.goto(f"{address}/explore?{text}")
    settled(page)
    found = page.locator(f".{figure}.ready")
    expect(found).to_be_visible()
    found.locator(".stage").evaluate("e => e.scrollIntoView({ block: 'center' })")
    drawn(page)
    return found


def linked(page: Page) -> Experiment:
    """The experiment of the address."""
    return link.parse({name: one[0] for name, one in parse_qs(urlsplit(page.url).query).items()})[0]


def in_address(page: Page, name: str, value: str) -> None:
    """The address says so in the end: a hand slower than the page may have told it in two parts."""
    expect(page).to_have_url(re.compile(rf"[?&]{re.escape(name)}={re.escape(value)}(&|$)"))
    settled(page)


RESTING = """element => new Promise(done => {
    let [top, frames] = [null, 0];
    const look = () => {
        const now = element.getBoundingClientRect().top;
        frames = now === top ? frames + 1 : 0;
        top = now;
        if (frames === 10) done(); else requestAnimationFrame(look);
    };
    look();
})"""
"""Until an element has stood where it is for ten frames: the page may be scrolling to it."""


class Hand:
    """A mouse on the square, in steps."""

    def __init__(self, page: Page, figure: Locator) -> None:
        self.mouse, self.square = page.mouse, figure.locator(".stage > svg")

    def place(self, x: float, y: float) -> tuple[float, float]:
        box = self.square.bounding_box()
        assert box is not None
        return box["x"] + box["width"] * (x + 0.5) / 100, box["y"] + box["height"] * (99.5 - y) / 100

    @contextmanager
    def down(self, x: float, y: float) -> Iterator[None]:
        self.mouse.move(*self.place(x, y))
        self.mouse.down()
        yield
        self.mouse.up()

    def drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        with self.down(*start):
            self.mouse.move(*self.place(*end), steps=5)

    def tap(self, x: float, y: float) -> None:
        with self.down(x, y):
            pass


def points(figure: Locator, text: str) -> None:
    expect(figure).to_have_attribute("data-points", text)


def test_points_are_drawn_moved_and_taken_away_by_mouse(server: str, page: Page) -> None:
    """A deed is in the address when it is let go of, not before; undo takes it back; a reload keeps it."""
    figure = opened(page, server, "draw", **DRAWING)
    hand = Hand(page, figure)
    with answering(page):
        hand.tap(50, 50)
    in_address(page, "dataset.points", "2020.8020.5050_2080.8080")
    before = page.url
    with answering(page), hand.down(50, 50):
        page.mouse.move(*hand.place(40, 60), steps=5)
        points(figure, "2020.8020.4060_2080.8080")
        assert page.url == before
    in_address(page, "dataset.points", "2020.8020.4060_2080.8080")
    figure.get_by_role("radio", name="a new class").check()
    with answering(page):
        hand.drag((50, 10), (50, 19))  # a line: a point every four steps
    in_address(page, "dataset.points", "2020.8020.4060_2080.8080_5010.5014.5018")
    figure.get_by_role("radio", name="class 2").check()
    with answering(page):
        hand.tap(40, 60)  # takes the class it is tapped with
    in_address(page, "dataset.points", "2020.8020_2080.8080.4060_5010.5014.5018")
    figure.get_by_role("radio", name="eraser").check()
    with answering(page):
        hand.drag((50, 8), (50, 20))
    points(figure, "2020.8020_2080.8080.4060")
    with answering(page):
        page.get_by_role("button", name="Undo").click()
    points(figure, "2020.8020_2080.8080.4060_5010.5014.5018")
    page.reload()
    points(page.locator(".draw.ready"), "2020.8020_2080.8080.4060_5010.5014.5018")


def test_a_drawing_by_keys_is_trained(server: str, page: Page) -> None:
    """From point to point by Tab; arrows, numbers, Enter and Delete; then Train, and regions stand there."""
    figure = opened(page, server, "draw", **DRAWING)
    figure.locator(".stage > svg").focus()
    page.keyboard.press("Tab")
    expect(figure.get_by_role("button", name="Class 1, 20 to the right, 20 up")).to_be_focused()
    with answering(page):
        for key in ("ArrowRight", "ArrowRight", "Shift+ArrowUp", "ArrowDown"):
            page.keyboard.press(key)
    in_address(page, "dataset.points", "2224.8020_2080.8080")
    with answering(page):
        page.keyboard.press("Enter")
    expect(figure.get_by_role("button", name="Class 1, 27 to the right, 24 up")).to_be_focused()
    with answering(page):
        page.keyboard.press("3")
    with answering(page):
        page.keyboard.press("Shift+Tab")
        page.keyboard.press("Delete")
    in_address(page, "dataset.points", "2224.8020_2080_2724")
    page.keyboard.press("Escape")
    expect(figure.get_by_role("radio", name="class 3")).to_be_focused()
    expect(figure).to_have_attribute("data-regions", "false")
    page.get_by_role("button", name=re.compile("^Train")).click()
    expect(figure).to_have_attribute("data-regions", "true")
    expect(figure.locator(".behind")).to_contain_text("of new examples are right")
    page.get_by_role("tab", name="Film").click()
    expect(page.locator(".film.ready")).to_be_visible()


def test_a_cleared_square_waits_for_a_second_class(server: str, page: Page) -> None:
    figure = opened(page, server, "draw", **DRAWING)
    hand, before = Hand(page, figure), page.url
    figure.get_by_role("button", name="Clear the square").click()
    hand.drag((10, 10), (10, 18))
    points(figure, "1010.1014.1018")
    expect(figure.get_by_role("status")).to_contain_text("Two classes are the least")
    assert page.url == before
    figure.get_by_role("radio", name="a new class").check()
    with answering(page):
        hand.tap(90, 90)
    expect(figure.get_by_role("status")).to_have_text("")
    assert linked(page).dataset == DrawnPoints(points="1010.1014.1018_9090")


def test_a_finger_draws_too(server: str, browser: Browser) -> None:
    """On a phone; what was chosen from the menu comes into view."""
    with visiting(browser, viewport={"width": 390, "height": 844}, has_touch=True) as context:
        page = context.new_page()
        page.goto(f"{server}/explore?auto=0")
        settled(page)
        menu = page.locator(".observatory.ready").get_by_role("combobox", name="Dataset")
        menu.focus()
        with answering(page):
            menu.select_option(label="Drawn points")
        figure = page.locator(".draw.ready")
        expect(figure.locator(".stage")).to_be_in_viewport(ratio=0.9)
        hand = Hand(page, figure)
        hand.square.evaluate(RESTING)  # a finger aims at where the square stands
        count = len(linked(page).dataset.drawing()[0])
        with answering(page):
            page.touchscreen.tap(*hand.place(50, 3))
        expect(page).to_have_url(re.compile("[._]5003[._]"))
        assert len(linked(page).dataset.drawing()[0]) == count + 1


def matrix(figure: Locator, text: str) -> None:
    expect(figure).to_have_attribute("data-matrix", text)


def cell(figure: Locator, truth: str, name: str) -> Locator:
    return figure.get_by_role("slider", name=f"{truth} is called {name}", exact=True)


def test_a_cell_is_dragged_and_its_row_shares_the_rest(server: str, page: Page) -> None:
    """In the address when it is let go of; keys go on from there; a reload keeps it, undo takes it back."""
    figure = opened(page, server, "matrix", **MATRIX)
    matrix(figure, "100.0.0.0_20.80.0.0_0.0.100.0_0.0.20.80")
    box, before = cell(figure, "1", "2").bounding_box(), page.url
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    with answering(page):
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x, y - 100, steps=5)
        matrix(figure, "100.0.0.0_10.40.50.0_0.0.100.0_0.0.20.80")
        expect(cell(figure, "1", "2")).to_have_attribute("aria-valuetext", "50\u00a0%")
        assert page.url == before
        page.mouse.up()
    in_address(page, "bias.matrix", "100.0.0.0_10.40.50.0_0.0.100.0_0.0.20.80")
    with answering(page):
        for key in ("ArrowUp", "ArrowUp", "Shift+ArrowDown", "ArrowDown"):
            page.keyboard.press(key)
    in_address(page, "bias.matrix", "100.0.0.0_12.47.41.0_0.0.100.0_0.0.20.80")
    page.keyboard.press("ArrowRight")
    expect(cell(figure, "1", "3")).to_be_focused()
    page.keyboard.press("Enter")
    expect(cell(figure, "2", "3")).to_be_focused()
    with answering(page):
        page.keyboard.press("End")
    after = "100.0.0.0_12.47.41.0_0.0.0.100_0.0.20.80"
    in_address(page, "bias.matrix", after)
    page.reload()
    figure = page.locator(".matrix.ready")
    matrix(figure, after)
    with answering(page):
        figure.get_by_role("button", name="Gather them on one").click()
    matrix(figure, "100.0.0.0_0.47.53.0_0.0.0.100_0.0.20.80")
    with answering(page):
        page.get_by_role("button", name="Undo").click()
    matrix(figure, after)


@pytest.mark.parametrize(("scheme", "language"), [("light", "en"), ("dark", "zh")])
@pytest.mark.parametrize("figure", ["draw", "matrix"])
def test_they_are_for_everybody(server: str, page: Page, figure: str, scheme: str, language: str) -> None:
    """Axe AA, a drawing as a table, nothing to scroll sideways on a phone; none where controls are hidden."""
    seen_as(page, 1366, 768, scheme)
    chosen = {"dataset": "drawn-points", "bias": "rival-matrix"}
    found = opened(page, server, figure, **chosen, lang=language)
    if figure == "draw":
        found.locator("summary").click()
        expect(found.get_by_role("row")).to_have_count(len(DrawnPoints().drawing()[0]) + 1)
    without_violation(page)
    page.set_viewport_size({"width": 390, "height": 844})
    drawn(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert found.evaluate("e => e.scrollWidth - e.clientWidth") <= 0
    page.goto(f"{server}/explore?dataset=drawn-points&bias=rival-matrix&controls=0")
    settled(page)
    expect(page.locator(".observatory.ready")).to_be_visible()
    expect(page.locator(".draw, .matrix")).to_have_count(0)
