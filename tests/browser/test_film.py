"""Training films in a real browser: they play, step and rewind, and what stands there is what was filmed."""

import re

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from softlabel_core import Experiment, Training
from softlabel_core.atlas import films
from softlabel_core.experiment import link
from softlabel_core.experiment.footage import Footage
from softlabel_core.teaching.films import WATCHED
from softlabel_core.teaching.presets import PRESETS
from tests.browser.conftest import FRAMES, seen_as, settled, visiting, without_violation
from ui.address import write

PAIR = WATCHED.experiments
DIGITS = PRESETS["bad-teacher-good-student"].experiments
PICTURES = "all => all.map(canvas => canvas.toDataURL())"


def compare(pair: list[Experiment], **beside: str) -> str:
    parameters = write("compare", None, dict(zip("ab", pair, strict=True)), beside, [])
    return "/compare?" + "&".join(f"{name}={value}" for name, value in parameters.items())


def opened(page: Page, address: str) -> Locator:
    page.goto(address)
    settled(page)
    figure = page.locator(".film.ready")
    expect(figure.locator("h2")).not_to_be_empty()
    figure.locator(".transport").scroll_into_view_if_needed()
    expect(figure).to_have_attribute("data-t", re.compile(r"."))
    return figure


def paused(figure: Locator) -> None:
    if figure.get_attribute("data-playing") == "true":
        figure.get_by_role("button", name="Pause").click()
    expect(figure).to_have_attribute("data-playing", "false")


def moment(figure: Locator) -> float:
    return float(figure.get_attribute("data-t"))


def filmed(pair: list[Experiment]) -> list[Footage]:
    return [Footage.model_validate_json(films.find(one)) for one in pair]


def shares(figure: Locator) -> list[str]:
    return [text.replace("\u00a0", " ") for text in figure.locator(".share").all_inner_texts()]


def right(found: list[Footage], frame: int) -> list[str]:
    return [f"{100 * one.accuracy[frame]:.1f} %" for one in found]


def test_a_film_plays_steps_and_rewinds_to_the_same_initialisation(server: str, page: Page) -> None:
    """Check 25: A and B in step, from the same picture to their ends, and the server hears nothing of it."""
    sent: list[object] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))
    figure, found = opened(page, server + compare(PAIR)), filmed(PAIR)
    expect(figure.locator("h2")).to_have_text(
        "Same wrong teacher, same start: seeing sets {}, copying {} in the end".format(
            *(text.replace(" ", "\u00a0") for text in right(found, -1))
        )
    )
    sent.clear()
    expect(figure).to_have_attribute("data-t", re.compile(r"^(?!0\.000)"))  # it plays by itself
    paused(figure)
    figure.get_by_role("button", name="Rewind to the same initialisation").click()
    expect(figure).to_have_attribute("data-t", "0.000")
    pictures = figure.locator(".stage canvas:first-child")
    first = pictures.evaluate_all(PICTURES)
    assert first[0] == first[1]
    assert shares(figure) == right(found, 0)
    for frame in (1, 2):
        figure.get_by_role("button", name="One frame on").click()
        expect(figure).to_have_attribute("data-t", f"{frame}.000")
        assert shares(figure) == right(found, frame)
    later = pictures.evaluate_all(PICTURES)
    assert later[0] != later[1]
    slider = figure.get_by_role("slider", name="Epoch")
    slider.fill("30")
    expect(figure).to_have_attribute("data-t", "30.000")
    assert shares(figure) == right(found, 30)
    assert right(found, 30)[0] in slider.get_attribute("aria-valuetext").replace("\u00a0", " ")
    figure.get_by_role("button", name="One frame back").click()
    expect(figure).to_have_attribute("data-t", "29.000")
    assert shares(figure) == right(found, 29)
    slider.fill("40")
    figure.get_by_role("button", name="Again").click()
    expect(figure.get_by_role("button", name="Pause")).to_be_visible()
    figure.get_by_role("button", name="Rewind to the same initialisation").click()
    expect(figure).to_have_attribute("data-t", "0.000")
    assert pictures.evaluate_all(PICTURES) == first
    assert sent == []


def test_keys_play_step_and_rewind(server: str, page: Page) -> None:
    """Also after a button was pressed, and on the slider; none of them is Streamlit's."""
    figure = opened(page, server + compare(PAIR))
    paused(figure)
    figure.get_by_role("button", name="Rewind to the same initialisation").click()
    for key, t in (("ArrowRight", 1), ("ArrowRight", 2), ("ArrowLeft", 1), ("r", 0)):
        page.keyboard.press(key)
        expect(figure).to_have_attribute("data-t", f"{t}.000")
    page.keyboard.press("Space")
    expect(figure).to_have_attribute("data-playing", "true")
    page.keyboard.press("Space")
    expect(figure).to_have_attribute("data-playing", "false")
    figure.get_by_role("slider", name="Epoch").focus()
    for key, t in (("End", 40), ("ArrowDown", 39), ("Home", 0), ("ArrowUp", 1)):
        page.keyboard.press(key)
        expect(figure).to_have_attribute("data-t", f"{t}.000")
    assert page.evaluate("scrollY") == 0


def test_images_show_whom_they_are_taken_for(server: str, page: Page) -> None:
    """The confusion matrix epoch by epoch, and the same test images with what each student says."""
    figure, found = opened(page, server + compare(DIGITS)), filmed(DIGITS)
    paused(figure)
    figure.get_by_role("slider", name="Epoch").fill("20")
    expect(figure).to_have_attribute("data-t", "20.000")
    assert shares(figure) == right(found, 20)
    said = figure.locator(".tiles").nth(0).locator("span").all_inner_texts()
    assert len(said) == 20
    assert sum("✗" in one for one in said) <= 3
    assert "✗" in "".join(figure.locator(".tiles").nth(1).locator("span").all_inner_texts())
    first = figure.locator(".stage canvas").evaluate_all(PICTURES)
    assert first[0] != first[1]
    figure.get_by_role("button", name="Rewind to the same initialisation").click()
    expect(figure).to_have_attribute("data-t", "0.000")
    first = figure.locator(".stage canvas").evaluate_all(PICTURES)
    assert first[0] == first[1]
    expect(figure.locator(".below").first).to_contain_text("0 of 599 answers turned since the frame before")
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(
        "light => [...document.querySelectorAll('*')].map(e => e.shadowRoot?.querySelector('.stage canvas'))"
        ".find(Boolean).toDataURL() !== light",
        arg=first[0],
    )
    dark = figure.locator(".stage canvas").evaluate_all(PICTURES)
    assert dark[0] == dark[1]
    corner = "canvas => canvas.getContext('2d').getImageData(2, 2, 1, 1).data[0]"
    assert figure.locator(".stage canvas").first.evaluate(corner) < 60  # painted, on the dark ground
    page.emulate_media(color_scheme="light")


def test_who_wants_no_motion_gets_steps(server: str, browser: Browser) -> None:
    with visiting(browser, reduced_motion="reduce") as context:
        page = context.new_page()
        figure = opened(page, server + compare(PAIR))
        assert moment(figure) == 40
        expect(figure.get_by_role("button", name="Play")).to_have_count(0)
        figure.get_by_role("button", name="One frame back").click()
        expect(figure).to_have_attribute("data-t", "39.000")
        page.keyboard.press("Space")
        page.evaluate(FRAMES)
        assert moment(figure) == 39


@pytest.mark.parametrize(("scheme", "language"), [("light", "en"), ("dark", "zh")])
@pytest.mark.parametrize("pair", [PAIR, DIGITS], ids=["plane", "images"])
def test_it_is_for_everybody(
    server: str, page: Page, pair: list[Experiment], scheme: str, language: str
) -> None:
    """Axe AA, a text of every picture, all numbers as a table, nothing to scroll sideways on a phone."""
    seen_as(page, 1366, 768, scheme)
    figure, found = opened(page, server + compare(pair, lang=language)), filmed(pair)
    figure.locator(".first").click()
    expect(figure).to_have_attribute("data-playing", "false")
    figure.locator("summary").click()
    expect(figure.get_by_role("row")).to_have_count(len(found[0].times) + 1)
    assert all(len(one.get_attribute("aria-label")) > 6 for one in figure.locator("[role=img]").all())
    without_violation(page)
    page.set_viewport_size({"width": 390, "height": 844})
    page.evaluate(FRAMES)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert figure.evaluate("e => e.scrollWidth - e.clientWidth") <= 0


def test_a_film_that_is_not_there_is_made_and_stays(server: str, page: Page) -> None:
    """One press; what one visitor had made is there at once for the next."""
    chosen = Experiment.parse({"dataset": "moons", "bias": "one-hot"})
    address = f"{server}/explore?" + "&".join(f"{k}={v}" for k, v in link.short(chosen).items())
    page.goto(address)
    settled(page)
    page.get_by_role("tab", name="Film").click()
    button = page.locator(".film.ready").get_by_role("button", name="Film it")
    button.click()
    figure = page.locator(".film.ready")
    expect(figure.locator("h2")).to_contain_text("of new examples are right")
    expect(figure.locator(".side")).to_have_count(1)
    page.goto(address)
    settled(page)
    page.get_by_role("tab", name="Film").click()
    expect(figure.locator("h2")).to_contain_text("of new examples are right")


def test_a_film_is_seen_while_it_is_made(server: str, page: Page, browser: Browser) -> None:
    """Frames as they come, for whoever comes later too; in the end it is the whole film, played on."""
    long = PAIR[0].replace(training=Training(epochs=200, batch_size=8))
    address = server + compare([long, PAIR[1]])
    page.goto(address)
    settled(page)
    page.locator(".film.ready").get_by_role("button", name="Film both").click()
    figure = page.locator(".film.ready")
    expect(figure).to_have_attribute("data-filming", "true")
    figure.locator(".transport").scroll_into_view_if_needed()
    expect(figure.locator("h2")).to_contain_text("Filming: ")
    expect(figure).to_have_attribute("data-t", re.compile(r"^[2-9]"))  # more than one frame is seen
    assert figure.get_attribute("data-filming") == "true"
    with visiting(browser) as context:
        other = context.new_page()
        other.goto(address)
        settled(other)
        late = other.locator(".film.ready")
        expect(late).to_have_attribute("data-known", re.compile(r"^[2-9]|^\d\d"))
        assert late.get_attribute("data-filming") == "true"
    expect(figure.get_by_role("button", name="Stop")).to_be_visible()
    expect(figure).to_have_attribute("data-filming", "false")
    expect(figure.locator("h2")).to_contain_text("in the end")
    expect(figure.get_by_role("button", name="Stop")).to_have_count(0)
    expect(figure).to_have_attribute("data-t", "40.000")
    expect(figure.get_by_role("button", name="Again")).to_be_visible()
    figure.locator("summary").click()
    expect(figure.get_by_role("row")).to_have_count(42)
