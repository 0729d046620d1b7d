"""One label followed, in a real browser: the counts are the core's, and no hand waits for the server."""

import functools
import re

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from softlabel_core import Experiment
from softlabel_core.biases.fixed_rival import FixedRival
from softlabel_core.indicators import Sample
from softlabel_core.streams import stream
from softlabel_core.teaching.presets import FIRST
from tests.browser.conftest import drawn, seen_as, settled, without_violation
from ui.views.start import TRUTH


def opened(page: Page, address: str) -> Locator:
    page.goto(address)
    figure = page.locator(".follow")
    expect(figure.locator(".verdict")).not_to_be_empty()
    settled(page)
    return figure


def counted(figure: Locator) -> int:
    """Labels counted so far."""
    return int((re.findall(r"\d+", figure.locator(".says .small").inner_text()) or ["0", "0"])[1])


@functools.cache
def core(rate: float, k: int) -> tuple[float, float]:
    """Both degrees of the class, as the core measures them on the labels of the same runs."""
    experiment = Experiment.parse(FIRST)
    parts, soft = [], []
    for run in range(experiment.replicates):
        train = experiment.dataset.split(generator=stream(experiment.seed, "split", run)).train
        bias = FixedRival(rate=rate)
        soft.append(bias.soft_labels(train, generator=stream(experiment.seed, "labels", run)))
        parts.append(train.targets)
    shares = Sample(np.concatenate(soft), np.concatenate(parts), k).cooccurrence[TRUTH]
    return 1 - shares[TRUTH], float(np.delete(shares, TRUTH).max())


@pytest.mark.parametrize(("rate", "k"), [(0.3, 2), (0.57, 3), (1.0, 1)])
def test_a_deep_link_shows_the_degrees_that_the_core_measures(
    server: str, page: Page, rate: float, k: int
) -> None:
    figure = opened(page, f"{server}/?bias=fixed-rival&bias.rate={rate}&framework.k={k}&framework.loss=cc")
    expect(figure.get_by_role("slider", name="The wrong answer is:")).to_have_value(f"{100 * rate:.0f}")
    figure.get_by_role("button", name="All 976").click()
    delta, gamma = core(rate, k)
    assert float(figure.get_attribute("data-delta")) == pytest.approx(delta, abs=1e-9)
    assert float(figure.get_attribute("data-gamma")) == pytest.approx(gamma, abs=1e-9)
    expect(figure.locator(".aside-note.delta")).to_contain_text(f"{100 * delta:.0f}\u00a0% (Δ)")
    expect(figure.locator(".aside-note.gamma")).to_contain_text(f"{100 * gamma:.0f}\u00a0% (γ)")
    figure.get_by_text("All numbers of this figure").click()
    row = figure.get_by_role("row").filter(has=page.get_by_role("rowheader", name="3", exact=True)).first
    expect(row).to_contain_text(f"{100 * (1 - delta):.1f}")


def test_it_plays_by_itself_and_stops(server: str, page: Page) -> None:
    figure = opened(page, server)
    expect(figure.locator(".says .small")).to_contain_text(re.compile(r"right in 0 of [3-9]"))
    figure.get_by_role("button", name="Pause").click()
    expect(figure).to_have_attribute("data-moving", "false")  # the label that was on its way has landed
    before = counted(figure)
    figure.get_by_role("button", name="Step").click()
    expect(figure.locator(".says .small")).to_contain_text(f"right in 0 of {before + 1}")
    figure.get_by_role("button", name="All 976").click()
    assert counted(figure) == 976
    expect(figure.locator(".verdict")).to_contain_text("only 3 keeps coming back")
    figure.get_by_role("button", name="Restart").click()
    expect(figure.get_by_role("button", name="Pause")).to_be_visible()


def test_the_slider_asks_the_server_nothing_until_it_is_let_go(server: str, page: Page) -> None:
    """One message when the hand lets go; then sentence, address and figure say the same."""
    sent: list[object] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))
    figure = opened(page, server)
    figure.get_by_role("button", name="All 976").click()
    slider = figure.get_by_role("slider", name="The wrong answer is:")
    slider.scroll_into_view_if_needed()
    drawn(page)
    box = slider.bounding_box()
    assert box is not None
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] / 2, y)
    page.mouse.down()
    before, verdicts = len(sent), set()
    for share in (0.55, 0.65, 0.75, 0.85, 0.95, 1):
        page.mouse.move(box["x"] + 13 + (box["width"] - 26) * share, y, steps=4)
        drawn(page)
        verdicts.add(figure.locator(".aside-note.gamma").inner_text())
    assert len(sent) == before
    assert len(verdicts) >= 5
    expect(figure.locator("h2")).to_contain_text("right only 36.0")
    page.mouse.up()
    expect(page).to_have_url(re.compile(r"bias\.rate=1"))
    settled(page)
    assert before < len(sent) <= before + 2
    expect(slider).to_have_value("100")
    assert counted(figure) == 976  # an echo starts nothing anew
    page.get_by_role("button", name="Undo").click()
    expect(slider).to_have_value("50")


def test_the_pages_own_slider_moves_the_figure(server: str, page: Page) -> None:
    figure = opened(page, server)
    page.get_by_test_id("stSlider").get_by_role("slider").press("End")
    own = figure.get_by_role("slider", name="The wrong answer is:")
    expect(own).to_have_value("100")
    settled(page)
    for _ in range(3):
        own.press("ArrowLeft")
    expect(page).to_have_url(re.compile(r"bias\.rate=0\.97"))
    settled(page)
    expect(own).to_be_focused()
    expect(own).to_have_value("97")


def test_keys_play_step_and_turn_round(server: str, page: Page) -> None:
    figure = opened(page, server)
    verdict, record = figure.locator(".verdict"), figure.locator(".says .small")
    page.keyboard.press(" ")
    expect(figure.get_by_role("button", name="Play")).to_be_visible()
    expect(figure).to_have_attribute("data-moving", "false")  # the label that was on its way has landed
    before = counted(figure)
    page.keyboard.press("ArrowRight")
    expect(record).to_contain_text(f"of {before + 1}")
    page.keyboard.press("s")
    expect(figure.get_by_role("radio", name="imitates")).to_be_checked()
    expect(verdict).to_contain_text("Too few to tell")
    expect(page).to_have_url(re.compile("framework=soft-labels"))
    page.keyboard.press("a")
    expect(verdict).to_contain_text("almost level")
    page.keyboard.press("s")
    page.keyboard.press("1")
    expect(verdict).to_contain_text("Only the wrong first choice passes")
    page.keyboard.press("3")
    expect(verdict).to_contain_text("Every set holds the 3")
    cut = figure.get_by_role("slider", name=re.compile("The cut"))
    cut.press("ArrowUp")
    expect(cut).to_have_attribute("aria-valuenow", "2")
    figure.get_by_role("button", name="Step").click()
    page.keyboard.press(" ")  # not Step again, though it was clicked last
    expect(figure.get_by_role("button", name="Pause")).to_be_visible()
    page.keyboard.press("r")
    expect(record).to_have_text(re.compile(r"^(right in 0 of \d\d?)?$"))
    expect(figure.locator("[aria-live=polite]")).not_to_be_empty()


def test_the_cut_can_be_dragged(server: str, page: Page) -> None:
    figure = opened(page, server)
    figure.get_by_role("button", name="All 976").click()
    cut = figure.get_by_role("slider", name=re.compile("The cut"))
    box = cut.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 11, box["y"] + 22)
    page.mouse.down()
    page.mouse.move(box["x"] + 11, box["y"] - 30, steps=5)
    expect(figure.locator(".verdict")).to_contain_text("Only the wrong first choice passes")
    page.mouse.up()
    expect(page).to_have_url(re.compile(r"framework\.k=1"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_for_everybody_on_a_phone(server: str, page: Page, scheme: str) -> None:
    seen_as(page, 390, 844, scheme)
    figure = opened(page, server)
    figure.get_by_role("button", name="All 976").click()
    figure.get_by_text("All numbers of this figure").click()
    drawn(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.get_by_test_id("stMain").evaluate("e => e.scrollWidth - e.clientWidth") <= 0
    sizes = figure.locator("button, label:has(input), input[type=range], summary, .handle").evaluate_all(
        "all => all.map(e => [e.getBoundingClientRect().height, e.innerText])"
    )
    assert len(sizes) >= 9
    assert min(sizes)[0] >= 44, min(sizes)
    without_violation(page, "[data-testid=stMain]")


def test_who_wants_no_motion_sees_the_end_at_once(server: str, page: Page) -> None:
    page.emulate_media(reduced_motion="reduce")
    figure = opened(page, server)
    assert counted(figure) == 976
    expect(figure.get_by_role("button", name="Play")).to_be_visible()
    page.emulate_media(reduced_motion="no-preference")


def test_it_speaks_chinese_throughout(server: str, page: Page) -> None:
    figure = opened(page, f"{server}/?lang=zh")
    figure.get_by_role("button", name="全部 976 个").click()
    figure.get_by_text("此图的全部数字").click()
    said = figure.inner_text() + " ".join(
        figure.locator("[aria-label], [aria-valuetext]").evaluate_all(
            "all => all.map(e => `${e.ariaLabel ?? ''} ${e.getAttribute('aria-valuetext') ?? ''}`)"
        )
    )
    assert "每个集合都含 3" in said
    assert re.findall("[A-Za-z]{3,}", said) == []
