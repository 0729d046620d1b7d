"""The page Lecture without a browser: a room is opened, seen from here, rehearsed, taken along, and ended."""

from functools import partial
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from softlabel_core.hall import outcomes, rehearsal, rooms, rules
from softlabel_core.hall.law import Outcome, name
from softlabel_core.hall.recipes import Design
from softlabel_core.store.database import Unavailable
from tests.waiting import PATIENCE, wait_until
from ui.hall import house as houses
from ui.hall import network
from ui.views import lecture
from ui.words.i18n import LANGUAGES, say

pytestmark = [
    pytest.mark.parametrize("address", ["sqlite"], indirect=True),
    pytest.mark.usefixtures("hall"),
]

ROOT = Path(__file__).resolve().parents[2]
MADE, OTHER = Design("demotion", 3, 0, 3), Design("pair-flip", 1, 0, 1)


def page(language: str = "en") -> AppTest:
    app = AppTest.from_file(ROOT / "ui" / "main.py", default_timeout=PATIENCE)
    app.query_params["lang"] = language
    app.run()
    return seen(app.switch_page("../pages/lecture.py"))


def seen(app: AppTest) -> AppTest:
    app.run()
    assert not app.exception, app.exception[0].message
    return app


def opened(language: str = "en") -> AppTest:
    app = page(language)
    app.button("lecture/open").click()
    return seen(app)


def texts(app: AppTest) -> str:
    return "\n".join(
        one.value for kind in (app.markdown, app.caption, app.info, app.subheader) for one in kind
    )


def move(code: str, to: str) -> None:
    version = houses.house().views[code].room.version
    refused = houses.house().write(
        code, partial(rooms.move, code=code, version=version, to=to, step="rule.line")
    )
    assert refused.result() is None
    houses.house().fresh().result()


def write(code: str, act: object, **said: object) -> None:
    assert houses.house().write(code, partial(act, code=code, **said)).result() is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_room_is_opened_in_the_visitor_s_language(language: str) -> None:
    assert houses.house().views == {}
    app = opened(language)
    (view,) = houses.house().views.values()
    room = app.session_state[lecture.ROOM]
    assert (view.room.code, view.room.language) == (room.code, language)
    assert f"{room.code[:3]} {room.code[3:]}" in texts(app)
    (link,) = app.get("link_button")
    assert link.proto.url == f"/hall/{room.code}/present#{room.secret}"
    assert view.room.secret == rules.digest(room.code, room.secret)
    assert room.secret not in texts(app)
    assert room.secret not in str(dict(app.query_params))
    seen(app)
    assert len(houses.house().views) == 1


def test_a_server_for_this_machine_alone_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network, "reach", lambda: {"open": False, "addresses": []})
    assert "HOST=0.0.0.0 make run" in texts(page())
    assert "HOST=0.0.0.0 make run" in texts(opened())
    monkeypatch.setattr(network, "reach", lambda: {"open": True, "addresses": ["http://192.168.1.5:8501"]})
    assert "`http://192.168.1.5:8501`" in texts(opened())
    monkeypatch.setattr(network, "reach", lambda: {"open": True, "addresses": []})
    assert say("en", "lecture.behind") in texts(opened())


def test_no_room_is_opened_where_there_are_too_many_or_no_store(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "ROOMS", 0)
    assert [one.value for one in opened().warning] == [say("en", "lecture.many")]

    def down(_: object, __: str) -> None:
        raise Unavailable("gone")

    monkeypatch.setattr(type(houses.house()), "open", down)
    assert [one.value for one in opened().warning] == [say("en", "lecture.down")]


def test_a_store_that_is_away_is_no_crash(monkeypatch: pytest.MonkeyPatch) -> None:
    app = opened()

    def down(_: object, __: object) -> None:
        raise Unavailable("gone")

    monkeypatch.setattr(type(houses.house()), "read", down)
    assert [one.value for one in seen(app).warning] == [say("en", "lecture.down")]


def test_what_came_is_counted_taken_along_and_opened_in_explore() -> None:
    app = opened()
    code = app.session_state[lecture.ROOM].code
    assert say("en", "lecture.stands", phones=0, votes=0, designs=0) in texts(app)
    assert not app.get("download_button")
    for phone in "ab":
        write(code, rooms.join, phone=phone)
    move(code, "vote.open")
    write(code, rooms.vote, phone="a", activity=1, value=40)
    for to in ("vote.shown", "vote.revealed", "law.open"):
        move(code, to)
    for phone, made in (("a", MADE), ("b", OTHER)):
        write(code, rooms.design, phone=phone, activity=2, number=0, made=made)
    app.button("lecture/again").click()
    seen(app)
    assert say("en", "lecture.stands", phones=2, votes=1, designs=2) in texts(app)
    assert len(app.get("download_button")) == 1
    assert not app.get("page_link")
    found = {
        name(MADE.experiment()): Outcome(0.0, 0.1, 0.2, 0.93, True),
        name(OTHER.experiment()): Outcome(0.9, 0.1, 0.2, 0.97, True),
    }
    houses.house().write(code, partial(outcomes.finish, found=found)).result()
    houses.house().fresh().result()
    seen(app)
    (link,) = app.get("page_link")
    assert link.proto.label == say("en", "lecture.explore", right=0.0, accuracy=0.93)
    assert "bias=demotion" in link.proto.query_string
    assert "bias.rank=3" in link.proto.query_string


def test_a_rehearsal_is_begun_once(monkeypatch: pytest.MonkeyPatch) -> None:
    app = opened()
    code = app.session_state[lecture.ROOM].code
    app.button("lecture/rehearse").click()
    seen(app)
    wait_until(lambda: len(houses.house().views[code].room.phones) == rehearsal.PHONES)
    assert "lecture/rehearse" not in [one.key for one in app.button]
    assert say("en", "lecture.rehearsing", phones=rehearsal.PHONES) in texts(app)
    move(code, "ended")


def test_a_room_that_ended_says_so_and_another_is_offered() -> None:
    app = opened()
    move(app.session_state[lecture.ROOM].code, "ended")
    seen(app)
    assert app.info[0].value == say("en", "lecture.ended")
    app.button("lecture/open").click()
    seen(app)
    assert len(houses.house().views) == 1
