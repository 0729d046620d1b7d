"""The script of every page: navigation, then the page itself.

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

    st.set_page_config(page_title="Soft Label Lab", page_icon="🎓", layout="wide")
    page = st.navigation(
        [
            st.Page(root / "pages" / "start.py", title="Start", default=True),
            st.Page(root / "pages" / "explore.py", title="Explore", url_path="explore"),
        ],
        position="top",
    )
    page.run()
