"""The script of every page: what stands around it, then the page itself."""

from pathlib import Path

import streamlit as st

from ui import bar, state
from ui.components import keys

root = Path(__file__).resolve().parents[1]
st.set_page_config(page_title="Soft Label Lab", page_icon="🎓", layout="wide")
state.open_session()
page = st.navigation(
    [
        st.Page(
            root / "pages" / f"{name}.py",
            title=state.t(f"shell.{name}"),
            url_path="" if name == "start" else name,
            default=name == "start",
        )
        for name in ("start", "learn", "explore", "map", "compare", "labels")
    ],
    position="top",
)
state.arrive(page.url_path)
bar.dress()
above = st.container(horizontal=True, vertical_alignment="center", gap="small", key="bar")
bar.notices()
try:
    page.run()
    state.publish()  # not where the page was interrupted: the next run knows the address better
finally:  # also where a page stopped early; the bar shows the state as the page leaves it
    with above:
        bar.draw()
    with st.container(key="answered"):
        keys.answered()
