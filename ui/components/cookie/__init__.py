"""A cookie of the browser's visit, set by the page itself: gone when the browser is closed.

Streamlit tells a session only the cookies that its connection began with, so one that is set now is read
after a reload.
"""

import json

import streamlit as st


def told(name: str) -> str | None:
    """The value that the browser brought along when this session began."""
    return st.context.cookies.get(name)


def keep(name: str, value: str) -> None:
    """Set the cookie; an empty value takes it away. Letters, digits, - and _ only."""
    ends = "" if value else "; max-age=0"
    text = json.dumps(f"{name}={value}; path=/; samesite=strict{ends}")
    st.html(f"<script>document.cookie = {text};</script>", unsafe_allow_javascript=True)
