"""A network that fails, a server that starts anew, a crowd."""

import asyncio
import re
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from softlabel_core import Experiment
from softlabel_core.atlas import lookup
from softlabel_core.teaching import presets
from tests.browser.conftest import serving, settled, visiting
from ui.words import sentences

VISITORS = 20
CONNECTED = "document.querySelector('[data-testid=stApp]').dataset.testConnectionState === 'CONNECTED'"


class Cable:
    """Between a browser and a server: passes on what comes until it is cut."""

    def __init__(self, target: str) -> None:
        self.target, self.address = urlsplit(target), ""
        self.whole, self.ends = True, set()
        self.ready, self.thread = (
            threading.Event(),
            threading.Thread(target=lambda: asyncio.run(self.serve())),
        )
        self.thread.start()
        self.ready.wait()

    async def serve(self) -> None:
        self.loop, self.over = asyncio.get_running_loop(), asyncio.Event()
        server = await asyncio.start_server(self.connect, "localhost", 0)
        self.address = f"http://localhost:{server.sockets[0].getsockname()[1]}"
        self.ready.set()
        await self.over.wait()
        server.close()

    async def connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self.whole:
            writer.transport.abort()
            return
        there, back = await asyncio.open_connection(self.target.hostname, self.target.port)
        self.ends |= {writer, back}
        await asyncio.gather(self.pass_on(reader, back), self.pass_on(there, writer))

    async def pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        writer.close()

    def cut(self) -> None:
        self.whole = False
        self.loop.call_soon_threadsafe(lambda: [end.transport.abort() for end in self.ends])

    def mend(self) -> None:
        self.whole = True

    def close(self) -> None:
        self.cut()
        self.loop.call_soon_threadsafe(self.over.set)
        self.thread.join()


@pytest.fixture
def cable(server: str) -> Iterator[Cable]:
    cable = Cable(server)
    yield cable
    cable.close()


def lead(page: Page) -> str:
    return page.locator(".st-key-lead").inner_text()


def test_ten_seconds_without_a_network_keep_the_state(cable: Cable, page: Page) -> None:
    """Check 15, the cut: choices, predictions and what can be undone are there afterwards."""
    page.goto(f"{cable.address}/learn?step=rule.line")
    settled(page)
    page.get_by_role("slider").press("ArrowRight")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("You said 51 %.")).to_be_visible()
    page.get_by_role("link", name="Move it with one slider").click()
    start = page.get_by_role("link", name="Start", exact=True).first
    expect(start).to_have_attribute("aria-current", "page")  # Learn, which has a slider too, has gone
    expect(page.get_by_role("link", name="Try it yourself")).to_be_visible()
    settled(page)
    page.get_by_test_id("stSlider").get_by_role("slider").press("ArrowRight")
    expect(page).to_have_url(re.compile(r"bias\.unreliability=0\.6"))
    settled(page)
    before = lead(page)
    cable.cut()
    page.wait_for_function(f"!({CONNECTED})")
    time.sleep(10)  # the ten seconds of the check
    cable.mend()
    page.wait_for_function(CONNECTED)
    settled(page)
    assert lead(page) == before
    expect(page).to_have_url(re.compile(r"bias\.unreliability=0\.6"))
    page.get_by_role("button", name="Undo").click()
    expect(page).to_have_url(re.compile(r"bias\.unreliability=0\.5"))
    page.get_by_role("link", name="Learn", exact=True).click()
    expect(page.get_by_text("You said 51 %.")).to_be_visible()


def test_a_link_outlives_the_server(page: Page) -> None:
    """Checks 0 and 15, Explore: a deep link first; after the restart the link opens as it was."""
    with serving() as address:
        page.goto(f"{address}/explore?bias=demotion&bias.rank=3&seed=4&a.bias=one-hot")
        settled(page)
        expect(page.get_by_role("heading", level=1, name="Explore")).to_be_visible()
        expect(page.get_by_text("Page not found")).to_have_count(0)
        assert urlsplit(page.url).path == "/explore"
        page.get_by_role("slider", name="Rank").press("ArrowRight")
        expect(page).to_have_url(re.compile(r"bias\.rank=4"))
        settled(page)
        link, shown = page.url, page.get_by_test_id("stMetricValue").all_inner_texts()
    page.wait_for_function(f"!({CONNECTED})")
    with serving(urlsplit(address).port):
        page.goto(link)
        settled(page)
        assert page.get_by_test_id("stMetricValue").all_inner_texts() == shown
        assert page.url == link
        expect(page.get_by_role("button", name=re.compile("^Train"))).to_be_enabled()


def test_twenty_visitors_at_once_are_all_answered(server: str, browser: Browser) -> None:
    """Check 16: each with a place of its own on the slider, all move, all get their own sentence."""
    rates = [number % 10 / 10 for number in range(VISITORS)]

    def said(rate: float) -> str:
        chosen = Experiment.parse(presets.FIRST | {"bias": presets.FIRST["bias"] | {"rate": rate}})
        return sentences.claim("en", lookup.find(chosen).result).replace("**", "")

    small, still = {"width": 640, "height": 480}, "reduce"  # twenty films, for no answer
    with visiting(browser, viewport=small, reduced_motion=still) as context:
        pages = [context.new_page() for _ in range(VISITORS)]
        for page, rate in zip(pages, rates, strict=True):
            page.goto(f"{server}/?bias=fixed-rival&framework.k=2&bias.rate={rate}", wait_until="commit")
        for page, rate in zip(pages, rates, strict=True):
            expect(page.locator(".st-key-lead")).to_have_text(said(rate))
        for page in pages:
            page.get_by_test_id("stSlider").get_by_role("slider").press("ArrowRight")
        for page, rate in zip(pages, rates, strict=True):
            expect(page.locator(".st-key-lead")).to_have_text(said(round(rate + 0.1, 1)))
