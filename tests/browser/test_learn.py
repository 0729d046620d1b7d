"""Lessons in a real browser, and the minute of docs/teaching.md as it is written."""

import re
from urllib.parse import parse_qsl, urlsplit

import pytest
from playwright.sync_api import Page, expect

from softlabel_core import Experiment
from softlabel_core.atlas import lookup
from softlabel_core.experiment import link
from softlabel_core.teaching.lessons import STEPS
from tests.browser.conftest import answering, seen_as, settled
from ui.words.i18n import say
from ui.words.sentences import plus_minus


def open_step(page: Page, server: str, step: str, **parameters: str) -> None:
    text = "&".join(f"{name}={value}" for name, value in {"step": step, **parameters}.items())
    page.goto(f"{server}/learn?{text}")
    expect(page.get_by_role("button", name=say(parameters.get("lang", "en"), "learn.reveal"))).to_be_visible()
    settled(page)  # it knows its keys


def sound(page: Page) -> None:
    expect(page.get_by_test_id("stException")).to_have_count(0)


def in_address(page: Page) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(page.url).query))


def outcome(step: str) -> str:
    found = lookup.find(STEPS[step][1].experiment)
    assert found is not None
    return plus_minus(found.result.student_accuracy)


def test_predict_reveal_and_open_in_explore(server: str, page: Page) -> None:
    name = "errors.bad-teacher"
    outside: list[str] = []
    page.on("request", lambda request: outside.append(request.url))
    open_step(page, server, name)
    lesson = page.get_by_test_id("stMain")
    expect(lesson).not_to_contain_text(outcome(name))
    slider = page.get_by_role("slider")
    slider.focus()
    with answering(page):
        for _ in range(3):
            slider.press("ArrowRight")
    expect(slider).to_have_value("53")
    page.get_by_role("button", name="Reveal").click()
    expect(page.get_by_text("You said 53 %.")).to_be_visible()
    expect(lesson).to_contain_text(outcome(name))
    expect(page.get_by_text("Precomputed (")).to_be_visible()
    page.get_by_role("link", name="Open in Explore").click()
    expect(page.get_by_role("button", name=say("en", "observatory.draw-anew"))).to_be_visible()
    settled(page)
    assert urlsplit(page.url).path == "/explore"
    assert link.parse(in_address(page)) == (STEPS[name][1].experiment, [])
    page.get_by_role("link", name="Learn", exact=True).click()
    expect(page.get_by_text("You said 53 %.")).to_be_visible()  # predictions are kept
    sound(page)
    assert all(url.startswith((server, "data:", "blob:")) for url in outside)


def test_back_from_an_exercise_is_at_the_end_of_its_lesson(server: str, page: Page) -> None:
    open_step(page, server, "errors.bad-teacher")
    page.get_by_role("button", name="Reveal").click()
    exercise = page.locator(".st-key-next-exercise-1")
    exercise.get_by_role("link").click()
    expect(page).to_have_url(re.compile(r"/explore\?.*bias=rival-matrix"))
    settled(page)
    page.go_back()
    expect(page.get_by_text("step 4 of 4")).to_be_visible()
    expect(exercise).to_be_visible()
    settled(page)
    assert in_address(page)["step"] == "errors.bad-teacher"


@pytest.mark.parametrize("name", ["pooling.second", "rule.before"])
def test_both_languages_show_the_same_numbers(server: str, page: Page, name: str) -> None:
    found = []
    for language in ("en", "zh"):
        open_step(page, server, name, lang=language)
        page.get_by_role("button", name=say(language, "learn.reveal")).click()
        reveal = page.locator(".st-key-reveal")
        expect(reveal).to_contain_text(outcome(name))
        settled(page)
        found.append(sorted(re.findall(r"\d+(?:\.\d+)?", reveal.inner_text())))
        expect(page.locator("html")).to_have_attribute("lang", language)
    assert found[0] == found[1]


def test_keys_lead_through_the_steps_and_reload_keeps_the_place(server: str, page: Page) -> None:
    open_step(page, server, "rule.before")
    page.keyboard.press("PageDown")
    expect(page.get_by_text("step 2 of 5")).to_be_visible()
    expect(page).to_have_url(re.compile(r"[?&]step=rule\.line(&|$)"))
    page.keyboard.press("Control+Enter")
    expect(page.locator(".st-key-reveal")).to_contain_text(outcome("rule.line"))
    page.reload()
    expect(page.get_by_text("step 2 of 5")).to_be_visible()
    settled(page)
    page.keyboard.press("PageUp")
    expect(page.get_by_text("step 1 of 5")).to_be_visible()


def test_the_count_by_hand_fits_a_phone(server: str, page: Page) -> None:
    seen_as(page, 390, 844, "dark")
    open_step(page, server, "indicators.by-hand")
    page.get_by_role("button", name="Reveal").click()
    counted = page.locator(".st-key-reveal")
    expect(counted).to_contain_text("Δ = 1 − 1/4 = 0.75", use_inner_text=True)
    page.get_by_role("radio", name="2", exact=True).click()
    expect(counted).to_contain_text("Δ + γ = 0.50", use_inner_text=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    sound(page)


def test_the_minute_of_the_instructor(server: str, page: Page) -> None:
    """docs/teaching.md, 60 seconds, line by line; the answers come from the atlas."""
    seen_as(page, 1920, 1080)
    open_step(page, server, "rule.line", present="1")
    slider = page.get_by_role("slider")
    slider.focus()
    slider.press("ArrowLeft")
    expect(slider).to_have_value("49")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("You said 49 %.")).to_be_visible()
    expect(page.locator(".st-key-reveal")).to_contain_text(outcome("rule.line"))
    page.get_by_role("link", name="Move it with one slider").click()
    lead = page.locator(".st-key-lead")
    expect(lead).to_contain_text(outcome("rule.line"))
    moved = STEPS["rule.line"][1].experiment
    for rate in (0.4, 0.3, 0.2):
        page.keyboard.press("PageUp")
        moved = Experiment.parse(
            {**moved.model_dump(), "bias": {**moved.bias.model_dump(), "unreliability": rate}}
        )
        found = lookup.find(moved)
        assert found is not None
        expect(lead).to_contain_text(plus_minus(found.result.student_accuracy))
    page.keyboard.press("f")
    imitated = Experiment.parse(
        {**moved.model_dump(), "framework": {"kind": "soft-labels", "loss": "cross-entropy"}}
    )
    found = lookup.find(imitated)
    assert found is not None
    expect(lead).to_contain_text(plus_minus(found.result.student_accuracy))
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Share").click()
    expect(page.get_by_alt_text("QR code of the link above")).to_be_visible()
    shown = page.get_by_role("dialog").locator(".text code")
    expect(shown).to_contain_text(server)
    address = shown.text_content() or ""
    assert link.parse(dict(parse_qsl(urlsplit(address).query))) == (imitated, [])
    sound(page)
