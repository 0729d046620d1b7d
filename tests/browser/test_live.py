"""Live runs as several visitors of one server with one worker see them."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import BrowserContext, Locator, Page, expect

from softlabel_core import run
from softlabel_core.experiment import link
from tests.browser.conftest import settled

LONG = {"training.epochs": 200, "replicates": 64, "student.width": 512}
"""A run of minutes, so that it is under way until it is cancelled."""

TOO_BIG = {
    "training.epochs": 200,
    "training.batch_size": 1,
    "replicates": 64,
    "student": "cnn",
    "student.width": 64,
}
"""A run of hours, by a student of which no run corrects the prediction."""

QUEUED = {"replicates": 64, "bias": "demotion", "bias.rank": 3}
"""A run that waits while the atlas has the nearest numbers."""

UNDER_WAY = re.compile(r"Under way: \d+\s%")
LATER = "([root, epochs]) => Number(root.dataset.epoch ?? 0) > epochs"


def asked(seed: int, **more: object) -> str:
    return "&".join(f"{name}={value}" for name, value in {"seed": seed, **more}.items())


@contextmanager
def visitor(window: BrowserContext, server: str, query: str) -> Iterator[Page]:
    page = window.new_page()
    page.goto(f"{server}/explore?{query}")
    settled(page)
    yield page
    page.close()


def train(page: Page) -> None:
    page.get_by_role("button", name=re.compile("^Train")).click()


def standing(page: Page) -> Locator:
    """The line that says how the run stands."""
    return page.locator(".observatory .state")


def ahead(count: int) -> re.Pattern[str]:
    return re.compile(f"In the queue, {count} before it; begins in about \\d+ s")


def number(page: Page) -> Locator:
    return page.locator(".observatory .hero .big")


def cancel(page: Page) -> None:
    page.get_by_role("button", name="Stop training").click()
    expect(standing(page)).to_have_text("Stopped; nothing of that run was kept.")
    expect(page.get_by_role("button", name=re.compile("^Train"))).to_be_enabled()


def watch(page: Page, epochs: int) -> None:
    """See a run under way go on by so many epochs."""
    figure = page.locator(".observatory").element_handle()
    before = int(figure.get_attribute("data-epoch") or 0)
    page.wait_for_function(LATER, arg=[figure, before + epochs])


def test_one_worker_and_many_visitors(server: str, window: BrowserContext) -> None:
    """Checks 6, 7 and 8: updates, others served, one job for two, the queue, a closed tab, cancel."""
    with (
        visitor(window, server, asked(7, **LONG)) as first,
        visitor(window, server, asked(7, **LONG)) as same,
        visitor(window, server, asked(21, **QUEUED)) as second,
        visitor(window, server, asked(22, **QUEUED)) as third,
    ):
        train(first)
        expect(standing(first)).to_have_text(UNDER_WAY)
        train(same)  # joins: one worker trains one job at a time
        expect(standing(same)).to_have_text(UNDER_WAY)

        train(second)
        expect(standing(second)).to_have_text(ahead(1))
        expect(number(second)).to_have_text(re.compile(r"^\d+\.\d%$"))  # of the atlas, meanwhile
        train(third)
        expect(standing(third)).to_have_text(ahead(2))
        second.close()

        watch(first, epochs=5)
        first.reload()
        expect(standing(first)).to_have_text(UNDER_WAY)
        watch(first, epochs=1)
        with visitor(window, server, asked(5)) as other:
            other.get_by_role("slider", name="Rank").press("ArrowRight")
            expect(other).to_have_url(re.compile(r"bias\.rank=4"))
            settled(other)
        watch(first, epochs=1)  # the other was served in the midst of the run

        expect(standing(third)).to_have_text(ahead(1))  # who closed the tab has lost their place
        cancel(third)
        cancel(same)  # who joined leaves; the others' run goes on
        watch(first, epochs=1)
        cancel(first)


def test_the_same_seed_gives_the_same_accuracy(server: str, window: BrowserContext) -> None:
    """Check 7: two visitors ask the same at once and get one run; the numbers are those of the core."""
    small = {"replicates": 2, "training.epochs": 3}
    chosen = link.parse({name: str(value) for name, value in {"seed": 91, **small}.items()})[0]
    with (
        visitor(window, server, asked(91, **small)) as one,
        visitor(window, server, asked(91, **small)) as other,
    ):
        train(one)
        train(other)
        lines = []
        for page in (one, other):
            line = page.get_by_text(re.compile("^Live run"))
            expect(line).to_be_visible()
            lines.append(line.inner_text())  # with the seconds it took
        assert lines[0] == lines[1]
        truth = f"{100 * run(chosen, device='cpu').student_accuracy.mean:.1f}%"
        for page in (one, other):
            expect(number(page)).to_have_text(truth)


def test_what_is_too_big_is_refused_with_its_time(server: str, page: Page) -> None:
    """Check 8: no place in the queue for what would hold it up."""
    page.goto(f"{server}/explore?{asked(1, **TOO_BIG)}")
    settled(page)
    train(page)
    expect(standing(page)).to_have_text(re.compile(r"would take about [\d,]+ seconds"))
    expect(page.get_by_role("button", name=re.compile("^Train"))).to_be_enabled()
