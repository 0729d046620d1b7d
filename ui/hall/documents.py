"""The two pages of a hall: one request each, and a policy that lets nothing run beside their own script."""

import base64
import gzip
import hashlib
import json
import re
from dataclasses import dataclass, fields
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from softlabel_core.hall.recipes import RECIPES, WHOLE, sliders
from softlabel_core.once import once
from ui.charts.palette import DARK, LIGHT, SORTS, Palette
from ui.web import assets
from ui.web.pages import spoken
from ui.words.i18n import LANGUAGES, table

HERE = Path(__file__).parent

SCRIPTS = {"phone": ("common.js", "phone.js"), "present": ("common.js", "plots.js", "present.js")}
"""Page -> what its script is made of, in one scope."""

COLOURS = ("noise", "flawed", "demoted", "deliberate", "clean", "other")
"""Of the recipes in their order (`palette.SORTS`)."""

UNREAD = re.compile(
    r"/\*[\s\S]*?\*/|^[ \t]*//.*$|[ \t]//[ \t][^\n\"'`]*$|^[ \t]+|[ \t]+$|(?<=\n)\n+", re.MULTILINE
)
"""What only readers of the source need: comments, and blanks around lines. No text of ours is like them."""


@dataclass(frozen=True)
class Document:
    """What is sent, plain and packed, and its policy."""

    content: bytes
    packed: bytes
    policy: str


def answer(request: Request, name: str) -> Response:
    """The page with that name, in the language of the browser to begin with."""
    found = document(name, spoken(request.scope))
    headers = {
        "Cache-Control": "no-cache",
        "Content-Security-Policy": found.policy,
        "Referrer-Policy": "no-referrer",
        "Vary": "Accept-Encoding, Accept-Language",
        "X-Content-Type-Options": "nosniff",
    }
    return assets.answer(request, found.content, lambda: found.packed, "text/html", headers)


@once(most=2 * len(LANGUAGES))
def document(name: str, language: str) -> Document:
    """A page, made once: its parts stand in it."""
    script = "".join(_brief(one) for one in SCRIPTS[name])
    style = colours() + _brief(f"{name}.css")
    given = json.dumps(_given(name, language), ensure_ascii=False, separators=(",", ":"))
    parts = {"style": style, "given": given.replace("<", "\\u003c"), "script": script}
    text = re.sub(r"{{(\w+)}}", lambda found: parts[found[1]], _text(f"{name}.html"))
    content = text.encode()
    policy = (
        f"default-src 'none'; connect-src 'self'; img-src 'self' data:; script-src {_hash(script)}; "
        f"style-src {_hash(style)}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return Document(content, gzip.compress(content, mtime=0), policy)


def _text(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")


def _brief(name: str) -> str:
    without = UNREAD.sub("", UNREAD.sub("", _text(name)))  # the blanks around what is gone as well
    return f"{without}\n"


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def colours() -> str:
    """The palette as variables of CSS, those of recipes by number."""
    marks = [SORTS[COLOURS[number % len(COLOURS)]] for number in range(len(RECIPES))]
    light, dark = (
        _variables(theme) + "".join(f"--r{number}:{mark[which]};" for number, mark in enumerate(marks))
        for which, theme in enumerate((LIGHT, DARK))
    )
    return f":root{{color-scheme:light dark;{light}}}@media(prefers-color-scheme:dark){{:root{{{dark}}}}}"


def _variables(theme: Palette) -> str:
    return "".join(f"--{one.name}:{getattr(theme, one.name)};" for one in fields(theme))


def _given(name: str, language: str) -> dict[str, object]:
    return {
        "lang": language,
        "texts": {  # those of another language come with the page in it
            language: {
                key.removeprefix("hall."): text
                for key, text in table(language).items()
                if key.startswith((f"hall.{name}.", "hall.recipe."))
            }
        },
        "recipes": [
            {
                "id": recipe,
                "sliders": [
                    {
                        "low": one.low,
                        "high": one.high,
                        "factor": one.value(1),
                        "share": one.share,
                        "start": (one.low + one.high + 1) // 2,
                    }
                    for one in sliders(recipe)
                ],
                "k": [] if entry.k == (WHOLE,) else entry.k,
            }
            for recipe, entry in RECIPES.items()
        ],
    }
