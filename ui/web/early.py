"""What a page fetches in any case, named in its head, so that it comes while Streamlit's own scripts do.

Left to itself a browser hears of the scripts of a page's elements when the first element has come, of a
figure's when that script runs, and of its numbers when the figure's runs: one wait after the other. And
Streamlit's page asks below its own path (`/explore/_stcore/health`) where the server is, before at the root.
"""

import html
import json
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path, PurePath

import streamlit as st

FOLDER = Path(st.__file__).parent / "static" / "static" / "js"
"""Streamlit's scripts."""

LAZY = ("Html", "BidiComponent")
"""Streamlit's elements of most pages whose scripts are fetched when the first of them comes."""

IMPORTED = re.compile(r"""(?:from|import)\s*["']\./([\w.-]+\.js)["']""")

SERVER = """<script>{{
  const way = location.pathname.replace(/\\/+$/, ""), page = {page};
  window.__streamlit = {{ BACKEND_BASE_URL: location.origin + way.slice(0, way.length - page.length) }};
}}</script>"""
"""Where the server is, as Streamlit's page would find out by asking."""

KINDS = {
    ".js": 'rel="modulepreload" crossorigin',
    ".json": 'rel="preload" as="fetch" crossorigin',
    ".css": 'rel="preload" as="style"',
}
"""How a name ends -> as what it is fetched: exactly as the page will ask, else it comes twice."""

STANDING = {".css": '<link rel="stylesheet" href="{}">', ".js": '<script src="{}"></script>'}
"""How a name ends -> how it stands in a page."""


def head(path: str, ours: Iterable[str], known: str) -> str:
    """For the end of a page's head. `path`: of the page, with a slash before it, empty for the first one;
    `ours`: addresses of what it will fetch from us; `known`: the head as it is."""
    theirs = [f"./static/js/{name}" for name in _scripts() if name not in known]
    links = "\n".join(
        f'<link {KINDS[PurePath(one).suffix]} href="{html.escape(one)}">' for one in [*theirs, *ours]
    )
    return f"{SERVER.format(page=json.dumps(path))}\n{links}\n"


def standing(ours: Iterable[str]) -> str:
    """For the place before all that a page draws: the style, after Streamlit's own in the head and before the
    present mode's, and the scripts of every page, which run before Streamlit's."""
    return "".join(STANDING[PurePath(one).suffix].format(html.escape(one)) + "\n" for one in ours)


@cache
def _scripts() -> tuple[str, ...]:
    """The scripts of `LAZY` and all that they import."""
    found = {file.name: None for name in LAZY for file in FOLDER.glob(f"{name}.*.js")}
    waiting = list(found)
    while waiting:
        text = (FOLDER / waiting.pop()).read_text(encoding="utf-8")
        new = [name for name in IMPORTED.findall(text) if name not in found]
        found |= dict.fromkeys(new)
        waiting += new
    return tuple(found)
