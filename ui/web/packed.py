"""Streamlit's own scripts and styles, packed: it sends them as they are, 2.2 MB of an empty page's 2.7.

Streamlit leaves the packing to a proxy, which a laptop in a hall does not have. Its files never change under
their names, so each is packed once, when it is first asked for.
"""

import asyncio
import gzip
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import streamlit as st
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from ui.web.assets import FOREVER, KINDS, within

STATIC = Path(st.__file__).parent / "static"


@cache
def files() -> Mapping[str, Path]:
    """What can be packed, by its path below the base path."""
    found = [path for path in STATIC.glob("static/**/*") if path.suffix in (".css", ".js")]
    return {path.relative_to(STATIC).as_posix(): path for path in found}


@cache
def _packed(path: Path) -> bytes:
    return gzip.compress(path.read_bytes(), mtime=0)


class Packed:
    """ASGI middleware: answers for those files where a browser takes gzip; the rest passes."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or pass on."""
        answer: ASGIApp = self.app
        if scope["type"] == "http" and scope["method"] == "GET":
            path = files().get(within(scope["path"]))
            if path is not None and "gzip" in Headers(scope=scope).get("accept-encoding", ""):
                content = await asyncio.to_thread(_packed, path)
                headers = {**FOREVER, "Content-Encoding": "gzip"}
                answer = Response(content, headers=headers, media_type=KINDS[path.suffix])
        await answer(scope, receive, send)
