"""Your labels in a real browser: a file goes in, numbers and reports come out, for one's own eyes only."""

import gzip
import io
import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import Browser, FilePayload, Locator, Page, expect

from softlabel_core import measure
from softlabel_core.reading.labels import LabelFile, read, write
from softlabel_core.service import uploads
from softlabel_core.streams import stream
from tests.browser.conftest import answering, seen_as, settled, visiting, without_violation


def bring(page: Page, server: str, name: str, content: bytes, path: str = "labels") -> None:
    """Upload a file on a fresh page, as who has brought none before."""
    page.goto("about:blank")  # nothing of the page before tells the browser of its file any more
    page.context.clear_cookies()
    page.goto(f"{server}/{path}")
    field(page).set_input_files(payload(name, content))


def field(page: Page) -> Locator:
    """Where a file goes: the one of this answer, when that of the answer before has gone."""
    settled(page)
    found = page.locator("input[type=file]")
    found.wait_for(state="attached")
    return found


def payload(name: str, content: bytes) -> FilePayload:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": content}


def number(page: Page, title: str) -> str:
    card = page.get_by_test_id("stMetric").filter(has_text=title)
    return card.get_by_test_id("stMetricValue").inner_text()


def voted(n: int = 50_000) -> LabelFile:
    """As large as the human labels of CIFAR-10: three votes an example, right nine times of ten."""
    generator = stream(0, "votes")
    truth = np.arange(n) % 10
    votes = np.where(generator.random((3, n)) < 0.9, truth, generator.integers(10, size=(3, n)))
    return LabelFile(np.eye(10)[votes].mean(0), truth, tuple(f"class {i}" for i in range(10)))


@pytest.mark.parametrize("ending", [".csv", ".npz", ".parquet"])
def test_a_file_of_50_000_is_answered(server: str, page: Page, ending: str) -> None:
    file = voted()
    bring(page, server, f"votes{ending}", write(file, ending))
    expect(page.get_by_test_id("stMetric").first).to_be_visible()
    settled(page)
    found = measure(file.soft_labels, file.targets)
    assert number(page, "Unreliability") == f"{found['unreliability']:.3f}"
    assert number(page, "Ambiguity") == f"{found['ambiguity']:.3f}"
    assert number(page, "Label accuracy") == f"{100 * found['label_accuracy']:.1f} %"
    expect(page.get_by_text("Computed live, just now, from your file · 50,000 examples")).to_be_visible()
    expect(page.get_by_role("heading", name="Worst confusions")).to_be_visible()
    expect(page.get_by_text("The file has no features")).to_be_visible()
    expect(page.get_by_test_id("stException")).to_have_count(0)


def test_the_template_comes_back_as_a_file_and_students_learn_from_the_example(
    server: str, page: Page, tmp_path: Path
) -> None:
    outside: list[str] = []
    page.on("request", lambda request: outside.append(request.url))
    page.goto(f"{server}/labels")
    with page.expect_download() as caught:
        page.get_by_role("button", name="Template (CSV)").click()
    template = tmp_path / caught.value.suggested_filename
    caught.value.save_as(template)
    assert len(read(io.BytesIO(template.read_bytes()), template.name, uploads.MOST).targets) == uploads.ROWS
    page.get_by_role("button", name="Try it with an example").click()
    expect(page.locator(".st-key-lead")).to_contain_text("The most probable label is right for 0 %")
    page.get_by_role("button", name="Train students").click()
    expect(page.get_by_text("Best: CC")).to_be_visible()
    expect(page.get_by_label(re.compile("Accuracy of students on held-out")).first).to_be_visible()
    page.get_by_role("slider", name="Set size k").press("ArrowRight")
    expect(page.get_by_text("Δ + γ at k = 4")).to_be_visible()
    expect(page.get_by_text("Best: CC")).to_have_count(0)
    page.get_by_role("link", name="Map", exact=True).first.click()
    expect(page.get_by_role("heading", level=1, name="Map")).to_be_visible()
    page.get_by_role("link", name="Your labels", exact=True).first.click()
    expect(page.get_by_text("Δ + γ at k = 4")).to_be_visible()  # nothing is lost on the way
    assert "example" not in page.url
    page.get_by_role("button", name="Take another file").click()
    expect(page.get_by_role("button", name="Try it with an example")).to_be_visible()
    assert [url for url in outside if not url.startswith((server, "data:", "blob:"))] == []


def test_reports_parse_and_open_without_a_network(
    server: str, page: Page, browser: Browser, tmp_path: Path
) -> None:
    file = uploads.example()
    bring(page, server, "<b>mine</b>.npz", write(file, ".npz"))
    expect(page.get_by_test_id("stMetric").first).to_be_visible()
    settled(page)
    files = {}
    for ending in ("HTML", "CSV", "JSON"):
        with page.expect_download() as caught:
            page.get_by_role("button", name=f"Report ({ending}").click()
        files[ending] = tmp_path / caught.value.suggested_filename
        caught.value.save_as(files[ending])
    found = json.loads(files["JSON"].read_text())
    assert found["indicators"] == json.loads(json.dumps(measure(file.soft_labels, file.targets)))
    table = pd.read_csv(files["CSV"])
    [total] = table[(table["part"] == "indicator") & (table["name"] == "total")]["value"]
    assert total == pytest.approx(found["indicators"]["total"])
    with visiting(browser, offline=True) as context:
        alone, asked = context.new_page(), []
        alone.on("request", lambda request: asked.append(request.url))
        alone.goto(files["HTML"].as_uri())
        expect(alone.get_by_role("heading", level=1)).to_have_text("Report on <b>mine</b>.npz")
        expect(alone.locator(".js-plotly-plot .main-svg").first).to_be_visible()
        expect(alone.locator(".js-plotly-plot")).to_have_count(2)
        expect(alone.get_by_text("How often the set lacks the true label.")).to_be_visible()
        expect(alone.get_by_text("softlabel indicators '<b>mine</b>.npz' --k=3")).to_be_visible()
        assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []


def test_a_report_without_a_truth_opens_without_a_network(
    server: str, page: Page, browser: Browser, tmp_path: Path
) -> None:
    bring(page, server, "votes.csv", VOTES)
    expect(page.get_by_role("heading", name="The truth is missing")).to_be_visible()
    settled(page)
    with page.expect_download() as caught:
        page.get_by_role("button", name="Report (HTML").click()
    report = tmp_path / caught.value.suggested_filename
    caught.value.save_as(report)
    with visiting(browser, offline=True) as context:
        alone, asked = context.new_page(), []
        alone.on("request", lambda request: asked.append(request.url))
        alone.goto(report.as_uri())
        expect(alone.get_by_role("heading", level=1)).to_have_text("Report on votes.csv")
        expect(alone.get_by_role("heading", name="The truth is missing")).to_be_visible()
        expect(alone.get_by_text("6 votes of 3 workers")).to_be_visible()
        expect(alone.get_by_role("cell", name="cat").first).to_be_visible()
        assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []


def test_a_bad_file_is_answered_with_its_row_and_the_next_one_is_taken(server: str, page: Page) -> None:
    bring(page, server, "bad.csv", b"target,cat,dog\ncat,1,0\ndog,0.3,nan\n")
    expect(page.get_by_test_id("stAlert")).to_contain_text(
        "row 1, column 1: allowed: a finite number; got nan"
    )
    field(page).set_input_files(payload("good.csv", b"target,cat,dog\ncat,1,0\ndog,0.3,0.7\n"))
    expect(page.get_by_text("good.csv · 2 examples · 2 classes")).to_be_visible()
    expect(page.get_by_text("could not be read")).to_have_count(0)


def test_a_file_over_the_limit_never_leaves_the_browser(server: str, page: Page) -> None:
    bring(page, server, "large.csv", b"x" * (5 * 2**20 + 1))
    expect(page.get_by_text(re.compile("File must be 5.*MB or smaller"))).to_be_visible()
    expect(page.get_by_test_id("stMetric")).to_have_count(0)


def test_another_visitor_sees_nothing_of_it(server: str, page: Page, browser: Browser) -> None:
    bring(page, server, "secret.npz", write(uploads.example(), ".npz"))
    expect(page.get_by_text("secret.npz · 1,200 examples")).to_be_visible()
    with visiting(browser) as context:
        other = context.new_page()
        other.goto(page.url)
        expect(other.get_by_role("button", name="Try it with an example")).to_be_visible()
        expect(other.get_by_text("secret")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_scrolls_one_way_only_and_axe_finds_nothing(server: str, page: Page, scheme: str) -> None:
    phone = seen_as(page, 390, 844, scheme)
    bring(phone, server, "mine.npz", write(uploads.example(), ".npz"))
    phone.get_by_role("button", name="Train students").click()
    expect(phone.get_by_text("Best: CC")).to_be_visible()
    expect(phone.locator(".js-plotly-plot .main-svg").first).to_be_visible()
    settled(phone)
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    assert phone.get_by_test_id("stMain").evaluate("e => e.scrollWidth - e.clientWidth") <= 0
    without_violation(phone)


def test_the_keyboard_alone_measures_the_example(server: str, page: Page) -> None:
    page.goto(f"{server}/labels")
    button = page.get_by_role("button", name="Try it with an example")
    expect(button).to_be_visible()
    settled(page)
    for _ in range(40):
        page.keyboard.press("Tab")
        if button.evaluate("e => e === document.activeElement"):
            break
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("stMetric").first).to_be_visible()


def test_training_shows_its_progress_and_is_cancelled(server: str, page: Page) -> None:
    truth, content = np.arange(20_000) % 10, io.BytesIO()
    pixels = stream(0, "pixels").integers(256, size=(len(truth), 7, 7), dtype=np.uint8)
    np.savez_compressed(content, soft_labels=np.eye(10)[truth], targets=truth, features=pixels)
    bring(page, server, "many.npz", content.getvalue())
    expect(page.get_by_test_id("stMetric").first).to_be_visible()
    settled(page)
    with answering(page):
        page.get_by_role("spinbutton", name="Replicates").fill("16")  # long enough to be seen at work
        page.keyboard.press("Enter")
    page.get_by_role("button", name="Train students").click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    expect(page.get_by_text(re.compile(r"^Working: [1-9]\d?\s%"))).to_be_visible()
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("Cancelled.")).to_be_visible()
    bring(page, server, "small.csv", b"target,cat,dog\ncat,1,0\ndog,0.3,0.7\n")
    expect(page.get_by_text("small.csv · 2 examples")).to_be_visible()  # the worker is free again


def test_chinese_shows_the_same_numbers(server: str, page: Page) -> None:
    content = write(uploads.example(), ".csv")
    bring(page, server, "mine.csv", content)
    expect(page.get_by_test_id("stMetric").first).to_be_visible()
    settled(page)
    english = page.get_by_test_id("stMetricValue").all_inner_texts()
    bring(page, server, "mine.csv", content, "labels?lang=zh")
    expect(page.get_by_role("heading", name="最严重的混淆")).to_be_visible()
    expect(page.get_by_test_id("stMetricValue")).to_have_text(english)


VOTES = b"task,worker,label\n1,w1,cat\n1,w2,dog\n1,w3,cat\n2,w1,dog\n2,w2,dog\n2,w3,owl\n"
TRUTH = b"task,truth\n2,dog\n1,cat\n"


def test_labels_and_truth_come_at_once_and_a_reload_keeps_them(server: str, page: Page) -> None:
    page.goto(f"{server}/labels")
    field(page).set_input_files([payload("truth.csv", TRUTH), payload("votes.csv", VOTES)])
    expect(page.get_by_text("votes.csv with truth.csv · 2 examples")).to_be_visible()
    expect(page.get_by_role("heading", name="How many votes it takes")).to_be_visible()
    page.reload()
    expect(page.get_by_text("votes.csv with truth.csv · 2 examples")).to_be_visible()
    assert "votes" not in page.url
    page.get_by_role("button", name="Take another file").click()
    expect(page.get_by_role("button", name="Try it with an example")).to_be_visible()
    page.reload()
    expect(page.get_by_role("button", name="Try it with an example")).to_be_visible()
    expect(page.get_by_text("no longer kept")).to_have_count(0)


def test_a_truth_is_added_and_the_reading_changed_without_sending_again(server: str, page: Page) -> None:
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "PUT" else None)
    bring(page, server, "votes.csv", VOTES)
    expect(page.get_by_role("heading", name="The truth is missing")).to_be_visible()
    field(page).set_input_files(payload("truth.csv", TRUTH))
    expect(page.get_by_text("votes.csv with truth.csv · 2 examples")).to_be_visible()
    settled(page)
    assert len(sent) == 2
    page.get_by_text("How the file is read", exact=True).click()
    page.get_by_role("textbox", name="Names of the classes in their order").fill("cat, dog")
    page.get_by_role("button", name="Read it so").click()
    expect(page.get_by_text("class_names: allowed: 3 names, one a class; got 2")).to_be_visible()
    page.get_by_role("textbox", name="Names of the classes in their order").fill("cat, dog, owl")
    page.get_by_role("button", name="Read it so").click()
    expect(page.get_by_text("votes.csv with truth.csv · 2 examples")).to_be_visible()
    page.get_by_role("slider", name="Set size k").press("ArrowRight")
    expect(page.get_by_text("Δ + γ at k = 2")).to_be_visible()
    assert len(sent) == 2
    page.get_by_role("button", name="Take another file").click()
    field(page).set_input_files(payload("mine.xlsx", b"PK"))
    expect(page.get_by_test_id("stAlert")).to_contain_text(".csv, .npz, .parquet, .npy, .jsonl, .json")


def saved(array: np.ndarray) -> bytes:
    content = io.BytesIO()
    np.save(content, array)
    return content.getvalue()


THREE = np.array([[0.5, 0.3, 0.2], [0.0, 0.9, 0.1], [0.125, 0.125, 0.75]])
GERMAN = "target;a;b;c\na;0,7;0,2;0,1\nb;0,1;0,8;0,1\n".encode("utf-8-sig")
LINES = (
    b'{"label_dist": {"e": 0.3, "n": 0.7}, "truth": "n"}\n'
    b'{"label_dist": {"e": 0.9, "c": 0.1}, "truth": "e"}\n'
)
PATHS: dict[str, tuple[list[FilePayload], str, str]] = {
    "npy and its truth": (
        [payload("probs.npy", saved(THREE)), payload("truth.npy", saved(np.array([0, 1, 2])))],
        "probs.npy with truth.npy · 3 examples · 3 classes",
        "",
    ),
    "csv from a German Excel": ([payload("excel.csv", GERMAN)], "excel.csv · 2 examples · 3 classes", ""),
    "json lines": ([payload("mine.jsonl", LINES)], "mine.jsonl · 2 examples · 3 classes", ""),
    "packed counts": (
        [payload("votes.csv.gz", gzip.compress(b"id,target,a,b\n7,a,7,3\n8,b,3,7\n"))],
        "votes.csv.gz · 2 examples · 2 classes",
        "Whole numbers, read as votes: 10 in every row",
    ),
    "a row a vote": (
        [payload("votes.csv", VOTES), payload("t.csv", TRUTH)],
        "votes.csv with t.csv · 2 examples",
        "One row a vote: 6 votes of 3 workers",
    ),
}


@pytest.mark.parametrize("way", PATHS)
def test_five_formats_from_the_field_to_the_report(server: str, page: Page, way: str, tmp_path: Path) -> None:
    files, loaded, converted = PATHS[way]
    page.goto("about:blank")
    page.context.clear_cookies()
    page.goto(f"{server}/labels")
    field(page).set_input_files(files)
    expect(page.get_by_text(loaded)).to_be_visible()
    settled(page)
    if converted:
        expect(page.get_by_text(converted)).to_be_visible()
    page.get_by_role("slider", name="Set size k").focus()
    page.keyboard.press("Home")
    expect(page.get_by_text("Δ + γ at k = 1", exact=True)).to_be_visible()
    settled(page)
    assert number(page, "Unreliability") == "?"  # of two or three examples: the interval says it
    page.get_by_text("The same in code", exact=True).click()
    expect(page.get_by_text(f"softlabel indicators {files[0]['name']}")).to_be_visible()
    with page.expect_download() as caught:
        page.get_by_role("button", name="Report (JSON").click()
    caught.value.save_as(tmp_path / "report.json")
    found = json.loads((tmp_path / "report.json").read_text())
    assert (found["indicators"]["k"], found["indicators"]["unreliability"]) == (1, 0)
