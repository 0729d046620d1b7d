"""What the presenter's page asks: to come in, how the room stands, and to move it on."""

import asyncio
import hmac
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from softlabel_core.hall import rooms, rules
from softlabel_core.hall.house import View
from ui.hall import documents, network, questions, results, shown, wire
from ui.hall.house import house
from ui.hall.wire import Wrong, plain, route

KIND = "present"
"""Of the cookie."""

STREAMS = 20
"""Streams of the presenter's page at a time: projector, notes, and those that linger."""

LEAST = 0.15
"""Seconds between two events of a stream."""

PRIVATE = {"Cache-Control": "private, max-age=3600"}


async def page(request: Request) -> Response:
    """The page, for whoever asks: it shows nothing without the cookie."""
    return documents.answer(request, "present")


async def enter(request: Request) -> Response:
    """The secret of the link for a cookie, so that it is off the projected address bar at once."""
    data = await wire.body(request)
    view = await wire.view_of(request)
    secret = data.get("secret")
    if not isinstance(secret, str) or not _opens(view, secret):
        await asyncio.sleep(wire.DELAY)
        raise Wrong("no-entry")
    response = plain({"ok": True})
    wire.remember(response, request, KIND, view.room.code, secret)
    return response


def _opens(view: View, secret: str) -> bool:
    return hmac.compare_digest(rules.digest(view.room.code, secret), view.room.secret)


async def _entered(request: Request) -> View:
    """The room, for its presenter; raises `Wrong`."""
    view = await wire.view_of(request)
    if not _opens(view, wire.token(request, KIND, view.room.code)):
        raise Wrong("no-entry")
    return view


def _told(view: View) -> str:
    rate = house().feeder.rate
    return view.told("presenter", lambda: wire.packed(shown.presented(view, rate, network.reach())))


async def state(request: Request) -> Response:
    """How the room stands."""
    view = await _entered(request)
    return wire.unchanged() if request.query_params.get("v") == view.mark else wire.written(_told(view))


async def events(request: Request) -> Response:
    """The same as a stream."""
    view = await _entered(request)
    if house().watching(view.room.code, None) >= STREAMS:
        raise Wrong("slow")
    return wire.stream(view.room.code, None, lambda now: (now.mark, _told(now)), LEAST)


async def steps(request: Request) -> Response:
    """What can be asked."""
    await _entered(request)
    return plain(
        [
            {"id": name, "lesson": one.lesson, "ask": one.ask, "kind": one.kind}
            for name, one in questions.every().items()
        ]
    )


async def move(request: Request) -> Response:
    """Go on, turn the axis, or lock the room: one of them, from the version that the page shows."""
    data = await wire.body(request)
    view = await _entered(request)
    version = data.get("v")
    if type(version) is not int:
        raise Wrong("bad")
    await wire.write(view.room.code, partial(_act(data, view), version=version))
    await wire.fresh()  # who moved sees the room moved
    return plain({"ok": True})


def _act(data: dict[str, Any], view: View) -> "partial[rooms.Refused | None]":
    to, axis, locked, step = (data.get(name) for name in ("to", "axis", "locked", "step"))
    if sum(one is not None for one in (to, axis, locked)) != 1:
        raise Wrong("bad")
    if locked is not None:
        if type(locked) is not bool:
            raise Wrong("bad")
        return partial(rooms.lock, locked=locked)
    if axis is not None:
        if axis not in rules.AXES:
            raise Wrong("bad")
        return partial(rooms.turn, axis=axis)
    if not isinstance(to, str) or not (to in rules.MOVES or to == rules.ENDED):
        raise Wrong("bad")
    if not (to == "vote.open" and rules.begins_anew(view.room.stage, to)):
        return partial(rooms.move, to=to)
    if not isinstance(step, str) or step not in questions.every():
        raise Wrong("bad")
    return partial(rooms.move, to=to, step=step)


async def picture(request: Request) -> Response:
    """The QR code of the phones' address; the page knows best by which one it is reached."""
    view = await _entered(request)
    found = network.code(request.query_params.get("to", ""), view.room.code)
    if found is None:
        raise Wrong("bad")
    return Response(found, headers=PRIVATE, media_type="image/svg+xml")


async def taken(request: Request) -> Response:
    """Votes and designs so far, as a file."""
    view = await _entered(request)
    table = await asyncio.to_thread(results.of, view.room.code)
    name = f"hall-{view.room.code}.csv"
    headers = {"Cache-Control": "no-store", "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(table.to_csv(index=False), headers=headers, media_type="text/csv")


def routes() -> list[BaseRoute]:
    """For `st.App`; before those of phones."""
    one = wire.path("{code}", "present")
    return [
        route(one, page),
        route(f"{one}/enter", enter, "POST"),
        route(f"{one}/state", state),
        route(f"{one}/events", events),
        route(f"{one}/steps", steps),
        route(f"{one}/move", move, "POST"),
        route(f"{one}/qr.svg", picture),
        route(f"{one}/results.csv", taken),
    ]
