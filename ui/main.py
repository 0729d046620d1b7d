"""The script of every page: what stands around it, then the page itself.

Everything stands under the guard: a worker process re-executes the main script under another name and must
not import streamlit.
"""

if __name__ == "__main__":
    import sys
    from pathlib import Path

    root = Path(__file__).resolve().parents[1]
    if str(root) not in sys.path:
        sys.path.insert(0, str(root))

    import streamlit as st

    from ui import bar, state
    from ui.components import keys

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
    finally:  # also where a page stopped early; the bar shows the state as the page leaves it
        with above:
            bar.draw()
        state.publish()
        with st.container(key="answered"):
            keys.answered()
