"""The address bar: Back and Forward, what is copied from it, pages that are not there."""

import re
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import answering, serving, settled, visiting
from tests.browser.test_start import FIRST, asked_by, claim, slider
from ui.web.pages import PAGES, description, title


def move(page: Page, key: str) -> None:
    with answering(page):
        slider(page).press(key)


def visit(page: Page, name: str) -> None:
    here = page.get_by_role("link", name=name, exact=True).first
    with answering(page):
        here.click()
    expect(here).to_have_attribute("aria-current", "page")
    settled(page)


def entries(page: Page) -> int:
    return page.evaluate("history.length")


def test_back_and_forward_bring_page_and_address_together(server: str, page: Page) -> None:
    """Check 22: one entry a change and one a page, each with the page that was seen there."""
    page.goto(server)
    settled(page)
    first, before = page.url, entries(page)
    assert urlsplit(first).query == ""  # nobody chose anything
    seen = [(first, claim(FIRST.bias.rate))]
    for rate in (0.6, 0.7):
        move(page, "ArrowRight")
        expect(page.locator(".st-key-lead")).to_have_text(claim(rate))
        seen.append((page.url, claim(rate)))
    visit(page, "Map")
    on_map = page.url
    assert asked_by(page).bias.rate == 0.7
    visit(page, "Learn")
    on_learn = page.url
    assert entries(page) == before + 4

    page.go_back()
    expect(page).to_have_url(on_map)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Map")
    settled(page)
    for address, sentence in reversed(seen):
        page.go_back()
        expect(page.locator(".st-key-lead")).to_have_text(sentence)
        expect(page).to_have_url(address)
        settled(page)
    for address, sentence in seen[1:]:
        page.go_forward()
        expect(page.locator(".st-key-lead")).to_have_text(sentence)
        expect(page).to_have_url(address)
        settled(page)
    page.go_forward()
    page.go_forward()  # before Map has answered
    expect(page.get_by_role("heading", level=1)).to_contain_text("Learn")
    expect(page).to_have_url(on_learn)
    settled(page)
    assert entries(page) == before + 4


BEFORE_ITS_PATH = """() => {
    const link = document.body.appendChild(document.createElement('a'));
    link.href = '/map';
    link.addEventListener('click', event => event.preventDefault());
    link.click();
    link.remove();
    history.pushState({}, '', '/learn?v=1');
    history.pushState({}, '', '/map');
}"""
"""What Streamlit enters when a link is followed to a page that answers before it is drawn."""


def test_what_a_page_writes_before_its_path_waits_for_the_path(server: str, page: Page) -> None:
    """Check 22: Back never comes to the page before with the parameters of the page after it."""
    page.goto(f"{server}/learn?step=rule.line")
    settled(page)
    before = entries(page)
    page.evaluate(BEFORE_ITS_PATH)
    assert entries(page) == before + 1
    assert page.url == f"{server}/map?v=1"


def test_the_first_move_on_a_page_is_an_entry_of_its_own(server: str, page: Page) -> None:
    """Check 22: however quick the page was drawn; the page itself is one."""
    for _ in range(4):
        page.goto(f"{server}/map")
        settled(page)
        before = entries(page)
        visit(page, "Start")
        assert entries(page) == before + 1
        move(page, "ArrowRight")
        assert entries(page) == before + 2
        visit(page, "Compare")  # which writes its address as it arrives
        assert entries(page) == before + 3


def test_back_faster_than_the_page_answers(server: str, page: Page) -> None:
    """Check 22: whoever presses Back three times at once is three changes back, and can go on from there."""
    page.goto(server)
    settled(page)
    for _ in range(4):
        move(page, "ArrowRight")
    page.evaluate("[0, 60, 120].forEach(ms => setTimeout(() => history.back(), ms))")
    expect(page.locator(".st-key-lead")).to_have_text(claim(0.6))
    settled(page)
    assert asked_by(page).bias.rate == 0.6
    move(page, "ArrowRight")
    expect(page.locator(".st-key-lead")).to_have_text(claim(0.7))
    assert asked_by(page).bias.rate == 0.7


def test_steps_languages_and_modes_come_back_too(server: str, page: Page) -> None:
    """Check 22: whatever an address says, not the experiment alone."""
    page.goto(f"{server}/learn")
    settled(page)
    progress = page.get_by_test_id("stProgress")
    steps = [progress.inner_text()]
    for _ in range(2):
        with answering(page):
            page.keyboard.press("PageDown")
        steps.append(progress.inner_text())
    with answering(page):
        page.get_by_role("button", name="中文").click()
    page.wait_for_function("document.documentElement.lang === 'zh'")
    page.go_back()
    page.wait_for_function("document.documentElement.lang === 'en'")
    settled(page)
    for step in reversed(steps[:-1]):
        page.go_back()
        expect(progress).to_have_text(step)
        settled(page)
    expect(page).to_have_url(re.compile(r"^[^?]*$"))


def test_a_copied_address_is_the_page_that_it_was_copied_from(
    server: str, page: Page, browser: Browser
) -> None:
    """Check 22: after Back, too."""
    page.goto(server)
    settled(page)
    move(page, "ArrowRight")
    move(page, "ArrowRight")
    page.go_back()
    expect(page.locator(".st-key-lead")).to_have_text(claim(0.6))
    settled(page)
    with visiting(browser) as context:
        other = context.new_page()
        other.goto(page.url)
        expect(other.locator(".st-key-lead")).to_have_text(claim(0.6))


def test_a_link_of_start_keeps_no_lessons_step(server: str, page: Page) -> None:
    page.goto(f"{server}/learn?step=rule.line")
    settled(page)
    with answering(page):
        page.keyboard.press("PageDown")
    expect(page).to_have_url(re.compile(r"step=rule\.hidden"))
    visit(page, "Start")
    expect(page).not_to_have_url(re.compile("step="))
    page.get_by_role("button", name="Share").click()
    shown = page.get_by_role("dialog").locator(".text code")
    expect(shown).to_contain_text(server)
    expect(shown).not_to_contain_text("step=")
    page.keyboard.press("Escape")
    expect(shown).to_have_count(0)
    visit(page, "Learn")
    expect(page).to_have_url(re.compile(r"step=rule\.hidden"))


def test_a_code_that_no_phone_can_open_says_so(server: str, page: Page) -> None:
    page.goto(server)
    settled(page)
    page.get_by_role("button", name="Share").click()
    expect(page.get_by_text("a phone cannot open it")).to_be_visible()
    expect(page.get_by_text("HOST=0.0.0.0")).to_be_visible()


def test_every_page_has_its_own_title_and_description(server: str, page: Page) -> None:
    """From the server, before any script has run, and after a walk through all pages."""
    titles = set()
    for name in PAGES:
        answer = page.request.get(
            f"{server}/{'' if name == 'start' else name}", headers={"accept-language": "zh"}
        )
        assert f"<title>{title('zh', name)}</title>" in answer.text()
        assert description("zh", name) in answer.text()
        titles.add(title("zh", name))
    assert len(titles) == len(PAGES)
    page.goto(server)
    settled(page)
    for name in PAGES:
        if name != "explore":
            visit(page, title("en", name).partition(" ·")[0])
            expect(page).to_have_title(title("en", name))
            expect(page.locator("meta[name=description]")).to_have_attribute(
                "content", description("en", name)
            )


def lead_home(page: Page, server: str) -> None:
    """Paths that no page has say so, and lead to the first page."""
    for path in ("nope", "explore/nope", "Explore", "start"):
        answer = page.goto(f"{server}/{path}")
        assert answer is not None
        assert answer.status == 404, path
        expect(page.get_by_role("heading", name="There is no such page")).to_be_visible()
    page.goto(f"{server}/explore/nope?lang=zh")
    expect(page.get_by_role("heading", name="没有这个页面")).to_be_visible()
    page.get_by_role("link", name="开始").click()
    settled(page)
    expect(page.locator(".st-key-lead strong").first).to_be_visible()
    assert urlsplit(page.url).path.rstrip("/") == urlsplit(server).path


def test_a_path_without_a_page_leads_home(server: str, page: Page) -> None:
    lead_home(page, server)
    for path, kind in (("favicon.png", "image/png"), ("_stcore/health", "text/plain")):
        answer = page.request.get(f"{server}/{path}")
        assert answer.status == 200
        assert answer.headers["content-type"].startswith(kind)


def test_under_a_base_path_too(page: Page) -> None:
    """As behind a proxy at /lab/: pages, links between them and paths without a page."""
    with serving(base="lab") as server:
        lead_home(page, server)
        page.goto(f"{server}/map")
        settled(page)
        expect(page).to_have_title(re.compile("Map"))
        visit(page, "Start")
        move(page, "ArrowRight")
        assert urlsplit(page.url).path.rstrip("/") == "/lab"
        with answering(page):  # an answer on its way writes its address, and undoes the next press
            page.go_back()
        page.go_back()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Map")
        page.goto("about:blank")
