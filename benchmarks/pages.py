"""How fast the pages answer one visitor of a warm server: `python benchmarks/pages.py [--rounds 30]`.

Scripts are asked for by websocket, for another experiment every time. Opening is measured in chromium from
the request, with an empty cache and once more with what that has left there, beside a Streamlit page with
one line of text; a key press until the number is another. Median, smallest and largest.
"""

import argparse
import asyncio
import time
from importlib.metadata import version

from browsing import browsing, stands
from live import empty
from load import PAGES, opened, rerun
from measure import machine, spread
from playwright.sync_api import Browser
from servers import processor, serving

KEYS = {"start": "How often", "explore": "Rank"}
"""Page -> the slider that is moved."""

TEXT = {"start": ".st-key-lead strong", "explore": ".observatory .hero .big"}
"""Page -> its first number."""

FIGURE = {"start": ".follow canvas", "explore": ".observatory.ready"}
"""Page -> its figure."""

MOVES = {"start": ".st-key-lead", "explore": ".observatory .hero .big"}
"""Page -> what is another once a key was answered: the sentence, the large number."""


async def scripts(port: int, process: int, rounds: int) -> dict[str, tuple[list[float], float]]:
    """Page -> milliseconds until its script has run, round by round; milliseconds of processor a round."""
    found: dict[str, tuple[list[float], float]] = {}
    for page, queries in PAGES.items():
        name, problems = "" if page == "start" else page, []
        async with opened(port) as socket:
            for query in queries:
                await rerun(socket, problems, name, query)
            used = processor(process)
            times = [1000 * await rerun(socket, problems, name, queries[i % 2]) for i in range(rounds)]
            found[page] = times, 1000 * (processor(process) - used) / rounds
        if problems:
            raise SystemExit(f"{page}: {problems[0]}")
    return found


def opening(browser: Browser, at: str, places: tuple[str, ...], rounds: int) -> list[list[float]]:
    """Seconds until each of the places stands, in a browser that never saw the page; then in one that did."""
    found: list[list[float]] = [[] for _ in range(2 * len(places))]
    for _ in range(rounds):
        window = browser.new_context(viewport={"width": 1280, "height": 900})
        for first in (0, len(places)):
            page, started = window.new_page(), time.perf_counter()
            page.goto(at, wait_until="commit")
            for number, place in enumerate(places, first):
                stands(page, place)
                found[number].append(time.perf_counter() - started)
            page.wait_for_load_state("networkidle")
            page.close()
        window.close()
    return found


def weight(browser: Browser, port: int, name: str) -> tuple[float, float]:
    """Megabytes that a page sends to a browser that never saw it, and how many of them are fonts."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    devtools = context.new_cdp_session(page)
    fonts: dict[str, bool] = {}
    sizes: dict[str, float] = {}
    devtools.on(
        "Network.responseReceived", lambda told: fonts.update({told["requestId"]: told["type"] == "Font"})
    )
    devtools.on(
        "Network.loadingFinished", lambda told: sizes.update({told["requestId"]: told["encodedDataLength"]})
    )
    devtools.send("Network.enable")
    page.goto(address(port, name))
    page.locator(FIGURE[name]).first.wait_for()
    page.wait_for_load_state("networkidle")
    context.close()
    return sum(sizes.values()) / 1e6, sum(size for one, size in sizes.items() if fonts.get(one)) / 1e6


def pressing(browser: Browser, port: int, name: str, rounds: int) -> list[float]:
    """Seconds from an arrow key on a slider until the page says another number."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(address(port, name))
    page.locator(FIGURE[name]).first.wait_for()
    page.get_by_role("slider", name=KEYS[name]).focus()
    said, found = page.locator(MOVES[name]), []
    for turn in range(rounds + 2):
        page.wait_for_timeout(900)  # all of the press before has come to rest
        before, started = said.inner_text(), time.perf_counter()
        page.keyboard.press("ArrowRight" if turn % 2 else "ArrowLeft")
        while said.inner_text() == before:
            page.wait_for_timeout(5)
        found.append(time.perf_counter() - started)
    page.close()
    return found[2:]


def address(port: int, name: str) -> str:
    """Where a page shows its second experiment."""
    return f"http://localhost:{port}/{'' if name == 'start' else name}?{PAGES[name][1]}"


def main(rounds: int, scripts_alone: bool) -> None:
    print(f"{machine()} Streamlit {version('streamlit')}, plotly {version('plotly')}.\n")
    openings = max(3, rounds // 6)
    with serving() as (port, process), empty() as blank:
        found = asyncio.run(scripts(port, process, rounds))
        print("| page | script (ms) | processor (ms) |\n|---|---|---|")
        for page, (times, used) in found.items():
            print(f"| {page} | {spread(times, 0)} | {used:.0f} |", flush=True)
        if scripts_alone:
            return
        print(
            "\n| page | first number (s) | figure (s) | number again (s) | figure again (s) |\n"
            + "|---" * 5
            + "|"
        )
        with browsing() as browser:
            first, again = map(spread, opening(browser, blank, ("[data-testid=stMarkdown]",), openings))
            print(f"| one line of text | {first} | | {again} | |", flush=True)
            for name in KEYS:
                times = opening(browser, address(port, name), (TEXT[name], FIGURE[name]), openings)
                print(f"| {name} | {' | '.join(map(spread, times))} |", flush=True)
            print("\n| page | key to number (s) | MB | of them fonts |\n|---|---|---|---|")
            for name in KEYS:
                keys = pressing(browser, port, name, rounds)
                sent = " | ".join(f"{one:.2f}" for one in weight(browser, port, name))
                print(f"| {name} | {spread(keys)} | {sent} |", flush=True)
    print(f"\nn = {rounds} scripts and keys, {openings} openings.")


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int, default=30)
    arguments.add_argument("--scripts", action="store_true", help="no browser: the first table alone")
    given = arguments.parse_args()
    main(given.rounds, given.scripts)
