"""Words and symbols with their meanings, and texts in which pointing, keys or touch ask for them."""

import functools
import html
import re

from ui.words.i18n import say, table

FILE = "glossary"


@functools.cache
def entries(language: str) -> dict[str, tuple[str, str]]:
    """Id -> how it is written, by `|` where in several ways, and what it means."""
    ids = dict.fromkeys(key.split(".")[1] for key in table(language) if key.startswith(f"{FILE}."))
    return {one: (say(language, f"{FILE}.{one}.forms"), say(language, f"{FILE}.{one}.means")) for one in ids}


@functools.cache
def _pattern(language: str) -> tuple[re.Pattern[str], dict[str, str]]:
    """What finds every form, the longest first, and the id of each."""
    forms = {form: one for one, (said, _) in entries(language).items() for form in said.split("|")}
    parts = []
    for form in sorted(forms, key=len, reverse=True):
        edges = (r"(?<![A-Za-z])" if form[0].isascii() else "", r"(?![A-Za-z])" if form[-1].isascii() else "")
        parts.append(re.escape(form).join(edges))
    return re.compile("|".join(parts)), forms


def explained(language: str, text: str) -> str:
    """Markdown in which each word or symbol, where it comes first, shows its meaning (style.css, `.term`).

    There are no tags in it but these: a `<` of the text is shown as one.
    """
    pattern, forms = _pattern(language)
    told: set[str] = set()

    def once(found: re.Match[str]) -> str:
        one = forms[found[0]]
        if one in told:
            return found[0]
        told.add(one)
        means = html.escape(entries(language)[one][1])
        about = f'class="term" tabindex="0" aria-description="{means}"'
        return f"<span {about}>{found[0]}<span>{means}</span></span>"

    return pattern.sub(once, html.escape(text, quote=False))


def listed(language: str) -> str:
    """All of it as a list, Markdown."""
    rows = ((said.split("|")[0], means) for said, means in entries(language).values())
    colon = say(language, "marks.colon")
    return "\n".join(f"- **{name}**{colon}{means}" for name, means in rows)
