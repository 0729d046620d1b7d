"""What a hand on Explore's figure waits for: `python benchmarks/explore.py [--rounds 5]`.

One visitor of a warm server, each round in a window that has seen nothing. Printed as median, smallest and
largest: bytes and requests of a first and of a second opening, frames and messages of a drag, from letting go
to the indicators of a choice that was never computed and to its students, and the first and last point of a
live sweep.
"""

import argparse
import time
from importlib.metadata import version

from browsing import browsing, stands
from live import FIGURE
from measure import machine, spread
from playwright.sync_api import Browser, BrowserContext, Page
from servers import serving

WATCH = f"""() => {{
    const passed = window.passed = {{}}, figure = {FIGURE.format("")};
    document.addEventListener("pointerup", (let_go) => {{
        let busy = false;
        const look = () => {{
            const now = (performance.now() - let_go.timeStamp) / 1000, is = figure.classList.contains("busy");
            busy ||= is;
            if (figure.dataset.measured || (busy && !is)) passed.measured ??= now;
            if (busy && !is && figure.querySelector(".hero:not(.hollow)")) passed.trained ??= now;
            if (!passed.trained) requestAnimationFrame(look);
        }};
        look();
    }}, {{ capture: true, once: true }});
}}"""
"""From letting go: `passed.measured` and `passed.trained`, in seconds, as soon as they are seen."""

NEW = "explore?bias=pair-flip&bias.rate=0.45&training.epochs={epochs}&replicates=8"
"""Labels whose indicators are the atlas's at no rate: another number of epochs."""

FRAMES = """() => { window.frames = []; let last = performance.now(); const tick = now => {
    window.frames.push(now - last); last = now; requestAnimationFrame(tick); }; requestAnimationFrame(tick);
    const send = WebSocket.prototype.send; window.sent = 0;
    WebSocket.prototype.send = function (data) { window.sent += 1; send.call(this, data); }; }"""


def opened(window: BrowserContext, port: int, query: str) -> tuple[Page, float, int, int]:
    """The page, seconds until its figure stands, bytes that came, requests."""
    page, sizes = window.new_page(), []
    page.set_default_timeout(300_000)  # a sweep takes its time
    page.on("requestfinished", lambda request: sizes.append(max(0, request.sizes()["responseBodySize"])))
    started = time.perf_counter()
    page.goto(f"http://localhost:{port}/{query}", wait_until="commit")
    stands(page, ".observatory.ready .hero .big")
    seconds = time.perf_counter() - started
    page.wait_for_timeout(1500)
    return page, seconds, sum(sizes), len(sizes)


def dragged(page: Page) -> tuple[list[float], int]:
    """Milliseconds of every frame of a drag over the slider, messages sent meanwhile; it is still held."""
    box = page.get_by_role("slider", name="Rate").bounding_box()
    assert box is not None  # noqa: S101
    y, left, width = box["y"] + box["height"] / 2, box["x"] + 8, box["width"] - 16
    page.mouse.move(left + 0.45 * width, y)
    page.mouse.down()
    page.evaluate(FRAMES)
    for step in range(60):
        page.mouse.move(left + width * (0.45 + 0.4 * ((step % 30) - 15) / 30), y)
        page.wait_for_timeout(16)
    return page.evaluate("[window.frames.slice(2), window.sent]")


def released(page: Page) -> tuple[float, float]:
    """Seconds from letting go to the core's indicators of the new choice, and to its students."""
    page.evaluate(WATCH)
    page.mouse.up()
    page.wait_for_function("window.passed.trained", timeout=30_000)
    return page.evaluate("[window.passed.measured, window.passed.trained]")


def swept(page: Page) -> tuple[float, float, int]:
    """Seconds to the first and to the last point of a sweep over the rate, and how many there are."""
    figure, started = page.locator(".observatory"), time.perf_counter()
    page.get_by_role("button", name="Vary the rate").click()
    while not int(figure.get_attribute("data-swept") or 0):
        page.wait_for_timeout(5)
    first = time.perf_counter() - started
    page.get_by_role("button", name="Stop the sweep").wait_for(state="detached")
    return first, time.perf_counter() - started, int(figure.get_attribute("data-swept") or 0)


def rounds_of(browser: Browser, port: int, number: int) -> dict[str, list[float]]:
    """Name of a figure -> its values."""
    found: dict[str, list[float]] = {}

    def note(**values: float) -> None:
        for name, value in values.items():
            found.setdefault(name.replace("_", " "), []).append(value)

    for turn in range(number):
        window = browser.new_context(viewport={"width": 1280, "height": 800})
        query = NEW.format(epochs=21 + turn)
        page, seconds, size, requests = opened(window, port, query)
        note(figure_stands_s=seconds, first_kB=size / 1000, first_requests=requests)
        page.close()
        page, seconds, size, requests = opened(window, port, query)
        note(again_s=seconds, again_kB=size / 1000)
        frames, sent = dragged(page)
        frames.sort()
        note(drag_frame_p50_ms=frames[len(frames) // 2], drag_frame_p95_ms=frames[int(0.95 * len(frames))])
        note(drag_messages=sent)
        indicators, students = released(page)
        note(release_to_indicators_s=indicators, release_to_students_s=students)
        first, last, points = swept(page)
        note(sweep_first_point_s=first, sweep_last_point_s=last, sweep_points=points)
        window.close()
    return found


def main(rounds: int) -> None:
    print(f"{machine()} Streamlit {version('streamlit')}.\n")
    with serving() as (port, _), browsing() as browser:
        opened(browser.new_context(), port, NEW.format(epochs=20))  # everything is imported
        found = rounds_of(browser, port, rounds)
    print("| | median [smallest, largest] |\n|---|---|")
    for name, values in found.items():
        print(f"| {name} | {spread(values)} |")
    print(f"\nn = {rounds}.")


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int, default=5)
    main(arguments.parse_args().rounds)
