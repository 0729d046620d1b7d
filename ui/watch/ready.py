"""Whether the server can do all that it is for: `/lab/ready`, beside Streamlit's `/_stcore/health`.

Healthy is who answers pages, also where the store is away; ready is whose store answers, whose queue looks
after itself, and who is warm. A proxy asks for health, a monitor or an update for this.
"""

import json
import time

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from softlabel_core.once import once
from softlabel_core.store.database import Database
from ui import jobs
from ui.web import assets, warm

KEPT = 1.0
"""Seconds for which an answer holds: who asks more often asks no store."""


def checks() -> dict[str, bool]:
    """What is asked, and whether it is so."""
    return _checks(int(time.monotonic() / KEPT))


@once(most=2)
def _checks(_: int) -> dict[str, bool]:
    return {"store": _answers(), "queue": _lively(), "warm": not warm.failed}


@once()
def _store() -> Database:
    return Database()


def _answers() -> bool:
    try:
        with _store().read() as connection:
            return connection.exec_driver_sql("SELECT 1").scalar() == 1
    except Exception:  # no folder, no network, a later version: the queue says in the log which
        return False


def _lively() -> bool:
    try:
        return jobs.every().counts.lively
    except Exception:  # it could not be opened: no worker can be started, a wrong setting
        return False


def close() -> None:
    """Give the connection to the store back, as the server ends."""
    if len(_store):
        _store().close()
        _store.clear()


def _answer(_: Request) -> Response:
    found = checks()
    content = json.dumps({"ready": all(found.values()), **found})
    return Response(
        content, 200 if all(found.values()) else 503, {"Cache-Control": "no-store"}, "application/json"
    )


def routes() -> list[BaseRoute]:
    """For `st.App`."""
    return [assets.route("ready", _answer)]
