"""Labels: to come."""

import streamlit as st

from ui import state

state.open_session()
st.title(state.t("shell.labels"), anchor=False)
st.markdown(state.t("shell.coming"))
st.page_link("../pages/explore.py", label=state.t("shell.explore"), query_params=state.link())
