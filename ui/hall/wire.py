"""What comes from strangers and goes back to them: bodies, errors, cookies, streams.

Errors are ids; pages have the sentences.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from softlabel_core.hall import rules
from softlabel_core.hall.house import View
from softlabel_core.hall.rooms import Refused
from softlabel_core.store.database import Unavailable
from ui.hall.house import house
from ui.web.assets import base
from ui.web.pages import HALL

MOST = 2000
"""Bytes of a body."""

STATUS = {
    "bad": 400,
    "foreign": 403,
    "no-seat": 403,
    "no-entry": 403,
    "locked": 403,
    "full": 403,
    "no-room": 404,
    "closed": 409,
    "stale": 409,
    "taken": 409,
    "large": 413,
    "slow": 429,
    "down": 503,
}
"""Error -> its status."""

HERE = 15.0
"""Seconds after which a stream without news says that it is there."""

DELAY = 0.5
"""Seconds that whoever guesses waits for the answer."""

Answer = Callable[[Request], Awaitable[Response]]

_guesses = rules.Bucket(*rules.GUESSES)


class Wrong(Exception):
    """What was asked is refused; the argument is the error's id."""


def path(*parts: str) -> str:
    """A path of the hall on this server."""
    return "/".join([base(), HALL, *parts])


def route(where: str, answer: Answer, method: str = "GET") -> BaseRoute:
    """A route of the hall."""

    async def told(request: Request) -> Response:
        try:
            return await answer(request)
        except Wrong as wrong:
            return said(str(wrong))
        except Unavailable:
            return said("down")

    return Route(where, told, methods=[method])


def said(error: str) -> Response:
    """An error."""
    response = plain({"error": error}, STATUS[error])
    if error == "slow":
        response.headers["Retry-After"] = "2"
    return response


def packed(data: Any) -> str:
    """JSON without blanks."""
    return json.dumps(data, separators=(",", ":"), ensure_ascii=False)


def plain(data: Any, status: int = 200) -> Response:
    """An answer that no cache keeps."""
    return written(packed(data), status)


def written(text: str, status: int = 200) -> Response:
    """The same of JSON that is there already."""
    headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    return Response(text, status, headers, media_type="application/json")


def unchanged(**headers: str) -> Response:
    """Nothing is new."""
    return Response(status_code=204, headers={"Cache-Control": "no-store", **headers})


async def body(request: Request) -> dict[str, Any]:
    """A small JSON object from a page of this site; raises `Wrong` for anything else."""
    if not _of_this_site(request):
        raise Wrong("foreign")
    if request.headers.get("content-type", "").split(";")[0].strip() != "application/json":
        raise Wrong("bad")
    content = b""
    async for part in request.stream():
        content += part
        if len(content) > MOST:
            raise Wrong("large")
    try:
        data = json.loads(content)
    except (ValueError, RecursionError):
        raise Wrong("bad") from None
    if not isinstance(data, dict):
        raise Wrong("bad")
    return data


def _of_this_site(request: Request) -> bool:
    """Whether a browser says so, in the words that it has; what is no browser says nothing."""
    if request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
        return False
    origin = request.headers.get("origin")
    hosts = (request.headers.get("host"), request.headers.get("x-forwarded-host"))
    return origin is None or urlsplit(origin).netloc in hosts


async def view_of(request: Request) -> View:
    """The room of the path; raises `Wrong`. Whoever tries many codes waits."""
    code = rules.read_code(request.path_params["code"])
    if code is not None and code in house().views:
        return house().views[code]
    if not _guesses.take():
        await asyncio.sleep(DELAY)
    elif code is not None:
        await fresh()  # another process may have opened it just now
        if code in house().views:
            return house().views[code]
    raise Wrong("no-room")


async def write(code: str, act: Callable[[Connection, str], Refused | None]) -> None:
    """Have something of a room written, and wait for it; raises `Wrong` where it is refused."""
    refused = await asyncio.wrap_future(house().write(code, lambda connection: act(connection, code)))
    if refused:
        raise Wrong(refused)


async def fresh() -> None:
    """After this the process knows what was written until now."""
    await asyncio.wrap_future(house().fresh())


def token(request: Request, kind: str, code: str) -> str:
    """What a browser's cookie for a room says, at most a token's length of it."""
    return request.cookies.get(f"{kind}-{code}", "")[:64]


def remember(response: Response, request: Request, kind: str, code: str, token: str) -> None:
    """A cookie that no script reads and no other site sends."""
    proxied = request.headers.get("x-forwarded-proto", "").split(",")[0].strip()
    response.set_cookie(
        f"{kind}-{code}",
        token,
        max_age=int(rules.LASTS),
        path=path(),
        httponly=True,
        samesite="strict",
        secure="https" in (request.url.scheme, proxied),
    )


def stream(
    code: str, phone: str | None, say: Callable[[View], tuple[str, str]], least: float = 0.0
) -> Response:
    """Server-sent events: the JSON that `say` returns of the room whenever its mark, the first of it, has
    changed, at most every `least` seconds, and no more often than the house looks."""
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(events(code, phone, say, least), media_type="text/event-stream", headers=headers)


async def events(
    code: str, phone: str | None, say: Callable[[View], tuple[str, str]], least: float
) -> AsyncIterator[str]:
    """The events of `stream`, until the room or the server ends."""
    last = None
    with house().watch(code, phone) as watcher:
        yield "retry: 3000\n\n"
        while not watcher.ended:
            watcher.event.clear()  # before looking: what changes from here on wakes us again
            view = house().views.get(code)
            if view is None:
                yield "event: gone\ndata: 1\n\n"
                return
            mark, text = say(view)
            if mark != last:
                last = mark
                yield f"data: {text}\n\n"
            if phone is not None:
                house().heard(code, phone)
            if least:
                await asyncio.sleep(least)
            try:
                async with asyncio.timeout(HERE):
                    await watcher.event.wait()
            except TimeoutError:
                yield ": here\n\n"
