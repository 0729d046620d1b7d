"""Files that browsers send: bounded for each visitor, and given back when a visitor has gone.

Streamlit keeps a copy of every file that a session sends until the session is forgotten, which may be never.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from streamlit import runtime
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager

MOST = 12 * 2**20
"""Bytes of all files of one session, of which the latest is always kept: two of the largest allowed."""

GONE = 120.0
"""Seconds without a connection after which a session's files are given back: as long as it may come back."""

BEAT = 15.0
"""Seconds between two looks for sessions that are gone."""


class Capped:
    """ASGI middleware: when a file has come, the oldest of its session that are too many bytes go."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self._app(scope, receive, send)
        if scope["type"] == "http" and scope["method"] == "PUT" and runtime.exists():
            trim(_manager(), scope["path"].split("/")[-2])


def trim(manager: MemoryUploadedFileManager, session: str) -> None:
    """Remove the oldest files of a session until they are `MOST` bytes or one file."""
    files = list(manager.file_storage.get(session, {}).values())
    size = sum(len(file.data) for file in files)
    for file in files[:-1]:
        if size > MOST:
            manager.remove_file(session, file.file_id)
            size -= len(file.data)


@asynccontextmanager
async def given_back(idle: Callable[[], object]) -> AsyncIterator[None]:
    """As a part of a server's lifespan: files of sessions that are gone are removed, and `idle` is called."""
    task = asyncio.create_task(_look(idle))
    yield
    task.cancel()


async def _look(idle: Callable[[], object]) -> None:
    since: dict[str, float] = {}
    while True:
        await asyncio.sleep(BEAT)
        try:
            since = forgotten(_manager(), runtime.get_instance().is_active_session, since, time.monotonic())
            idle()
        except Exception:
            logging.getLogger(__name__).exception("Files could not be given back")


def forgotten(
    manager: MemoryUploadedFileManager, active: Callable[[str], bool], since: dict[str, float], now: float
) -> dict[str, float]:
    """Remove the files of sessions that are gone for `GONE` seconds; sessions that are gone -> since when."""
    gone = {session: since.get(session, now) for session in list(manager.file_storage) if not active(session)}
    for session, then in gone.items():
        if now - then >= GONE:
            manager.remove_session_files(session)
    return gone


def _manager() -> MemoryUploadedFileManager:
    manager = runtime.get_instance().uploaded_file_mgr
    assert isinstance(manager, MemoryUploadedFileManager)  # noqa: S101  # for the type checker
    return manager
