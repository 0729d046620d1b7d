"""The main paths in Firefox, Debian's; skipped, with the reason, where it is missing."""

from collections.abc import Iterator
from typing import Any

import pytest

from softlabel_core.teaching.lessons import STEPS
from tests.browser.conftest import CLIPPED, OTHERS, PATIENCE, SETTLED, WITHIN
from tests.browser.firefox import BINARY, Firefox, firefox
from tests.browser.test_hall import voting
from ui.words.i18n import say

FOUND = f"function () {{ {WITHIN} }}"
"""The first element that matches a selector."""

RANGE = "input[type=range]"


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firefox]:
    if BINARY is None:
        pytest.skip("no Firefox on this machine (Debian: apt-get install firefox-esr)")
    with firefox(tmp_path_factory.mktemp("firefox"), PATIENCE / 1000) as browser:
        browser.size(1280, 900)
        yield browser


@pytest.fixture
def window(started: Firefox) -> Iterator[Firefox]:
    """The window; afterwards nothing went wrong on its page nor was told to the console."""
    started.errors.clear()
    yield started
    assert started.evaluate("() => document.querySelectorAll('[data-testid=stException]').length") == 0
    assert started.errors == []


def of(browser: Firefox, selector: str, what: str) -> Any:
    """`what` of the first element that matches, once that is there and true."""
    return browser.wait(f"selector => ({FOUND})(selector)?.{what}", selector)


def settled(browser: Firefox) -> None:
    browser.wait(SETTLED)


def pressed(browser: Firefox, selector: str) -> None:
    """A key on a slider."""
    of(browser, selector, "isConnected")
    browser.evaluate(f"selector => ({FOUND})(selector).focus()", selector)
    browser.press("ArrowRight")


def tells(browser: Firefox, told: str) -> None:
    """The address says so."""
    browser.wait("told => location.search.includes(told)", told)


def other(browser: Firefox, selector: str, before: str) -> None:
    """The text of an element is another by now."""
    browser.wait(f"(selector, text) => ({FOUND})(selector)?.textContent !== text", selector, before)


def test_explore_draws_its_figure_and_its_slider_moves_it(server: str, window: Firefox) -> None:
    """Checks 24 and 27, in Firefox: the figure, no word cut, a slider told once it is let go."""
    window.open(f"{server}/explore?bias=demotion&bias.rank=3&auto=0")
    assert of(window, ".observatory.ready", "dataset.rho")
    assert int(of(window, ".observatory", "dataset.count")) > 1000
    assert painted(window, ".observatory canvas") > 1000
    window.wait(f"() => (function () {{ {CLIPPED} }})(({FOUND})('.observatory')).length === 0")
    before = of(window, ".hero .big", "textContent")
    pressed(window, f"{RANGE}[data-path='bias.rank']")
    tells(window, "bias.rank=4")
    other(window, ".hero .big", before)
    settled(window)


def test_start_follows_one_label(server: str, window: Firefox) -> None:
    """Checks 17 and 27, in Firefox: the figure plays; its slider, by key and by hand, is in the link."""
    window.open(server)
    assert painted(window, ".follow canvas") > 1000
    of(window, ".follow[data-draws]", "querySelector('svg path.truth[d]')?.isConnected")
    before = of(window, ".follow h2", "textContent")
    pressed(window, f".follow {RANGE}")
    tells(window, "bias.rate=0.51")
    settled(window)
    left, right, y = place(window, f".follow {RANGE}")
    window.drag(((left + right) / 2, y), (right, y))
    tells(window, "bias.rate=1.0")
    other(window, ".follow h2", before)
    settled(window)


def test_a_lesson_asks_and_reveals(server: str, window: Firefox) -> None:
    """Check 27, in Firefox: a guess made with the slider, the answer, the figure."""
    name = "errors.bad-teacher"
    assert name in STEPS
    window.open(f"{server}/learn?step={name}")
    pressed(window, RANGE)
    window.wait(f"() => document.querySelector('{RANGE}').value === '51'")
    settled(window)
    button = "text => [...document.querySelectorAll('button')].find(one => one.textContent.includes(text))"
    window.wait(f"text => (({button})(text))?.disabled === false", say("en", "learn.reveal"))
    window.evaluate(f"text => (({button})(text)).click()", say("en", "learn.reveal"))
    of(window, ".js-plotly-plot .main-svg", "isConnected")
    of(window, ".st-key-reveal", "textContent.includes('51')")
    settled(window)


def place(browser: Firefox, selector: str) -> tuple[float, float, float]:
    """Left and right end of an element on the page, and its middle line; in pixels."""
    box = f"selector => ({FOUND})(selector).getBoundingClientRect()"
    found = browser.evaluate(box, selector)
    return found["left"], found["right"], (found["top"] + found["bottom"]) / 2


def painted(browser: Firefox, canvas: str) -> int:
    """Pixels of a canvas that are not clear, once there are some."""
    count = (
        "one => one?.width && one.getContext('2d').getImageData(0, 0, one.width, one.height)"
        ".data.filter((value, place) => place % 4 === 3 && value).length"
    )
    return int(browser.wait(f"selector => ({count})(({FOUND})(selector))", canvas))


@pytest.mark.parametrize(("path", "sign"), OTHERS.items())
def test_the_other_pages_open(server: str, window: Firefox, path: str, sign: str) -> None:
    """Check 0, in Firefox."""
    window.open(f"{server}/{path}")
    of(window, sign, "isConnected")
    settled(window)


def test_a_phone_guesses(server: str, window: Firefox) -> None:
    """Hall mode, in Firefox: no guess until the slider is touched, and it arrives."""
    window.open(f"{server}/hall/{voting()}")
    assert of(window, ".big", "textContent") == "?"
    pressed(window, RANGE)
    assert of(window, ".big", "textContent") == "51\u00a0%"
    of(window, "#dock .go", "isConnected")
    window.evaluate("() => document.querySelector('#dock .go').click()")
    window.wait("() => document.querySelector('.status').textContent.includes('51')")
    window.open(window.evaluate("() => location.href"))
    window.wait("() => document.querySelector('.big')?.textContent === '51\u00a0%'")
