"""Streamlit's files reach a browser packed, and say the same."""

import asyncio
import gzip
from typing import Any

import pytest
import streamlit as st
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import Message

from ui.web import packed

NAME = min(packed.files())


def answer(path: str, *, method: str = "GET", encoding: str = "br, gzip") -> tuple[Headers, bytes]:
    """What a browser gets: headers, and the body as it is sent."""
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.request"}

    scope: dict[str, Any] = {
        "type": "http",
        "method": method,
        "path": path,
        "headers": [(b"accept-encoding", encoding.encode())],
    }
    asyncio.run(packed.Packed(PlainTextResponse("Streamlit's own"))(scope, receive, send))
    start, *bodies = sent
    return Headers(raw=start["headers"]), b"".join(one.get("body", b"") for one in bodies)


def test_scripts_and_styles_are_there() -> None:
    assert len(packed.files()) > 50
    assert {path.suffix for path in packed.files().values()} == {".css", ".js"}


@pytest.mark.parametrize(
    ("base", "path"), [("", f"/{NAME}"), ("lab", f"/lab/{NAME}"), ("/a/b/", f"/a/b/{NAME}")]
)
def test_a_file_comes_packed_and_says_the_same(base: str, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(st, "get_option", {"server.baseUrlPath": base}.get)
    headers, body = answer(path)
    assert gzip.decompress(body) == packed.files()[NAME].read_bytes()
    assert headers["content-encoding"] == "gzip"
    assert headers["content-length"] == str(len(body))
    assert headers["vary"] == "Accept-Encoding"
    assert "immutable" in headers["cache-control"]


@pytest.mark.parametrize(
    ("path", "options"),
    [
        (f"/{NAME}", {"encoding": "identity"}),
        (f"/{NAME}", {"method": "HEAD"}),
        (f"/{NAME}x", {}),
        (f"/static/../{NAME}", {}),
        ("/", {}),
    ],
)
def test_all_else_passes(path: str, options: dict[str, str]) -> None:
    assert answer(path, **options)[1] == b"Streamlit's own"
