"""The script of every page: what stands around it, then the page itself."""

from pathlib import Path

import streamlit as st

from ui import bar, state
from ui.web.pages import PAGES, title
from ui.web.turns import scripts

ROOT = Path(__file__).resolve().parents[1]


@scripts.taken()
def main() -> None:
    """What stands above, the page, what the bar says then."""
    state.open_session()
    page = st.navigation(
        [
            st.Page(
                ROOT / "pages" / f"{name}.py",
                title=state.t(f"shell.{name}"),
                url_path="" if name == PAGES[0] else name,
                default=name == PAGES[0],
            )
            for name in PAGES
        ],
        position="top",
    )
    state.arrive(page.url_path)
    name = page.url_path or PAGES[0]
    st.set_page_config(page_title=title(state.language(), name), page_icon="🎓", layout="wide")
    bar.dress()
    above = st.container(key="bar")
    bar.notices()
    bar.lacks()
    try:
        page.run()
        state.publish()  # not where the page was interrupted: the next run knows the address better
    finally:  # also where a page stopped early; the bar shows the state as the page leaves it
        with above:
            bar.draw(page.url_path)


main()
