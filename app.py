"""The dashboard: `streamlit run app.py`.

The script behind it is `ui/main.py`: with `pages/` beside a script that calls `st.navigation` the first
visitor of a fresh server would not get the page of a deep link (docs/decisions.md).
"""

from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.middleware import Middleware

from softlabel_core.service import forkserver, metrics
from ui import jobs
from ui.hall import house, phones, presenter
from ui.live import films, runs, sweeps
from ui.views import measured
from ui.watch import ready
from ui.web import assets, early, ending, files, logs, settings, warm
from ui.web.headers import Guarded
from ui.web.network import without_delay
from ui.web.packed import Packed
from ui.web.pages import PAGES, Paths


@asynccontextmanager
async def lifespan(server: Any) -> AsyncIterator[None]:
    """What visitors share is there before they are answered; answers leave at once; files do not pile up.

    The workers end here: a server told to end (SIGTERM) does nothing after its lifespan.
    """
    try:
        async with (
            warm.warmed(forkserver.prepare, _imports, _atlas, _figures, _jobs),
            files.given_back(_idle),
            ending.heard(house.end_streams),
            without_delay(server),
        ):
            with metrics.served(_figures_for_prometheus):
                yield
    finally:
        ready.close()
        house.close()
        jobs.close()


def _imports() -> None:
    warm.imported("ui.bar", "ui.charts", "ui.views", "plotly.offline")


def _atlas() -> None:
    from softlabel_core.atlas import lookup

    lookup.committed().prepare()


def _figures() -> None:
    from ui.hall import questions
    from ui.views import film
    from ui.words.i18n import LANGUAGES

    films.stored()
    questions.every()
    for language in LANGUAGES:
        for page in PAGES:
            early.head("", _fetched(page, language), known="")  # with all that it names
        film.words(language)
    _standing()


def _fetched(page: str, language: str) -> Iterable[str]:
    """What the figure of a page fetches from us, whatever is chosen."""
    from ui.components import addresses, follow, observatory
    from ui.views import observatory as explore
    from ui.views import start

    if page == "start":
        return [*addresses(follow.FOLDER, *follow.SCRIPTS), start.address(language)]
    if page == "explore":
        return [*addresses(observatory.FOLDER, *observatory.SCRIPTS), explore.setting(language)]
    return []


def _standing() -> Iterable[str]:
    """The style and the scripts of every page."""
    from ui import bar

    return bar.standing()


def _jobs() -> None:
    jobs.every()  # what an earlier server had promised goes on, whether or not anybody comes


def _figures_for_prometheus() -> Iterator[Any]:
    import ui.hall.figures
    import ui.watch.metrics

    yield from metrics.of_jobs(jobs.every)
    yield from ui.watch.metrics.figures()
    yield from ui.hall.figures.figures()


def _idle() -> None:
    from ui import uploads

    uploads.give_back()


logs.begin()
settings.settled()
main = Path(__file__).parent / "ui" / "main.py"
routes = [
    *films.routes(),
    *runs.routes(),
    *measured.routes(),
    *sweeps.routes(),
    *ready.routes(),
    *assets.routes(),
    *presenter.routes(),
    *phones.routes(),
]
middleware = [
    Middleware(Guarded),
    Middleware(Packed),
    Middleware(Paths, fetched=_fetched, standing=_standing),
    Middleware(files.Capped),
]
app = st.App(main, lifespan=lifespan, routes=routes, middleware=middleware)
