"""Browsers as an application sees them: requests with cookies, and streams that are read for a while."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Any

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message

HOST = "hall.test"


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: Headers
    body: bytes

    @property
    def json(self) -> Any:
        """The body as it was meant."""
        return json.loads(self.body)

    @property
    def error(self) -> Any:
        """Status and id of an error."""
        return self.status, self.json.get("error")


class Browser:
    """One with its own cookies."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.cookies: dict[str, str] = {}

    def get(self, path: str, **headers: str) -> Answer:
        """Ask."""
        return self.send("GET", path, b"", headers)

    def post(self, path: str, data: Any, **headers: str) -> Answer:
        """Send JSON; bytes are sent as they are."""
        content = data if isinstance(data, bytes) else json.dumps(data).encode()
        return self.send("POST", path, content, {"content_type": "application/json"} | headers)

    def send(self, method: str, path: str, content: bytes, headers: dict[str, str]) -> Answer:
        """Any request; it is over when this returns."""
        sent: list[Message] = []
        said = [{"type": "http.request", "body": content}]

        async def receive() -> Message:
            return said.pop() if said else await asyncio.Event().wait()  # type: ignore[return-value]

        async def send(message: Message) -> None:
            sent.append(message)

        asyncio.run(self.app(self._scope(method, path, headers), receive, send))
        start, *bodies = sent
        found = Headers(raw=start["headers"])
        for one in found.getlist("set-cookie"):
            self.cookies |= {name: morsel.value for name, morsel in SimpleCookie(one).items()}
        return Answer(start["status"], found, b"".join(one.get("body", b"") for one in bodies))

    @asynccontextmanager
    async def stream(self, path: str) -> AsyncIterator["asyncio.Queue[str]"]:
        """The events of a stream as they come, `data` of each; the browser leaves with the block."""
        found: asyncio.Queue[str] = asyncio.Queue()
        gone = asyncio.Event()

        async def receive() -> Message:
            await gone.wait()
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                found.put_nowait(str(message["status"]))
            for event in message.get("body", b"").decode().split("\n\n"):
                if event:
                    found.put_nowait(event)

        task = asyncio.create_task(self.app(self._scope("GET", path, {}), receive, send))
        try:
            yield found
        finally:
            gone.set()
            await asyncio.wait_for(task, 60)

    def _scope(self, method: str, path: str, headers: dict[str, str]) -> dict[str, Any]:
        path, _, query = path.partition("?")
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        said = {"host": HOST, **({"cookie": cookies} if cookies else {}), **headers}
        raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in said.items()]
        return {
            "type": "http",
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "server": (HOST, 80),
            "path": path,
            "raw_path": path.encode(),
            "root_path": "",
            "query_string": query.encode(),
            "headers": raw,
        }
