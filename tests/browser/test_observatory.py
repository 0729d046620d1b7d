"""The Observatory of Explore in a real browser: its numbers are the core's, no hand waits for the server."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager

import pandas as pd
import pytest
from playwright.sync_api import Locator, Page, expect
from scipy.stats import spearmanr

from softlabel_core import Experiment, run
from softlabel_core.atlas import lookup
from softlabel_core.atlas.light import axes, light
from softlabel_core.experiment.link import query
from softlabel_core.experiment.preview import preview
from tests.browser.conftest import drawn, recorded, seen_as, settled, without_violation

FLIP = {"bias": {"kind": "pair-flip", "rate": 0.45}}
SIZES = [(390, 844), (1024, 768), (1366, 768), (1920, 1080)]


STEP_AND_TRAIN = """slider => {
    slider.dispatchEvent(new KeyboardEvent('keydown', {key: 'ArrowLeft'}));
    slider.stepDown();
    for (const name of ['input', 'change']) slider.dispatchEvent(new Event(name, {bubbles: true}));
    const buttons = [...slider.getRootNode().querySelectorAll('button')];
    buttons.find(one => one.textContent.startsWith('Train a new draw')).click();
}"""
"""What an arrow key does, and a press before any answer to it."""


def link(config: dict, **more: str) -> str:
    asked = {**query(Experiment.parse(config)), **more}
    return "/explore?" + "&".join(f"{name}={value}" for name, value in asked.items())


def opened(page: Page, address: str) -> Locator:
    page.goto(address)
    figure = page.locator(".observatory.ready")
    expect(figure).to_be_visible()
    settled(page)
    return figure


def student(figure: Locator) -> Locator:
    return figure.locator(".hero .big")


def slider(figure: Locator, name: str = "Rate") -> Locator:
    return figure.get_by_role("slider", name=name)


def points(dataset: str) -> pd.DataFrame:
    """All that was computed of a dataset, a row a point."""
    shown = light()
    table = pd.DataFrame(shown["columns"])
    for name, ids in shown["ids"].items():
        table[name] = [ids[place] for place in table[name]]
    return table[table["dataset"] == dataset]


@contextmanager
def messages(page: Page) -> Iterator[list[int]]:
    """Sizes of what the page sends to the server within."""
    sent: list[int] = (
        page.evaluate(
            """() => {
            const send = WebSocket.prototype.send;
            window.sent = [];
            WebSocket.prototype.send = function (data) {
                window.sent.push(data.byteLength);
                send.call(this, data);
            };
        }"""
        )
        or []
    )
    yield sent
    sent += page.evaluate("window.sent")


def test_a_computed_choice_has_its_numbers_and_its_place(server: str, page: Page) -> None:
    """Numbers, sentence and examples are those of the core; nothing is asked outside."""
    outside: list[str] = []
    page.on("request", lambda request: outside.append(request.url))
    figure = opened(page, server + link(FLIP))
    entry = lookup.find(Experiment.parse(FLIP))
    assert entry is not None
    expect(student(figure)).to_have_text(f"{100 * entry.result.student_accuracy.mean:.1f}%")
    measured = entry.result.indicators
    expect(figure.locator(".nums")).to_contain_text(f"{measured['total']:.2f}")
    expect(figure.locator(".verdict")).to_contain_text("So-so teacher, middling student")
    expect(slider(figure)).to_have_value("0.45")
    expect(figure.locator(".example")).to_have_count(6)
    previewed = preview(entry.experiment.replace(replicates=1)).instances[:6]
    inside = sum(one["shown"][one["truth"]] > 0 for one in previewed)
    expect(figure.locator(".key")).to_contain_text(f"True label inside: {inside} of 6")
    assert [url for url in outside if not url.startswith((server, "data:", "blob:"))] == []


@pytest.mark.parametrize("cls", axes(), ids=lambda cls: cls.key())
def test_every_indicator_orders_as_scipy_says(server: str, page: Page, cls: type) -> None:
    """Check 19: all of digits, and cut to teachers under 30 % right that are read by CC."""
    table = points("digits")
    cut = table[(table["loss"] == "cc") & (table["label_accuracy"] < 0.3)]
    for chosen, rows in (("", table), ("cc.bad", cut)):
        figure = opened(page, server + link(FLIP, x=cls.key(), **({"show": chosen} if chosen else {})))
        expect(figure).to_have_attribute("data-axis", cls.key())
        rows = rows[rows[cls.key()].notna()]
        expect(figure).to_have_attribute("data-count", str(len(rows)))
        truth = spearmanr(rows[cls.key()], rows["accuracy"]).statistic
        assert float(figure.get_attribute("data-rho")) == pytest.approx(truth, abs=1e-9)
        said = f"{truth:.2f}".replace("-", "−")
        expect(figure.locator("label:has(:checked) .rho")).to_have_text(said)


def test_dragging_is_answered_in_the_browser_and_told_once(server: str, page: Page) -> None:
    """Check 17: no message until the slider is let go, then one; the page then shows the core's numbers."""
    figure = opened(page, server + link(FLIP))
    expect(slider(figure)).to_have_value("0.45")
    box = slider(figure).bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    at = [box["x"] + 8 + share * (box["width"] - 16) for share in (0.45, 0.4, 0.35, 0.3, 0.2)]
    with messages(page) as sent:
        page.mouse.move(at[0], middle)
        page.mouse.down()
        seen = set()
        for x in at[1:]:
            page.mouse.move(x, middle, steps=4)
            drawn(page)
            seen.add(student(figure).inner_text())
        assert page.evaluate("window.sent.length") == 0
        assert len(seen) > 2
        page.mouse.up()
        expect(page).to_have_url(re.compile(r"bias\.rate=0\.(19|2|21)&"))
    settled(page)
    assert sum(size > 200 for size in sent) == 1, sent
    rate = float(re.search(r"bias\.rate=([\d.]+)", page.url)[1])
    entry = lookup.find(Experiment.parse({"bias": {"kind": "pair-flip", "rate": rate}}))
    if entry is not None:
        expect(student(figure)).to_have_text(f"{100 * entry.result.student_accuracy.mean:.1f}%")


def test_the_diamond_is_dragged_along_its_trail(server: str, page: Page) -> None:
    figure = opened(page, server + link(FLIP))
    plot = figure.locator(".plot")
    area = plot.bounding_box()
    assert area is not None
    x, y = (float(one) for one in (plot.get_attribute("data-at") or "").split(","))
    x, y = area["x"] + x, area["y"] + y
    page.mouse.move(x, y)
    expect(plot).to_have_class(re.compile("grab"))
    page.mouse.down()
    page.mouse.move(x - area["width"] / 4, area["y"] + 40, steps=8)
    expect(slider(figure)).not_to_have_value("0.45")
    page.mouse.up()
    expect(page).not_to_have_url(re.compile(r"bias\.rate=0\.45&"))
    assert float(slider(figure).input_value()) < 0.45


def test_a_point_is_loaded_by_click_by_key_and_from_the_table(server: str, page: Page) -> None:
    figure = opened(page, server + link(FLIP))
    plot = figure.locator(".plot")
    plot.focus()
    page.keyboard.press("Home")
    expect(figure.locator(".card")).to_be_visible()
    said = figure.locator(".card p").nth(1).inner_text()
    with page.expect_event("framenavigated", predicate=lambda frame: "pair-flip" not in frame.url, timeout=0):
        page.keyboard.press("Enter")
    settled(page)
    expect(student(figure)).to_have_text(re.search(r"[\d.]+", said)[0] + "%")
    figure.get_by_role("button", name="Table").click()
    dialog = figure.get_by_role("dialog")
    expect(dialog.get_by_role("row")).to_have_count(1 + len(points("digits")))
    row = dialog.get_by_role("row").nth(700)
    accuracy = row.locator("td").last.inner_text()
    row.get_by_role("button").click()
    expect(student(figure)).to_have_text(accuracy.replace("\u00a0%", "%"))


def test_a_new_choice_is_measured_at_once_and_trains_by_itself(server: str, page: Page) -> None:
    """Check 21 with it: nothing moves by more than 4 px while it trains, and the numbers are the core's."""
    chosen = {"bias": {"kind": "pair-flip", "rate": 0.33}, "replicates": 2, "training": {"epochs": 5}}
    start = {**chosen, "bias": {"kind": "pair-flip", "rate": 0.45}}
    figure = opened(page, server + link(start))
    expect(student(figure)).to_have_text("?")
    page.evaluate(
        """() => { window.moved = 0; new PerformanceObserver(list => {
            for (const entry of list.getEntries()) for (const one of entry.sources)
                if (one.node?.closest?.('.observatory') || one.node?.getRootNode() instanceof ShadowRoot)
                    window.moved = Math.max(window.moved, Math.abs(one.currentRect.y - one.previousRect.y),
                        Math.abs(one.currentRect.x - one.previousRect.x));
        }).observe({ type: 'layout-shift', buffered: false }); }"""
    )
    slider(figure).focus()
    for _ in range(12):
        page.keyboard.press("ArrowLeft")
    expect(page).to_have_url(re.compile(r"bias\.rate=0\.33&"))
    result = run(Experiment.parse(chosen), device="cpu")
    expect(student(figure)).to_have_text(f"{100 * result.student_accuracy.mean:.1f}%")
    expect(figure.locator(".nums")).to_contain_text(f"{result.indicators['total']:.2f}")
    assert page.evaluate("window.moved") <= 4


def test_the_core_s_numbers_do_not_wait_for_the_page(server: str, page: Page) -> None:
    """Let go, and the choice is measured though the page never answers; the next hand takes it back."""
    figure = opened(page, server + link({**FLIP, "replicates": 2}))
    page.evaluate("WebSocket.prototype.send = () => {}")
    slider(figure).focus()
    page.keyboard.press("ArrowLeft")
    expect(figure).to_have_attribute("data-measured", re.compile(r"\d+"))
    measured = preview(Experiment.parse({"bias": {"kind": "pair-flip", "rate": 0.44}, "replicates": 2}))
    expect(figure.locator(".nums")).to_contain_text(f"{measured.indicators['total']:.2f}")
    expect(student(figure)).to_have_text("?")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(figure.locator(".nums")).to_contain_text("…")


def test_a_page_asks_once_for_everything_and_knows_its_server(server: str, page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.removeprefix(server)))
    opened(page, server + link(FLIP))
    files = [one for one in asked if one.startswith(("/static/js/", "/lab/")) and "?" not in one]
    assert len(files) == len(set(files)) > 80
    assert [one for one in asked if one.endswith("/_stcore/health")] == ["/_stcore/health"]


def test_what_takes_a_network_says_so_and_a_switch_stops_runs(server: str, page: Page) -> None:
    quick = {"replicates": 2, "training": {"epochs": 4}}
    figure = opened(page, server + link({"bias": "colluding-teacher", **quick}, auto="0"))
    expect(figure.locator(".verdict")).to_contain_text("only when a network has been trained")
    expect(figure.get_by_role("checkbox", name="Train by itself")).not_to_be_checked()
    figure.get_by_role("combobox", name="Bias type").select_option(label="Demotion")
    expect(page).to_have_url(re.compile("bias=demotion"))
    expect(student(figure)).to_have_text("?")
    expect(figure.locator(".nums")).not_to_contain_text("Δ ?")
    figure.get_by_role("button", name=re.compile("^Train")).click()
    expect(student(figure)).not_to_have_text("?")


def test_menus_are_the_catalogue_and_other_words_keep_the_rest(server: str, page: Page) -> None:
    figure = opened(page, server + link(FLIP))
    figure.get_by_role("combobox", name="Dataset").select_option(label="Two moons")
    expect(page).to_have_url(re.compile(r"dataset=moons.*bias=pair-flip.*bias\.rate=0\.45.*framework\.k=2"))
    figure.get_by_role("combobox", name="Framework").select_option(label="Soft labels")
    expect(page).to_have_url(re.compile(r"framework=soft-labels"))
    expect(figure.locator(".nums")).to_contain_text("mean-label margin")
    settled(page)
    page.get_by_role("button", name="Undo").click()
    expect(page).to_have_url(re.compile(r"framework=partial-labels"))
    expect(figure.get_by_role("combobox", name="Framework")).to_have_value(json.dumps("partial-labels"))


def test_axis_and_filter_are_in_the_link(server: str, page: Page) -> None:
    figure = opened(page, server + link(FLIP))
    figure.get_by_role("checkbox", name=re.compile("^noise")).check()
    figure.get_by_role("radio", name=re.compile("^γ")).check()
    expect(page).to_have_url(re.compile(r"x=ambiguity"))
    expect(page).to_have_url(re.compile(r"show=noise"))
    count = figure.get_attribute("data-count")
    page.reload()
    again = page.locator(".observatory.ready")
    expect(again.get_by_role("checkbox", name=re.compile("^noise"))).to_be_checked()
    expect(again.get_by_role("radio", name=re.compile("^γ"))).to_be_checked()
    expect(again).to_have_attribute("data-count", str(count))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_it_is_for_everybody(server: str, page: Page, scheme: str, language: str) -> None:
    seen_as(page, 1280, 900, scheme)
    opened(page, server + link(FLIP, lang=language))
    without_violation(page)


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_it_fits_the_window(server: str, page: Page, width: int, height: int) -> None:
    """No sideways scroll; from a small laptop on, the examples stand above the fold."""
    seen_as(page, width, height)
    figure = opened(page, server + link(FLIP))
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    expect(figure.locator(".plot canvas")).to_be_visible()
    if width > 760:
        strip = figure.locator(".strip").bounding_box()
        assert strip["y"] + strip["height"] <= height
        edge = figure.locator(".say").bounding_box()
        assert edge["x"] + edge["width"] <= figure.locator(".nums").bounding_box()["x"]


def test_the_light_atlas_is_sent_once_and_for_good(server: str, page: Page) -> None:
    with page.expect_response(re.compile(r"/en\.json$")) as caught:
        opened(page, server + link(FLIP))
    answer = caught.value
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-encoding"] == "gzip"
    assert len(answer.json()["atlas"]["columns"]["accuracy"]) == len(light()["columns"]["key"])
    assert page.request.get(answer.url.replace("/en.json", "/zz.json")).status == 404


def test_a_live_sweep_comes_point_by_point_and_stays(server: str, page: Page) -> None:
    """Check 20: points appear one by one, are the core's, survive a reload, and are loaded by a key."""
    config = {"bias": "pair-flip", "replicates": 1, "training": {"epochs": 3}}
    figure = opened(page, server + link(config, auto="0"))
    expect(figure).to_have_attribute("data-stops", "0")
    with recorded(figure, "data-swept") as seen:
        figure.get_by_role("button", name="Vary the rate").click()
        expect(figure).to_have_attribute("data-swept", "21")
    assert len(set(seen)) > 4, seen
    expect(figure.get_by_role("button", name="Vary the rate")).to_be_visible()
    expect(figure).to_have_attribute("data-stops", "21")
    expect(page).to_have_url(re.compile(r"vary=bias\.rate"))
    page.reload()
    again = page.locator(".observatory.ready")
    expect(again).to_have_attribute("data-stops", "21")
    slider(again).focus()
    page.keyboard.press("PageUp")
    value = float(slider(again).input_value())
    result = run(Experiment.parse({**config, "bias": {"kind": "pair-flip", "rate": value}}), device="cpu")
    expect(student(again)).to_have_text(f"{100 * result.student_accuracy.mean:.1f}%")
    expect(page).to_have_url(re.compile(rf"bias\.rate={value}&"))
    expect(student(again)).to_have_text(f"{100 * result.student_accuracy.mean:.1f}%")


def test_the_last_of_quick_choices_wins(server: str, page: Page) -> None:
    """Back to where it stood before the page has answered; and keys on a slider, then Train at once."""
    figure = opened(page, server + link(FLIP, auto="0"))
    slider(figure).focus()
    page.keyboard.press("ArrowLeft")
    expect(page).to_have_url(re.compile(r"bias\.rate=0\.44&"))
    for key in ("ArrowLeft", "ArrowLeft", "ArrowRight", "ArrowRight", "ArrowRight"):
        page.keyboard.press(key)
        page.wait_for_timeout(200)
    expect(page).to_have_url(re.compile(r"bias\.rate=0\.45&"))
    settled(page)
    expect(slider(figure)).to_have_value("0.45")
    entry = lookup.find(Experiment.parse(FLIP))
    expect(student(figure)).to_have_text(f"{100 * entry.result.student_accuracy.mean:.1f}%")
    expect(figure.get_by_role("button", name="Train a new draw")).to_be_visible()
    slider(figure).evaluate(STEP_AND_TRAIN)
    expect(page).to_have_url(re.compile(r"bias\.rate=0\.44&.*seed=1"))


def test_what_is_refused_says_why(server: str, page: Page) -> None:
    huge = {"student": {"kind": "cnn", "width": 64}, "training": {"epochs": 200}, "replicates": 64}
    figure = opened(page, server + link({**FLIP, **huge}, auto="0", show="rc"))
    figure.get_by_role("button", name=re.compile("^Train")).click()
    expect(figure.locator(".state")).to_contain_text("would take about")
    assert figure.locator(".state").evaluate("e => e.scrollWidth <= e.clientWidth")  # to its end
    figure.get_by_role("combobox", name="Dataset").select_option(label="Two moons")
    expect(page).to_have_url(re.compile("dataset=moons"))
    figure.get_by_role("checkbox", name=re.compile("^RC")).uncheck()  # which no student of the moons has
    expect(figure).to_have_attribute("data-count", str(len(points("moons"))))
