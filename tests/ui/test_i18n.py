"""Every language says the same things with the same numbers."""

from string import Formatter

import pytest

from ui.words.i18n import FOLDER, LANGUAGES, say, table

OTHERS = [language for language in LANGUAGES if language != "en"]


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("language", OTHERS)
def test_the_same_keys_and_placeholders(language):
    english, other = table("en"), table(language)
    assert english.keys() == other.keys()
    assert {key: fields(text) for key, text in english.items()} == {k: fields(v) for k, v in other.items()}


@pytest.mark.parametrize("language", OTHERS)
def test_the_same_long_texts(language):
    assert {p.name for p in (FOLDER / "en").iterdir()} == {p.name for p in (FOLDER / language).iterdir()}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_empty_and_every_file_is_a_table(language):
    assert table(language)
    assert all(isinstance(text, str) and text.strip() for text in table(language).values())


def test_placeholders_are_filled_with_their_format():
    assert say("en", "presets.clean.title") == "Clean labels"
    assert say("zh", "presets.clean.title") != say("en", "presets.clean.title")
    with pytest.raises(KeyError):
        say("en", "presets.no-such-thing")
