"""A server that is told to end first closes its streams.

uvicorn waits for every answer to be complete before it ends the lifespan, and a stream of events never is.
"""

import asyncio
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

LOOK = 0.5
"""Seconds between two looks."""


@asynccontextmanager
async def heard(act: Callable[[], object]) -> AsyncIterator[None]:
    """As a part of a server's lifespan: `act` is called as soon as the server was told to end.

    Who serves hears the signal, and says so in `should_exit`; another server than uvicorn may not.
    """
    task = asyncio.create_task(_look(getattr(signal.getsignal(signal.SIGTERM), "__self__", None), act))
    yield
    task.cancel()


async def _look(server: object, act: Callable[[], object]) -> None:
    while not getattr(server, "should_exit", False):
        await asyncio.sleep(LOOK)
    act()
