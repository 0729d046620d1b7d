"""What phones ask: a seat, how the room stands, and to take what they answer."""

from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from softlabel_core.hall import rooms, rules
from softlabel_core.hall.house import View
from softlabel_core.hall.recipes import Design
from softlabel_core.once import once
from ui.hall import documents, questions, shown, wire
from ui.hall.house import house
from ui.hall.wire import Wrong, plain, route

KIND = "hall"
"""Of the cookie."""

STREAMS = 4
"""Streams of one phone at a time: those of a page just left may linger."""

TOKEN = range(16, 65)
"""Lengths that a token may have."""


@once(most=2 * rules.ROOMS)
def _joins(_: str) -> rules.Bucket:
    return rules.Bucket(*rules.JOINS)


@once(most=rules.ROOMS * rules.SEATS)
def _asks(_: str) -> rules.Bucket:
    return rules.Bucket(*rules.ASKS)


async def page(request: Request) -> Response:
    """The page, whether there is such a room or not: it asks."""
    return documents.answer(request, "phone")


async def join(request: Request) -> Response:
    """A seat, and the cookie by which the phone is known; the state."""
    await wire.body(request)
    view = await wire.view_of(request)
    code, known = view.room.code, _known(request, view)
    token = known or rules.new_token()
    if not known and not _joins(code).take():
        raise Wrong("slow")
    phone = rules.digest(code, token)
    await wire.write(code, partial(rooms.join, phone=phone))
    response = wire.written(_told(house().views.get(code, view), phone))
    if not known:
        wire.remember(response, request, KIND, code, token)
    return response


def _told(view: View, phone: str) -> str:
    """The state, made once for all phones that answered the same, most of them nothing yet."""
    rate = house().feeder.rate
    return view.told(view.answers(phone), lambda: wire.packed(shown.phoned(view, phone, rate)))


def _known(request: Request, view: View) -> str | None:
    token = wire.token(request, KIND, view.room.code)
    return token if len(token) in TOKEN else None


async def _seated(request: Request) -> tuple[View, str]:
    """The room, and a phone that has a seat in it; raises `Wrong`."""
    view = await wire.view_of(request)
    token = _known(request, view)
    if token is None:
        raise Wrong("no-seat")
    code = view.room.code
    phone = rules.digest(code, token)
    if phone not in view.room.phones:
        await wire.fresh()
        view = house().views.get(code, view)
    if phone not in view.room.phones:
        raise Wrong("no-seat")
    return view, phone


async def state(request: Request) -> Response:
    """How the room stands for this phone."""
    view, phone = await _seated(request)
    house().heard(view.room.code, phone)
    if request.query_params.get("v") == view.phone_mark(phone):
        return wire.unchanged(**{"X-Next": str(shown.pause(view, phone))})
    return wire.written(_told(view, phone))


async def events(request: Request) -> Response:
    """The same as a stream."""
    view, phone = await _seated(request)
    if house().watching(view.room.code, phone) >= STREAMS:
        raise Wrong("slow")

    return wire.stream(view.room.code, phone, lambda now: (now.phone_mark(phone), _told(now, phone)))


async def vote(request: Request) -> Response:
    """An answer; a later one takes its place."""
    data = await wire.body(request)
    view, phone = await _seated(request)
    _limited(phone)
    asked, activity = questions.every().get(view.room.step), data.get("activity")
    if type(activity) is not int:
        raise Wrong("bad")
    if asked is None or activity != view.room.activity:
        raise Wrong("closed")
    if not asked.allows(data.get("x")):
        raise Wrong("bad")
    act = partial(rooms.vote, phone=phone, activity=activity, value=data["x"])
    await wire.write(view.room.code, act)
    return plain({"ok": True})


async def design(request: Request) -> Response:
    """A design, to be trained."""
    data = await wire.body(request)
    view, phone = await _seated(request)
    _limited(phone)
    made, activity, number = Design.asked(data), data.get("activity"), data.get("number")
    if made is None or type(activity) is not int or type(number) is not int:
        raise Wrong("bad")
    if not 0 <= number < rules.DESIGNS:
        raise Wrong("bad")
    act = partial(rooms.design, phone=phone, activity=activity, number=number, made=made)
    await wire.write(view.room.code, act)
    return plain({"ok": True})


def _limited(phone: str) -> None:
    if not _asks(phone).take():
        raise Wrong("slow")


async def missing(_: Request) -> Response:
    """Nothing else is there."""
    raise Wrong("no-room")


def routes() -> list[BaseRoute]:
    """For `st.App`."""
    one = wire.path("{code}")
    return [
        route(wire.path(), page),
        route(wire.path(""), page),
        route(one, page),
        route(f"{one}/join", join, "POST"),
        route(f"{one}/state", state),
        route(f"{one}/events", events),
        route(f"{one}/vote", vote, "POST"),
        route(f"{one}/design", design, "POST"),
        route(wire.path("{path:path}"), missing),
    ]
