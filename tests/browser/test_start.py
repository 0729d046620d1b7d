"""The newcomer's ten seconds and the instructor's sixty, in a real browser."""

import re
from urllib.parse import parse_qsl, urlsplit

from playwright.sync_api import Browser, Locator, Page, expect

from softlabel_core import Experiment
from softlabel_core.atlas import lookup
from softlabel_core.experiment import link
from softlabel_core.teaching import presets
from tests.browser.conftest import seen_as, settled, visiting
from ui import answers
from ui.words import sentences

DOT = "document.querySelector('.chart .diamond')?.getAttribute('style')"
CHART = ".chart, .js-plotly-plot .main-svg"
"""Plain, and in the present mode plotly's."""

MOST = 1_000_000
FIRST = Experiment.parse(presets.FIRST)


def lead(page: Page) -> str:
    return page.locator(".st-key-lead").inner_text()


def slider(page: Page) -> Locator:
    """The slider over the atlas; the figure above it has its own."""
    return page.get_by_test_id("stSlider").get_by_role("slider")


def opened(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.locator(".st-key-lead strong").first).to_be_visible()
    expect(page.locator(CHART).first).to_be_visible()
    settled(page)


def claim(rate: float) -> str:
    """What the core says of the first slider at that value, as plain text."""
    return said(Experiment.parse({**presets.FIRST, "bias": {**presets.FIRST["bias"], "rate": rate}}))


def said(chosen: Experiment) -> str:
    """What the core says of an experiment of the atlas, as plain text."""
    entry = lookup.find(chosen)
    assert entry is not None
    return sentences.claim("en", entry.result).replace("**", "")


def test_text_stands_above_the_chart_and_nothing_from_outside(fresh_server: str, page: Page) -> None:
    """Checks 0 and 1: the first request of a new server is Start; text, then chart, nothing from outside."""
    outside: list[str] = []
    page.on("request", lambda request: outside.append(request.url))
    page.goto(fresh_server)
    page.wait_for_function("document.querySelector('.st-key-lead strong')")
    assert lead(page) == claim(FIRST.bias.rate)
    expect(page.locator(".chart")).to_be_visible()
    settled(page)
    sentence, chart = page.locator(".st-key-lead").bounding_box(), page.locator(".chart").bounding_box()
    assert sentence["y"] + sentence["height"] <= chart["y"]
    expect(page.get_by_text(re.compile("^Precomputed"))).to_be_visible()
    expect(page.get_by_test_id("stException")).to_have_count(0)
    assert [url for url in outside if not url.startswith((fresh_server, "data:", "blob:"))] == []


def test_it_is_light(server: str, browser: Browser) -> None:
    """Check 18: bytes of a cold cache. How soon the figure stands is measured by `benchmarks/pages.py`.

    Beside them come the two fonts of every page of Streamlit, 0.55 MB, which cannot be packed.
    """
    with visiting(browser) as context:
        page = context.new_page()
        devtools = context.new_cdp_session(page)
        names: dict[str, str] = {}
        sizes: dict[str, float] = {}
        devtools.on(
            "Network.requestWillBeSent",
            lambda told: names.update({told["requestId"]: told["request"]["url"]}),
        )
        devtools.on(
            "Network.loadingFinished",
            lambda told: sizes.update({told["requestId"]: told["encodedDataLength"]}),
        )
        devtools.send("Network.enable")
        opened(page, server)
        expect(page.locator(".follow .verdict")).not_to_be_empty()
        page.wait_for_load_state("networkidle")
    came = {names[one]: size for one, size in sizes.items()}
    assert [url for url in came if "Plotly" in url] == []
    fonts = [url.rsplit("/", 1)[-1].split(".")[0] for url in came if url.endswith(".woff2")]
    assert sorted(fonts) == ["MaterialSymbols-Rounded", "SourceSansVF-Upright"]
    assert 100_000 < sum(size for url, size in came.items() if not url.endswith(".woff2")) <= MOST


def test_an_arrow_key_moves_sentence_dot_and_address(server: str, page: Page) -> None:
    """Check 2; how fast is measured by `benchmarks/live.py`."""
    opened(page, server)
    slider(page).focus()
    values = answers.slider(FIRST).values
    at = values.index(FIRST.bias.rate)
    for key, step in (("ArrowRight", 1), ("ArrowRight", 1), ("ArrowLeft", -1), ("ArrowLeft", -1)):
        dot, at = page.evaluate(DOT), at + step
        page.keyboard.press(key)
        page.wait_for_function(f"dot => {DOT} !== dot", arg=dot)
        expect(page).to_have_url(re.compile(re.escape(f"bias.rate={values[at]:g}") + "(&|$)"))
        expect(page.locator(".st-key-lead")).to_have_text(claim(values[at]))


def test_the_cliff_is_said_when_it_is_reached(server: str, page: Page) -> None:
    opened(page, server)
    slider(page).press("End")
    expect(page.locator(".st-key-lead")).to_contain_text("gets only")
    assert lead(page) == claim(1.0)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".st-key-lead")).to_contain_text("still gets")


def test_keys_drive_the_present_mode(server: str, page: Page) -> None:
    """Check 12: PageDown, PageUp and F, also faster than the page answers; Esc leaves with the state."""
    seen_as(page, 1920, 1080)
    opened(page, f"{server}/?present=1")
    before = lead(page)
    page.keyboard.press("PageDown")
    expect(page.locator(".st-key-lead")).not_to_have_text(before)
    page.keyboard.press("PageUp")
    expect(page.locator(".st-key-lead")).to_have_text(before)
    for key in ("PageDown", "f"):
        page.keyboard.press(key)
    expect(page).to_have_url(re.compile(r"bias\.rate=0\.6.*framework=soft-labels"))
    expect(page).to_have_url(re.compile("present=1"))
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Share")).to_be_visible()
    expect(page).not_to_have_url(re.compile("present=1"))


def obeyed(keys: list[str], chosen: Experiment) -> Experiment:
    """What the keys spell, one after the other."""
    for key in keys:
        if key == "f":
            other = answers.other_way(chosen)
            assert other is not None
            chosen = other
        else:
            slider = answers.slider(chosen)
            assert slider is not None
            at = slider.values.index(slider.nearest(chosen)) + {"PageDown": 1, "PageUp": -1}[key]
            chosen = answers.moved(chosen, slider.path, slider.values[at])
    return chosen


def asked_by(page: Page) -> Experiment:
    return link.parse(dict(parse_qsl(urlsplit(page.url).query)))[0]


def test_no_key_is_lost_on_a_slow_machine(server: str, page: Page) -> None:
    """Check 12, keys faster than the page: each is obeyed once, in order, twenty of them too."""
    opened(page, f"{server}/?present=1")
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": 4})
    chosen = FIRST
    for text in ("PageDown f", "PageDown f PageUp PageDown f f PageDown PageDown f PageUp " * 2):
        keys = text.split()
        for key in keys:
            page.keyboard.press(key)
        chosen = obeyed(keys, chosen)
        expect(page.locator(".st-key-lead")).to_have_text(said(chosen))
        settled(page)
        assert asked_by(page) == chosen

    page.keyboard.down("PageUp")  # the fingers overlap
    page.keyboard.down("f")
    page.keyboard.up("PageUp")
    page.keyboard.up("f")
    chosen = obeyed(["PageUp", "f"], chosen)
    expect(page.locator(".st-key-lead")).to_have_text(said(chosen))

    settled(page)
    page.get_by_role("slider").press("ArrowRight")  # told to the server a little later
    page.keyboard.press("f")
    chosen = obeyed(["PageDown", "f"], chosen)
    expect(page.locator(".st-key-lead")).to_have_text(said(chosen))
    settled(page)
    assert asked_by(page) == chosen


def test_the_two_buttons_lead_on_with_the_state(server: str, page: Page) -> None:
    opened(page, server)
    slider(page).press("ArrowRight")
    expect(page).to_have_url(re.compile(r"bias\.rate=0\.6"))
    page.get_by_role("link", name="Try it yourself").click()
    expect(page).to_have_url(re.compile(r"/explore.*bias\.rate=0\.6"))
    expect(page.get_by_role("slider", name="Rate")).to_be_visible()
    page.get_by_role("link", name="Start").click()
    expect(page.locator(".st-key-lead")).to_have_text(claim(0.6))
