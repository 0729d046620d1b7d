"""Hands on the bar where no browser draws it."""

from typing import Any

import streamlit as st
from streamlit.testing.v1 import AppTest

from ui import state
from ui.bar import done
from ui.components import bar, deeds


class Bar:
    """In the place of `ui.components.bar.show`: what was to be drawn last, and what is done in it."""

    def __init__(self) -> None:
        self.data: dict[str, Any] = {}
        self._told: list[tuple[int, Any, Any]] = []
        self._arrive = state.arrive

    def show(self, data: dict[str, Any], *, on_deed: Any) -> None:
        """Keep what is drawn."""
        self.data = data

    def arrive(self, page: str) -> None:
        """As a browser that tells its deeds before the page is drawn, again until they are heard."""
        _, told = deeds(bar.NAME, done)
        st.session_state[bar.NAME] = {"deeds": self._told}
        told()
        self._arrive(page)

    @property
    def buttons(self) -> dict[str, dict[str, Any]]:
        """By name."""
        return {one["name"]: one for one in self.data["buttons"]}

    def do(self, app: AppTest, what: Any, value: Any = None) -> AppTest:
        """What a press tells, and the page after it."""
        self._told.append((len(self._told) + 1, what, value))
        return app.run()
