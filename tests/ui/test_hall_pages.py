"""The pages of hall mode: their words, and what they may not have."""

import re
from pathlib import Path

import pytest

from ui.words.i18n import table

FOLDER = Path(__file__).resolve().parents[2] / "ui" / "hall"
PAGES = {"phone": ("common.js", "phone.js"), "present": ("common.js", "plots.js", "present.js")}
"""Page -> its scripts."""

MADE = re.compile(r"`((?:phone|present|recipe)\.[^`]*\$\{[^`]*)`")
"""A key that is put together."""

NAMED = re.compile(r'"((?:phone|present|recipe)\.[a-z0-9-]+)"')


def script(page: str) -> str:
    return "\n".join((FOLDER / name).read_text(encoding="utf-8") for name in PAGES[page])


def patterns(text: str) -> list[str]:
    """Keys that are put together, as patterns."""
    return [re.sub(r"\\\$\\\{.*?\\\}", "[a-z0-9-]+", re.escape(one)) for one in MADE.findall(text)]


@pytest.mark.parametrize("page", PAGES)
def test_every_word_is_used_and_every_used_one_is_there(page: str) -> None:
    text = script(page)
    words = {key.removeprefix("hall.") for key in table("en") if key.startswith("hall.")}
    named, made = set(NAMED.findall(text)), patterns(text)
    assert named
    assert named <= words
    mine = {key for key in words if key.startswith(f"{page}.")}
    assert [key for key in mine - named if not any(re.fullmatch(one, key) for one in made)] == []
    assert [one for one in made if not any(re.fullmatch(one, key) for key in words)] == []


@pytest.mark.parametrize("page", PAGES)
def test_the_page_asks_nobody_else_and_speaks_no_language(page: str) -> None:
    """No other address, no style or deed in an attribute, which the policy would not let through."""
    document = (FOLDER / f"{page}.html").read_text(encoding="utf-8")
    text = script(page).replace("http://www.w3.org/2000/svg", "")
    assert "://" not in document
    assert not re.findall(r"\w+://\w", text)
    assert not re.findall(r"\s(?:style|on\w+)=", document)
    assert "innerHTML" not in text
    assert re.findall(r"\{\{(\w+)\}\}", document) == ["style", "given", "script"]
