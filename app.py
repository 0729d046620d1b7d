"""The dashboard: `streamlit run app.py`.

The script behind it is `ui/main.py`: with `pages/` beside a script that calls `st.navigation` the first
visitor of a fresh server would not get the page of a deep link (docs/decisions.md).
"""

from pathlib import Path

import streamlit as st

from ui.web.network import without_delay

app = st.App(Path(__file__).parent / "ui" / "main.py", lifespan=without_delay)
