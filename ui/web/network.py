"""Answers leave at once."""

import os
import socket
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

OPEN = Path("/dev/fd")
"""What this process has open; Windows has no such folder, and keeps its delay."""


@asynccontextmanager
async def without_delay(_: Any) -> AsyncIterator[None]:
    """As a server's lifespan: connections accepted from now on send what they have at once.

    Streamlit listens on a socket of its own making, for which asyncio leaves Nagle's algorithm on. A
    page is many small messages, so every run of it would wait 40 ms for the visitor's acknowledgement.
    """
    for path in list(OPEN.iterdir()) if OPEN.is_dir() else ():
        with suppress(OSError):
            if stat.S_ISSOCK(path.stat().st_mode):
                _send_at_once(int(path.name))
    yield


def _send_at_once(number: int) -> None:
    with socket.socket(fileno=os.dup(number)) as one:
        if one.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
