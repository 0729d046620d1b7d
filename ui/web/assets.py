"""What a page fetches beside Streamlit's messages: each under its hash, so that a browser keeps it for good.

Streamlit sends the script of a component again with every change of its data; one that is fetched costs
nothing then. With a base path (`server.baseUrlPath`) everything stands below it.
"""

import gzip
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import PurePath

import streamlit as st
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

FOLDER = "lab"
"""First part of every path of ours."""

KINDS = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".json": "application/json",
}
"""How a name ends -> what browsers call its kind."""

FOREVER = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}


@dataclass(frozen=True)
class File:
    """What is sent, plain and packed."""

    content: bytes
    packed: bytes
    kind: str


_files: dict[str, File] = {}


def offer(texts: dict[str, str]) -> str:
    """The folder where a browser finds the texts by name from now on; the same texts have the same folder."""
    content = {name: text.encode() for name, text in texts.items()}
    folder = hashlib.sha256(json.dumps(texts, sort_keys=True).encode()).hexdigest()[:16]
    for name, one in content.items():
        if f"{folder}/{name}" not in _files:
            _files[f"{folder}/{name}"] = File(one, gzip.compress(one, mtime=0), KINDS[PurePath(name).suffix])
    return address(folder)


HERE_ONLY = ("localhost", "127.0.0.1", "::1")
"""Hosts that lead every device to itself."""


def base() -> str:
    """The base path of this server, with a slash before it; empty without one."""
    said = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{said}" if said else ""


def within(path: str) -> str:
    """A request's path below the base path, without slashes around it."""
    return path.removeprefix(base()).strip("/")


def address(path: str) -> str:
    """The path of something of ours on this server."""
    return f"{base()}/{FOLDER}/{path}"


def _send(request: Request) -> Response:
    file = _files.get(request.path_params["path"])
    if file is None:
        return Response("not found", status_code=404, media_type="text/plain")
    return answer(request, file.content, lambda: file.packed, file.kind, FOREVER)


def answer(
    request: Request, content: str | bytes, packed: Callable[[], bytes], kind: str, headers: Mapping[str, str]
) -> Response:
    """The content, packed with gzip where the browser takes it so."""
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(packed(), headers={**headers, "Content-Encoding": "gzip"}, media_type=kind)
    return Response(content, headers=headers, media_type=kind)


def route(path: str, answer: Callable[[Request], Response]) -> Route:
    """A route of ours."""
    return Route(address(path), answer)


def routes() -> list[BaseRoute]:
    """For `st.App`; to come after every other of ours."""
    return [route("{path:path}", _send)]
