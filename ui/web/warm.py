"""Warm before the first visitor: what all of them share is made once, while the server starts."""

import asyncio
import importlib
import logging
import pkgutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

failed: list[str] = []
"""Steps that could not be taken."""


@asynccontextmanager
async def warmed(*steps: Callable[[], object]) -> AsyncIterator[None]:
    """As a part of a server's lifespan: it answers, its health too, once every step is done.

    Visitors who come earlier wait for their first answer, and not one for the other's imports. A step that
    fails is logged and leaves its work to the first visitor.
    """
    await asyncio.to_thread(_take, steps)
    yield


def _take(steps: tuple[Callable[[], object], ...]) -> None:
    for step in steps:
        try:
            step()
        except Exception:
            failed.append(getattr(step, "__name__", ""))
            logging.getLogger(__name__).exception("The server could not warm up")


def imported(*names: str) -> None:
    """Import modules, and of packages all that is in them."""
    for name in names:
        module = importlib.import_module(name)
        for inside in pkgutil.iter_modules(getattr(module, "__path__", ()), f"{name}."):
            importlib.import_module(inside.name)
