"""The path from choosing to reading the numbers, in a real browser."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pandas as pd
import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect

from softlabel_core import Experiment, run
from softlabel_core.atlas import lookup
from softlabel_core.experiment import link
from tests.browser.conftest import answering, drawn, settled, visiting
from ui.words.i18n import say
from ui.words.sentences import shares

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}


def open_explore(page: Page, server: str, **parameters: str) -> None:
    """Where nothing trains unless it is asked to."""
    parameters = {"auto": "0", **parameters}
    text = "&".join(f"{name}={value}" for name, value in parameters.items())
    page.goto(f"{server}/explore?{text}")
    expect(train_button(page)).to_be_visible()


def train_button(page: Page) -> Locator:
    return page.get_by_role("button", name=re.compile("^Train"))


def chart(page: Page, said: str):
    """The chart whose text for screen readers matches."""
    return page.get_by_label(re.compile(said)).first


def number(page: Page, title: str) -> str:
    """The value on the card with this title."""
    card = page.get_by_test_id("stMetric").filter(has_text=title)
    return card.get_by_test_id("stMetricValue").inner_text()


def no_exception(page: Page) -> None:
    expect(page.get_by_test_id("stException")).to_have_count(0)


def tab(page: Page, name: str) -> None:
    page.get_by_role("tab", name=name).click()


def trained(page: Page) -> None:
    """Train what is chosen and wait for its own numbers."""
    train_button(page).click()
    expect(page.get_by_text(re.compile("^Live run"))).to_be_visible()
    expect(page.get_by_text("Not trained yet")).to_have_count(0)
    settled(page)


def test_the_atlas_answers_at_once_and_a_live_run_takes_its_place(server: str, page: Page) -> None:
    """Checks 1 and 7: the numbers equal a run of the core in another process; nothing from outside."""
    outside: list[str] = []
    page.on("request", lambda request: outside.append(request.url))
    chosen = Experiment.parse({"replicates": 4, "seed": 3})
    entry = lookup.find(chosen)
    assert entry is not None
    open_explore(page, server, **link.query(chosen))
    expect(page.get_by_text(re.compile("^Precomputed"))).to_be_visible()
    settled(page)
    assert number(page, "Student accuracy") == f"{100 * entry.result.student_accuracy.mean:.1f} %"
    trained(page)  # a new draw: the next seed
    expect(page).to_have_url(re.compile("seed=4"))
    truth = run(chosen.replace(seed=4), device="cpu")
    assert number(page, "Unreliability") == f"{truth.indicators['unreliability']:.3f}"
    assert number(page, "Ambiguity") == f"{truth.indicators['ambiguity']:.3f}"
    assert number(page, "Δ + γ") == f"{truth.indicators['total']:.3f}"
    assert number(page, "Label accuracy") == "0.0 %"
    assert number(page, "Student accuracy") == f"{100 * truth.student_accuracy.mean:.1f} %"
    assert number(page, "On true labels") == f"{100 * truth.ground_truth_accuracy.mean:.1f} %"
    low, high = truth.student_accuracy.low, truth.student_accuracy.high
    expect(page.get_by_text(shares("en", low, high)).first).to_be_visible()
    expect(page.locator(".js-plotly-plot")).to_have_count(0)  # nobody has asked for one
    tabs = {
        "Learning curves": "Learning curves",
        "Examples": "training examples",
        "Which labels": "Co-occurrence",
    }
    for name, said in tabs.items():
        tab(page, name)
        expect(chart(page, said)).to_be_visible()
    no_exception(page)
    assert [url for url in outside if not url.startswith((server, "data:", "blob:"))] == []


def test_earlier_runs_stay_and_a_reload_brings_all_back(server: str, page: Page) -> None:
    """Check 3, with the runs made: a point each, and a row of the table of everything tried."""
    open_explore(page, server, replicates="2", **{"training.epochs": "3"})
    trained(page)
    page.get_by_role("slider", name="Rank").press("ArrowRight")
    expect(page.get_by_text("Guess first")).to_be_visible()
    trained(page)
    figure = page.locator(".observatory")
    expect(figure).to_have_attribute("data-runs", "1")
    before = number(page, "Student accuracy")
    page.reload()
    expect(figure).to_have_attribute("data-runs", "1")
    settled(page)
    assert number(page, "Student accuracy") == before
    page.get_by_role("link", name="Compare", exact=True).first.click()
    expect(page.get_by_text("keeps chance as well")).to_be_visible()
    no_exception(page)


def test_downloads_parse_and_the_script_gives_the_number(
    server: str, page: Page, browser: Browser, tmp_path: Path
) -> None:
    """Check 14: tables parse, the script gives the number in a fresh process, the page opens offline."""
    open_explore(page, server, replicates="2", seed="11", **{"training.epochs": "2"})
    trained(page)
    shown = number(page, "Student accuracy")
    tab(page, "Code and files")
    files = {}
    for ending, name in (("csv", "CSV"), ("json", "JSON"), ("py", "Python"), ("html", "HTML")):
        files[ending] = saved(page, page.get_by_role("button", name=name), tmp_path)
    table = pd.read_csv(files["csv"])
    assert f"{100 * table['student_accuracy'].mean():.1f} %" == shown
    assert f"{100 * json.loads(files['json'].read_text())['student_accuracy']['mean']:.1f} %" == shown
    printed = subprocess.run(
        [sys.executable, files["py"]], capture_output=True, text=True, timeout=600, cwd=ROOT, env=ENVIRONMENT
    )
    assert float(printed.stdout) == pytest.approx(table["student_accuracy"].mean(), abs=1e-4), printed.stderr
    with visiting(browser, offline=True) as context:
        alone = context.new_page()
        asked: list[str] = []
        alone.on("request", lambda request: asked.append(request.url))
        alone.goto(files["html"].as_uri())
        expect(alone.locator(".main-svg").first).to_be_visible()
        expect(alone.get_by_text(shown.removesuffix(" %")).first).to_be_visible()
        assert all(url.startswith(("file:", "data:", "blob:")) for url in asked)


def saved(page: Page, button: Locator, folder: Path) -> Path:
    with page.expect_download() as caught:
        button.click()
    file = folder / caught.value.suggested_filename
    caught.value.save_as(file)
    return file


def test_charts_are_saved_as_pictures_and_a_comparison_as_tables(
    server: str, page: Page, tmp_path: Path
) -> None:
    """Check 14: PNG and SVG by the browser; CSV and JSON of A and B."""
    open_explore(page, server, bias="demotion")
    tab(page, "Which labels come together")
    settled(page)
    page.locator(".js-plotly-plot").first.hover()
    camera = page.get_by_role("button", name=re.compile("Download plot")).first
    with Image.open(saved(page, camera, tmp_path)) as picture:
        assert picture.format == "PNG"
        assert picture.size == (1920, 1080)
    tab(page, "Code and files")
    with answering(page):
        page.get_by_role("radio", name="svg").click()
    tab(page, "Which labels come together")
    settled(page)
    page.locator(".js-plotly-plot").first.hover()
    tree = ElementTree.parse(saved(page, camera, tmp_path))  # noqa: S314 - our own file
    assert tree.getroot().tag.endswith("svg")
    assert say("en", "charts.in-set") in "".join(tree.getroot().itertext())
    page.goto(f"{server}/compare?a.bias=one-hot&b.bias=demotion")
    settled(page)
    table = pd.read_csv(saved(page, page.get_by_role("button", name="A and B (CSV)"), tmp_path))
    both = json.loads(saved(page, page.get_by_role("button", name="A and B (JSON)"), tmp_path).read_text())
    for side, part in table.groupby("side"):
        accuracy = both[side]["student_accuracy"]["mean"]
        assert part["student_accuracy"].mean() == pytest.approx(accuracy, abs=1e-5)


@pytest.mark.parametrize(
    ("dataset", "framework"),
    [
        ("moons", "soft-labels"),
        ("spiral", "incomplete-supervision"),
        ("gaussian-ring", "additive-noise"),
        ("moons", "partial-labels"),
    ],
)
def test_every_framework_and_other_datasets(server: str, page: Page, dataset: str, framework: str) -> None:
    quick = {"replicates": "1", "training.epochs": "1"}
    open_explore(page, server, dataset=dataset, framework=framework, **quick)
    trained(page)
    tab(page, "Learning curves")
    expect(chart(page, "Learning curves")).to_be_visible()
    no_exception(page)


def test_switching_the_kind_by_hand(server: str, page: Page) -> None:
    """All settings: a field of the new bias type appears, sizes follow the dataset; the figure follows."""
    open_explore(page, server)
    page.get_by_text("All settings").click()
    choose(page, "Bias type", "Pair flip")
    expect(page.locator(".st-key-settings").get_by_role("slider", name="Rate")).to_be_visible()
    expect(page.locator(".observatory").get_by_role("slider", name="Rate")).to_be_visible()
    expect(page).to_have_url(re.compile("bias=pair-flip"))
    choose(page, "Dataset", "Two moons")
    expect(page).to_have_url(re.compile("dataset=moons"))
    expect(page).to_have_url(re.compile(r"framework\.k=2"))
    choose(page, "Framework", "Soft labels (distillation)")
    expect(page).to_have_url(re.compile(r"framework\.loss=cross-entropy"))
    no_exception(page)


def choose(page: Page, label: str, title: str) -> None:
    box = page.locator(".st-key-settings").get_by_role("combobox", name=re.compile(f"(^|\\s){label}"))
    box.scroll_into_view_if_needed()
    drawn(page)  # a menu closes when the page scrolls
    box.click()
    page.get_by_role("option", name=title).click()
