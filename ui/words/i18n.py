"""The words of the interface, by language.

`locales/<language>/<page>.toml` holds short texts, `locales/<language>/<name>.md` long ones. A text may have
`{placeholders}`; all languages have the same keys and placeholders (tests/ui/test_i18n.py). No global locale:
every call names the language, since two visitors of one server may differ.
"""

import functools
import re
import tomllib
from pathlib import Path
from string import Formatter
from typing import Any

from softlabel_core.phrase import Phrase, Refusal
from softlabel_core.plugin import Plugin, Value

LANGUAGES = {"en": "English", "zh": "中文"}
"""Language id (also the `lang` of the page) -> its own name; the first is the default."""

FOLDER = Path(__file__).parent / "locales"


def minus(text: str) -> str:
    """Numbers with a minus sign in place of the hyphen."""
    return text.replace("-", "−")


class _Texts(Formatter):
    """Negative numbers have a minus sign, not a hyphen; per cent stands apart from its number."""

    def format_field(self, value: Any, format_spec: str) -> Any:
        text = super().format_field(value, format_spec)
        if format_spec.endswith("%"):
            text = text.replace("%", "\u00a0%")
        return minus(text) if isinstance(value, int | float) else text


@functools.cache
def table(language: str) -> dict[str, str]:
    """All short texts of a language: `{"<file>.<key>": text}`, tables within a file joined by dots."""
    texts: dict[str, str] = {}
    for path in sorted((FOLDER / language).glob("*.toml")):
        _flatten(tomllib.loads(path.read_text(encoding="utf-8")), path.stem, texts)
    return texts


def _flatten(part: dict[str, Any], prefix: str, texts: dict[str, str]) -> None:
    for key, value in part.items():
        if isinstance(value, dict):
            _flatten(value, f"{prefix}.{key}", texts)
        else:
            texts[f"{prefix}.{key}"] = value


def say(language: str, key: str, /, **values: Any) -> str:
    """The short text, its placeholders filled (`{share:.1%}` takes a format); raises KeyError."""
    text = table(language)[key]
    return _Texts().format(text, **values) if "{" in text or "}" in text else text


def joined(texts: list[str]) -> str:
    """Sentences one after the other: a space between them, none after a full-width mark."""
    return re.sub(r"(?<=[，。：；？！）]) ", "", " ".join(texts))


def known(language: str, key: str) -> bool:
    """Whether the language has that short text."""
    return key in table(language)


@functools.cache
def _beside(language: str, name: str) -> dict[str, str]:
    """What a language says for English that stands in the core: `locales/<name>.<language>.toml`."""
    path = FOLDER / f"{name}.{language}.toml"
    texts: dict[str, str] = {}
    if path.exists():
        _flatten(tomllib.loads(path.read_text(encoding="utf-8")), name, texts)
    return texts


def _plugin(language: str, part: str, key: str, english: str) -> str:
    """A text of a plug-in, in English where the language has none."""
    return _beside(language, "plugins").get(f"plugins.{part}.{key}", english)


def title(language: str, cls: type[Plugin]) -> str:
    """The name of a plug-in."""
    return _plugin(language, cls.family, cls.kind(), cls.title())


def about(language: str, cls: type[Plugin]) -> str:
    """What a plug-in is, Markdown."""
    return _plugin(language, f"about.{cls.family}", cls.kind(), cls.about())


def formula(language: str, cls: type[Plugin]) -> str:
    """The LaTeX of a plug-in with its words in the language; empty if there is none."""
    return re.sub(
        r"(?<=\\text\{).+?(?=\})", lambda word: _plugin(language, "formula", word[0], word[0]), cls.formula()
    )


def field_title(language: str, cls: type[Value], name: str) -> str:
    """The name of a field."""
    english = cls.model_fields[name].title or name.replace("_", " ").capitalize()
    return _plugin(language, "fields", name, english)


def field_help(language: str, cls: type[Value], name: str) -> str:
    """What a field is, in a sentence."""
    english = cls.model_fields[name].description or ""
    return _plugin(language, "help", " ".join(english.split()), english)


def choice(language: str, value: Any) -> str:
    """One of the values that a field offers, as a menu shows it."""
    return _plugin(language, "choices", str(value), str(value))


def problem(language: str, refusal: str | Refusal) -> str:
    """Why something is refused, escaped as by `plain`; in English where the language lacks the template."""
    return plain(problem_text(language, refusal))


def problem_text(language: str, refusal: str | Refusal) -> str:
    """The same as plain text, for where no Markdown is read."""
    return _filled(language, refusal.phrase if isinstance(refusal, Refusal) else refusal)


def _filled(language: str, said: str) -> str:
    known = (
        _beside(language, "refusals").get(f"refusals.{said.template}") if isinstance(said, Phrase) else None
    )
    if known is None or not isinstance(said, Phrase):
        return said
    parts = {
        name: _filled(language, part) if isinstance(part, Phrase) else part
        for name, part in said.parts.items()
    }
    return known.format(**parts)


def plain(text: str) -> str:
    """Text that a visitor or a file gave, escaped so that Markdown shows it letter by letter."""
    return re.sub(r"([\\`*_{}\[\]()<>#+\-.!|~:$^&])", r"\\\1", " ".join(text.split()))


@functools.cache
def text(language: str, name: str) -> str:
    """A long text, Markdown."""
    return (FOLDER / language / f"{name}.md").read_text(encoding="utf-8")
