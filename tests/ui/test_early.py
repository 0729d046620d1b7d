"""What a page's head names beforehand is what the page fetches, and each once."""

import re
from pathlib import PurePath

import pytest
from starlette.applications import Starlette
from starlette.responses import HTMLResponse
from starlette.routing import Route

import app
from tests.ui.strangers import Browser
from ui.web import assets, early
from ui.web.pages import PAGES, Paths

INDEX = (early.FOLDER.parents[1] / "index.html").read_text(encoding="utf-8")
LINK = re.compile(r'(?:href|src)="([^"]+)"')


def answered(path: str) -> str:
    """Streamlit's page at a path, with its own head."""
    page = Starlette(routes=[Route(path, lambda _: HTMLResponse(INDEX))])
    paths = Paths(page, fetched=app._fetched, standing=app._standing)
    return Browser(paths).get(path).body.decode()


@pytest.mark.parametrize("name", early.LAZY)
def test_streamlit_has_the_scripts_that_are_fetched_early(name: str) -> None:
    """Another version that calls them otherwise is noticed here."""
    assert len(list(early.FOLDER.glob(f"{name}.*.js"))) == 1


@pytest.mark.parametrize("page", PAGES)
def test_every_file_is_there_and_named_once(page: str) -> None:
    found = LINK.findall(answered("/" if page == PAGES[0] else f"/{page}"))
    fetched = [one for one in found if one.startswith(("./static/js/", assets.address("")))]
    assert len(fetched) == len(set(fetched))
    scripts = {PurePath(one).name for one in found if one.startswith("./static/js/")}
    assert all((early.FOLDER / one).is_file() for one in scripts)
    for name in scripts:  # whatever a script imports comes with it
        text = (early.FOLDER / name).read_text(encoding="utf-8")
        assert set(early.IMPORTED.findall(text)) <= scripts
    ours = [one for one in found if one.startswith(assets.address(""))]
    assert len(ours) == 4 + sum(one in ours for one in app._fetched(page, "en"))
    assert any(one not in app._standing() for one in ours) == (page in ("start", "explore"))
    whole = Browser(Starlette(routes=assets.routes()))
    assert all(whole.get(one).status == 200 for one in ours)


@pytest.mark.parametrize("page", PAGES)
def test_the_server_is_where_the_page_stands_but_for_its_name(page: str) -> None:
    path = "" if page == PAGES[0] else f"/{page}"
    assert f'page = "{path}";' in answered(path or "/")


def test_the_style_and_the_scripts_of_every_page_stand_before_what_it_draws() -> None:
    """The style after Streamlit's own; the scripts before Streamlit's, which wait for the document."""
    style, *scripts = app._standing()
    said = [f'<link rel="stylesheet" href="{style}">', *(f'<script src="{one}"></script>' for one in scripts)]
    assert "\n".join([*said, '<div id="root">']) in answered("/map").partition("</head>")[2]
    assert all('type="module"' in one for one in re.findall(r"<script[^>]*src=[^>]*static/js[^>]*>", INDEX))
