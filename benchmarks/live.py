"""How long visitors wait for an answer: `python benchmarks/live.py [--rounds 15]`.

Everybody has a browser window of their own. In every round each wait is measured once, one after the
other; its ratio is to the empty page of the same round: a slider and its value, on a server of its own with
the same settings. Timed in the browser, from the key, the click or the file to the frame that shows all that
is waited for.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

import numpy as np
from browsing import CHROMIUM, browsing
from measure import machine, spread
from playwright.sync_api import Browser, Page
from servers import serving

from softlabel_core.reading.labels import LabelFile, write

EMPTY = "import streamlit as st\nst.markdown(f\"value {st.slider('x', 0, 100, 50)}\")\n"
"""The page that every other is measured by."""

ROWS = 50_000
RUN = "explore?training.epochs=100&replicates=64&student.width=160&seed=7"
"""A run of about a minute, cancelled as soon as it has been seen to train."""

START = "?bias=fixed-rival&framework.k=2&bias.rate=0.5"
DOT = "document.querySelector('.chart .diamond')?.getAttribute('style')"
LEAD = "document.querySelector('.st-key-lead')?.innerText"
MOVED = (DOT, LEAD, "location.href")
ALERTS = "[...document.querySelectorAll('[data-testid=stAlert]')]"
FIGURE = (
    "document.querySelector('.st-key-observatory [data-testid=stBidiComponentIsolated]')"
    "?.shadowRoot?.querySelector('.observatory{}')"
)
SHOWN = FIGURE.format(" .state") + "?.innerText.startsWith('Stopped')"
NUMBER = "document.querySelector('[data-testid=stMetricValue]')?.innerText"
TRAIN = FIGURE.format(" .go:not(.quiet)")
TRAINING = FIGURE.format("[data-epoch]")

WATCH = """() => {{
    window.waited = new Promise(done => document.addEventListener('{event}', asked => {{
        const passed = () => (performance.now() - asked.timeStamp) / 1000;
        const look = () => {shown} ? done(passed()) : requestAnimationFrame(look);
        look();
    }}, {{capture: true, once: true}}));
}}"""


def waited(page: Page, event: str, shown: str, act: Callable[[], object]) -> float:
    """Seconds from the event that `act` makes to the frame where `shown` (JavaScript) holds."""
    page.evaluate(WATCH.format(event=event, shown=f"({shown})"))
    act()
    return float(page.evaluate("() => window.waited"))


def pressed(page: Page, parts: tuple[str, ...], turn: int) -> float:
    """The wait from an arrow key on the page's slider until all parts of the page are others."""
    page.evaluate(f"window.before = [{', '.join(parts)}]")
    page.get_by_test_id("stSlider").get_by_role("slider").focus()
    page.wait_for_timeout(300)  # what focus shows has come to rest
    other = " && ".join(f"{part} !== window.before[{i}]" for i, part in enumerate(parts))
    return waited(
        page, "keydown", other, lambda: page.keyboard.press("ArrowLeft" if turn % 2 else "ArrowRight")
    )


def training(page: Page) -> None:
    """Start the run or join it, until its student is seen to climb."""
    page.evaluate(f"delete {FIGURE.format('')}.dataset.epoch")
    page.get_by_role("button", name="Train", exact=False).first.click()
    page.wait_for_function(TRAINING)


def cancelled(page: Page) -> float:
    """The wait from Stop to what the page says of it."""
    return waited(page, "click", SHOWN, page.get_by_role("button", name="Stop training").click)


def sent(browser: Browser, address: str, file: dict[str, object]) -> float:
    """The wait from a file to its first number, by somebody who has brought no file before."""
    with browser.new_context(viewport={"width": 1280, "height": 900}) as window:
        page = window.new_page()
        page.goto(f"{address}/labels")
        field = page.locator("input[type=file]")
        field.wait_for(state="attached")
        return waited(page, "change", NUMBER, lambda: field.set_input_files(file))


def voted() -> LabelFile:
    """Labels as large as the human ones of CIFAR-10: three votes an example, right nine times of ten."""
    generator, truth = np.random.default_rng(0), np.arange(ROWS) % 10
    votes = np.where(generator.random((3, ROWS)) < 0.9, truth, generator.integers(10, size=(3, ROWS)))
    return LabelFile(np.eye(10)[votes].mean(0), truth, tuple(f"class {i}" for i in range(10)))


def measured(browser: Browser, address: str, empty: str, rounds: int) -> dict[str, list[float]]:
    """Title of a wait -> seconds, round by round; the empty page first."""

    def visitor(place: str, shown: str) -> Page:
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.set_default_timeout(300_000)
        page.goto(place)
        page.wait_for_function(shown)
        return page

    blank = visitor(empty, "document.querySelector('[data-testid=stMarkdown]')")
    start = visitor(f"{address}/{START}", DOT)
    one, two = (visitor(f"{address}/{RUN}", TRAIN) for _ in range(2))
    content = write(voted(), ".csv")
    file = {"name": "votes.csv", "mimeType": "text/csv", "buffer": content}
    said = f"Your labels: a CSV file of {ROWS:,} rows, {len(content) / 2**20:.1f} MiB, to its numbers"
    found: dict[str, list[float]] = {}
    for turn in range(rounds + 1):
        text = "document.querySelector('[data-testid=stMarkdown]').innerText"
        times = {"an empty page: key to text": pressed(blank, (text,), turn)}
        times["Start: key to sentence, dot and address"] = pressed(start, MOVED, turn)
        training(one)
        times["the same while a run of another visitor trains"] = pressed(start, MOVED, turn + 1)
        times['Explore: Stop to "Stopped", one visitor'] = cancelled(one)
        training(one)
        training(two)
        times["the same, the first of two visitors of a run"] = cancelled(one)
        times["the same, the other of them"] = cancelled(two)
        times[said] = sent(browser, address, file)
        for name, seconds in times.items():
            if turn:  # the first round warms up
                found.setdefault(name, []).append(seconds)
        print(f"round {turn} of {rounds}", file=sys.stderr, flush=True)
    return found


@contextmanager
def empty() -> Iterator[str]:
    """Address of the empty page."""
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder, "empty.py")
        script.write_text(EMPTY)
        with serving(str(script)) as (port, _):
            yield f"http://localhost:{port}"


def main(rounds: int) -> None:
    if CHROMIUM is None:
        print("not measured: no chromium")
        return
    print(f"{machine()} Streamlit {version('streamlit')}, plotly {version('plotly')}; ", end="")
    with serving() as (port, _), empty() as blank, browsing() as browser:
        print(f"chromium {browser.version}; {rounds} rounds.\n", flush=True)
        found = measured(browser, f"http://localhost:{port}", blank, rounds)
    least = next(iter(found.values()))
    print("| from to | seconds | times the empty page |\n|---|---|---|")
    for name, seconds in found.items():
        ratios = [one / other for one, other in zip(seconds, least, strict=True)]
        print(f"| {name} | {spread(seconds)} | {spread(ratios, 1)} |")


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int, default=15)
    main(arguments.parse_args().rounds)
