"""The main paths in WebKit, the engine of Safari and of every browser on an iPhone.

Debian's MiniBrowser, driven by Selenium on a screen of its own (Xvfb); skipped, with the reason, where they
are missing.
"""

import os
import shutil
import subprocess
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver import Keys
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait
from selenium.webdriver.webkitgtk.options import Options
from selenium.webdriver.webkitgtk.service import Service

from tests.browser.conftest import CLIPPED, OTHERS, PATIENCE, WITHIN
from tests.browser.test_hall import voting

DRIVER, SCREEN = shutil.which("WebKitWebDriver"), shutil.which("Xvfb")
BROWSERS = sorted(Path("/usr/lib").glob("*/webkit2gtk-4*/MiniBrowser"))


@pytest.fixture(scope="module")
def webkit() -> Iterator[webdriver.WebKitGTK]:
    if not (DRIVER and SCREEN and BROWSERS):
        pytest.skip("no WebKit on this machine (Debian: apt-get install webkit2gtk-driver xvfb)")
    with screen() as display, warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of Selenium, about itself
        options = Options()
        options.binary_location = str(BROWSERS[-1])
        options.add_argument("--automation")
        service = Service(DRIVER, env={**os.environ, "DISPLAY": display})
        browser = webdriver.WebKitGTK(options=options, service=service)
        try:
            yield browser
        finally:
            browser.quit()


@contextmanager
def screen() -> Iterator[str]:
    """The name of a screen that nobody sees."""
    told, tell = os.pipe()
    command = [SCREEN, "-displayfd", str(tell), "-screen", "0", "1280x900x24"]
    with subprocess.Popen(command, pass_fds=[tell], stderr=subprocess.DEVNULL) as server:
        os.close(tell)
        try:
            with os.fdopen(told) as lines:
                yield f":{lines.readline().strip()}"
        finally:
            server.terminate()


def waited(browser: webdriver.WebKitGTK, ask: Callable[[webdriver.WebKitGTK], Any]) -> Any:
    drawn_anew = [StaleElementReferenceException]  # between being found and being asked
    return WebDriverWait(browser, PATIENCE / 1000, ignored_exceptions=drawn_anew).until(ask)


def found(browser: webdriver.WebKitGTK, selector: str) -> WebElement:
    return waited(browser, lambda asked: asked.execute_script(WITHIN, selector))


def text(browser: webdriver.WebKitGTK, selector: str) -> str:
    return str(browser.execute_script("return arguments[0].textContent", found(browser, selector)))


def no_exception(browser: webdriver.WebKitGTK) -> None:
    assert browser.find_elements(By.CSS_SELECTOR, "[data-testid=stException]") == []


def test_explore_draws_its_figure_and_its_slider_moves_it(server: str, webkit: webdriver.WebKitGTK) -> None:
    """Check 24, in WebKit: the figure, no word cut, a slider told once it is let go."""
    webkit.get(f"{server}/explore?bias=demotion&bias.rank=3&auto=0")
    figure = found(webkit, ".observatory.ready")
    waited(webkit, lambda _: figure.get_attribute("data-rho"))
    assert int(figure.get_attribute("data-count")) > 1000
    assert waited(webkit, lambda asked: asked.execute_script(CLIPPED, figure) == [])
    before = text(webkit, ".hero .big")
    found(webkit, "input[type=range][data-path='bias.rank']").send_keys(Keys.ARROW_RIGHT)
    waited(webkit, lambda asked: "bias.rank=4" in asked.current_url)
    waited(webkit, lambda asked: text(asked, ".hero .big") != before)
    no_exception(webkit)


def test_start_follows_one_label(server: str, webkit: webdriver.WebKitGTK) -> None:
    """Check 17, in WebKit: the figure stands, plays, and its slider is in the link."""
    webkit.get(server)
    found(webkit, ".follow")
    slider = found(webkit, ".follow input[type=range]")
    slider.send_keys(Keys.ARROW_RIGHT)
    waited(webkit, lambda asked: "bias.rate=" in asked.current_url)
    no_exception(webkit)


@pytest.mark.parametrize(("path", "sign"), OTHERS.items())
def test_the_other_pages_open(server: str, webkit: webdriver.WebKitGTK, path: str, sign: str) -> None:
    """Check 0, in WebKit."""
    webkit.get(f"{server}/{path}")
    found(webkit, sign)
    no_exception(webkit)


def test_a_phone_guesses(server: str, webkit: webdriver.WebKitGTK) -> None:
    """Hall mode, in WebKit: no guess until the slider is touched, and it arrives."""
    webkit.get(f"{server}/hall/{voting()}")
    assert text(webkit, ".big") == "?"
    found(webkit, "input[type=range]").send_keys(Keys.ARROW_RIGHT)
    assert text(webkit, ".big") == "51\u00a0%"
    found(webkit, "#dock .go").click()
    waited(webkit, lambda asked: "51" in text(asked, ".status"))
    webkit.refresh()
    waited(webkit, lambda asked: text(asked, ".big") == "51\u00a0%")
