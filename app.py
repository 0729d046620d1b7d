"""The dashboard: `streamlit run app.py`.

The script behind it is `ui/main.py`: with `pages/` beside a script that calls `st.navigation` the first
visitor of a fresh server would not get the page of a deep link (docs/decisions.md).
"""

import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.middleware import Middleware

from ui import jobs, runs, sweeps
from ui.web import files
from ui.web.network import without_delay
from ui.web.pages import Paths


@asynccontextmanager
async def lifespan(server: Any) -> AsyncIterator[None]:
    """Answers leave at once; what the first visitor of Start would wait for is made meanwhile.

    The worker ends here: a server told to end (SIGTERM) does nothing after its lifespan.
    """
    threading.Thread(target=_ahead, name="ahead", daemon=True).start()
    try:
        async with without_delay(server):
            yield
    finally:
        jobs.close()


def _ahead() -> None:
    from ui.views import start
    from ui.words.i18n import LANGUAGES

    for language in LANGUAGES:
        start.data(language)


main = Path(__file__).parent / "ui" / "main.py"
routes = [*runs.routes(), *sweeps.routes(), *files.routes()]
app = st.App(main, lifespan=lifespan, routes=routes, middleware=[Middleware(Paths)])
