"""Headers that a browser goes by: nothing from other hosts, no guessing of kinds, no address handed on."""

import os
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

FRAMES = "SOFTLABEL_FRAMES"
"""Environment variable: origins, separated by blanks, whose pages may show ours in a frame."""

POLICY = {
    "default-src": "'self' data: blob:",
    # Streamlit has styles and scripts in its pages, and components of ours are made of text.
    "script-src": "'self' 'unsafe-inline' 'unsafe-eval' blob: data:",
    "style-src": "'self' 'unsafe-inline'",
    "connect-src": "'self' ws: wss: data: blob:",
    "object-src": "'none'",
    "base-uri": "'self'",
    "form-action": "'self'",
}
"""Of every page that has no stricter one of its own, as those of a lecture have."""

ALWAYS = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin"}


def policy() -> str:
    """The header's text."""
    framed = {"frame-ancestors": f"'self' {os.environ.get(FRAMES, '')}".strip()}
    return "; ".join(f"{name} {said}" for name, said in (POLICY | framed).items())


class Guarded:
    """ASGI middleware, the outermost: what an answer says itself stays."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, with the headers."""

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                _add(message)
            await send(message)

        await self.app(scope, receive, told if scope["type"] == "http" else send)


def _add(start: dict[str, Any] | Message) -> None:
    headers = MutableHeaders(scope=start)
    wanted = dict(ALWAYS)
    if headers.get("content-type", "").startswith("text/html"):
        wanted["Content-Security-Policy"] = policy()
    for name, said in wanted.items():
        headers.setdefault(name, said)
