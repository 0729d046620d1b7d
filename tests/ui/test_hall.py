"""What phones and the presenter are answered, and what nobody is told before it is shown."""

import asyncio
import json
from collections.abc import Callable
from functools import partial

import pytest
import streamlit as st
from starlette.applications import Starlette

from softlabel_core.hall import outcomes, rooms, rules
from softlabel_core.hall.house import House
from softlabel_core.hall.law import Outcome, name
from softlabel_core.hall.recipes import Design
from softlabel_core.store.database import Database
from tests.hall.acts import Hand
from tests.ui.halls import LINE, Phone, Room
from tests.ui.strangers import Browser
from tests.waiting import wait_until
from ui.hall import house as houses
from ui.hall import phones, presenter, questions, shown, wire

FOUND = Outcome(right=0.0, delta=0.12, gamma=0.34, accuracy=0.97, learned=True)


only_sqlite = pytest.mark.parametrize("address", ["sqlite"], indirect=True)


def test_a_vote_from_the_lobby_to_the_truth(room):
    one, other = room.phone(), room.phone()
    assert one.state()["stage"] == "lobby"
    assert room.state()["joined"] == 2
    room.move("vote.open")
    asked = one.state()
    assert asked["q"]["ask"]["en"] == questions.every()[LINE].ask["en"]
    assert asked["vote"] is None
    assert one.vote(40).json == {"ok": True}
    assert one.vote(45).status == 200
    assert other.vote(10).status == 200
    assert (one.state()["vote"], other.state()["vote"]) == (45, 10)
    assert room.state()["count"] == 2
    room.move("vote.shown")
    assert room.state()["votes"] == {"10": 1, "45": 1}
    room.move("vote.revealed")
    truth = questions.every()[LINE].truth
    assert room.state()["truth"] == one.state()["truth"] == truth
    assert room.state()["why"]["zh"]
    assert one.state()["vote"] == 45


@only_sqlite
@pytest.mark.parametrize("step", questions.every())
def test_nothing_of_the_truth_or_the_votes_is_told_before_it_is_shown(room, step, monkeypatch):
    monkeypatch.setattr(wire, "DELAY", 0.0)
    phone, other = room.phone(), room.phone()
    assert room.press(to="vote.open", step=step).status == 200
    question = questions.every()[step]
    most = 100 if question.kind == "number" else len(question.choices["en"]) - 1
    assert phone.vote(most).status == 200

    def told() -> tuple[dict, dict]:
        return room.state(), other.state()

    def holds(state: dict) -> set[str]:
        return {"truth", "why", "votes"} & state.keys()

    boss, another = told()
    assert holds(boss) == holds(another) == set()
    assert another["vote"] is None
    assert set(boss["q"]) == set(another["q"]) <= {"kind", "unit", "claim", "ask", "choices", "table"}
    room.move("vote.shown")
    boss, another = told()
    assert (holds(boss), holds(another)) == ({"votes"}, set())
    assert boss["votes"] == {str(most): 1}
    room.move("vote.revealed")
    boss, another = told()
    assert holds(boss) == {"truth", "why", "votes"}
    assert holds(another) == {"truth"}
    assert boss["truth"] == question.truth
    room.move("vote.open")
    assert holds(room.state()) == holds(other.state()) == set()


def test_designs_from_the_slider_to_the_law(room):
    one, other = room.phone(), room.phone()
    room.move("law.open")
    assert one.design().status == other.design().status == 200
    assert other.design(number=1, recipe="candidate-set", a=5, b=5, k=-1).status == 200
    waits = one.state()
    assert waits["mine"] == [{"design": ["demotion", 3, 0, 2], "phones": 2, "result": None}]
    assert waits["left"] == 4
    boss = room.state()
    assert (boss["count"], boss["phones"], boss["waiting"], boss["points"]) == (3, 2, 3, [])
    room.settle(**{"demotion.3.0.2": FOUND})
    boss = room.state()
    assert boss["points"] == [[["demotion", 3, 0, 2], 2, 0.0, 0.46, 0.97, True]]
    assert (boss["waiting"], boss["eta"] > 0) == (1, True)
    assert boss["never"] == {"n": 2, "low": 0.97, "high": 0.97}
    assert boss["rule"] == {"of": 2, "right": 2, "total": 2}
    assert boss["won"] == [2, 0]
    result = one.state()["mine"][0]["result"]
    assert result == {"right": 0.0, "accuracy": 0.97, "learned": True, "won": [True]}
    assert room.press(axis="total").status == 200
    result = one.state()["mine"][0]["result"]
    assert (result["delta"], result["gamma"], result["total"], result["won"]) == (
        0.12,
        0.34,
        0.46,
        [True, False],
    )
    room.move("law.shut")
    assert one.design(number=1).error == (409, "closed")


@only_sqlite
def test_a_phone_hears_nothing_of_the_other_axis_before_it_turns(room):
    phone = room.phone()
    room.move("law.open")
    phone.design()
    room.settle(**{"demotion.3.0.2": FOUND})
    told = json.dumps(phone.state())
    assert all(word not in told for word in ("delta", "gamma", "total", "0.46", "0.34"))


@only_sqlite
def test_a_state_is_made_once_for_all_who_are_told_the_same(room, monkeypatch):
    four, made = [room.phone() for _ in range(4)], []
    phoned = shown.phoned
    monkeypatch.setattr(shown, "phoned", lambda *what: made.append(what[1]) or phoned(*what))
    room.move("vote.open")
    four[0].vote(33)
    houses.house().fresh().result()
    made.clear()
    found = [one.get(f"{room.at}/state").json for one in four]
    assert [one["vote"] for one in found] == [33, None, None, None]
    assert found[1] == found[2] == found[3]
    assert len(made) == 2


@only_sqlite
def test_what_phones_answer_is_read_before_long_and_a_move_at_once(room, monkeypatch):
    phone, house = room.phone(), houses.house()
    monkeypatch.setattr("softlabel_core.hall.house.ANSWERS", 1e9)
    room.move("vote.open")
    before = house.views[room.code]
    phone.vote(33)
    house.write(room.code, lambda connection: None).result()
    assert house.views[room.code].room.votes == before.room.votes == {}
    house.write(room.code, partial(rooms.move, code=room.code, version=before.room.version, to="vote.shown"))
    wait_until(lambda: house.views[room.code].room.stage == "vote.shown")
    assert len(house.views[room.code].room.votes) == 1
    monkeypatch.setattr("softlabel_core.hall.house.ANSWERS", 0.0)
    phone.vote(34)
    wait_until(lambda: list(house.views[room.code].room.votes.values()) == [34])


@only_sqlite
def test_a_state_is_sent_once(room):
    phone = room.phone()
    first = phone.state()
    again = phone.get(f"{room.at}/state?v={first['v']}")
    assert (again.status, again.body, int(again.headers["x-next"])) == (204, b"", first["next"])
    mark = room.state()["mark"]
    assert room.boss.get(f"{room.at}/present/state?v={mark}").status == 204
    room.phone()
    assert phone.get(f"{room.at}/state?v={first['v']}").status == 204  # no news for this phone
    houses.house().fresh().result()
    assert room.boss.get(f"{room.at}/present/state?v={mark}").status == 200
    room.move("vote.open")
    assert phone.get(f"{room.at}/state?v={first['v']}").status == 200


@only_sqlite
def test_the_same_cookie_is_the_same_seat_also_in_a_locked_room(room):
    phone = room.phone()
    assert room.press(locked=True).status == 200
    assert phone.join().status == 200
    assert Phone(room.app, room.at).join().error == (403, "locked")
    assert room.state()["joined"] == 1
    assert room.press(locked=False).status == 200
    assert Phone(room.app, room.at).join().status == 200


@only_sqlite
def test_two_rooms_are_apart(hall):
    one, other = Room(hall), Room(hall)
    phone = one.phone()
    one.move("vote.open")
    phone.vote(7)
    assert other.state()["stage"] == "lobby"
    assert other.state()["joined"] == 0
    assert phone.get(f"{other.at}/state").error == (403, "no-seat")
    assert one.boss.get(f"{other.at}/present/state").error == (403, "no-entry")
    one.boss.cookies[f"present-{other.code}"] = one.secret
    assert one.boss.get(f"{other.at}/present/state").error == (403, "no-entry")
    phone.cookies[f"hall-{other.code}"] = phone.cookies[f"hall-{one.code}"]
    assert phone.get(f"{other.at}/state").error == (403, "no-seat")
    other.move("ended")
    assert one.state()["count"] == 1


@only_sqlite
def test_a_presenter_who_reloads_loses_nothing(room):
    phone = room.phone()
    room.move("law.open")
    assert room.press(axis="total").status == 200
    assert room.press(locked=True).status == 200
    anew = Browser(room.app)
    assert anew.post(f"{room.at}/present/enter", {"secret": room.secret}).status == 200
    found = anew.get(f"{room.at}/present/state").json
    assert (found["stage"], found["axis"], found["locked"]) == ("law.open", "total", True)
    assert phone.state()["axis"] == "total"


@only_sqlite
def test_steps_are_those_of_the_lessons_and_tell_no_truth(room):
    found = room.boss.get(f"{room.at}/present/steps").json
    assert [one["id"] for one in found] == list(questions.every())
    assert {key for one in found for key in one} == {"id", "lesson", "ask", "kind"}


@only_sqlite
def test_the_file_has_what_was_answered(room):
    phone = room.phone()
    room.move("vote.open")
    phone.vote(43)
    room.move("vote.shown", "vote.revealed", "law.open")
    phone.design(activity=2)
    room.settle(**{"demotion.3.0.2": FOUND})
    answer = room.boss.get(f"{room.at}/present/results.csv")
    head, vote, design = answer.body.decode().splitlines()
    assert answer.headers["content-disposition"] == f'attachment; filename="hall-{room.code}.csv"'
    assert head.startswith("round,phone,step,answer,")
    assert vote.startswith("1,1,rule.line,43,")
    assert "demotion" in design
    assert "0.97" in design
    assert "explore?v=1&" in design
    token = phone.cookies[f"hall-{room.code}"]
    assert rules.digest(room.code, token) not in answer.body.decode()


@only_sqlite
def test_the_end_is_the_end(room):
    phone = room.phone()
    room.move("vote.open", "ended")
    assert phone.get(f"{room.at}/state").error == (404, "no-room")
    assert phone.vote(5).error == (404, "no-room")
    assert phone.join().error == (404, "no-room")
    assert room.boss.get(f"{room.at}/present/state").error == (404, "no-room")


# Streams


async def heard(events: asyncio.Queue, wanted: Callable[[str], bool]) -> str:
    while True:
        event = await asyncio.wait_for(events.get(), 60)
        if wanted(event):
            return event


async def pressed(room: Room, **data: object) -> None:
    assert (await asyncio.to_thread(room.press, **data)).status == 200


def test_a_stream_tells_each_what_is_news_for_it(room):
    phone, other = room.phone(), room.phone()

    async def listen() -> None:
        async with (
            phone.stream(f"{room.at}/events") as mine,
            other.stream(f"{room.at}/events") as theirs,
            room.boss.stream(f"{room.at}/present/events") as boss,
        ):
            for one in (mine, theirs, boss):
                assert await asyncio.wait_for(one.get(), 60) == "200"
                assert await asyncio.wait_for(one.get(), 60) == "retry: 3000"
                assert '"stage":"lobby"' in await asyncio.wait_for(one.get(), 60)
            await pressed(room, to="vote.open", step=LINE)
            for one in (mine, theirs, boss):
                await heard(one, lambda event: '"stage":"vote.open"' in event)
            await asyncio.to_thread(phone.vote, 33)
            await heard(boss, lambda event: '"count":1' in event)
            assert '"vote":33' in await heard(mine, lambda event: event.startswith("data"))
            assert theirs.empty()  # the vote of another is no news
            await pressed(room, to="ended")
            for one in (mine, theirs, boss):
                await heard(one, lambda event: event.startswith("event: gone"))

    asyncio.run(listen())
    assert houses.house().watching(room.code, None) == 0


@only_sqlite
def test_a_stream_without_news_says_that_it_is_there(room, monkeypatch):
    monkeypatch.setattr(wire, "HERE", 0.01)
    phone = room.phone()

    async def listen() -> None:
        async with phone.stream(f"{room.at}/events") as mine:
            await heard(mine, lambda event: event == ": here")
            await heard(mine, lambda event: event == ": here")

    asyncio.run(listen())


@only_sqlite
def test_streams_end_when_the_server_is_told_to(room):
    """Not as a room that is gone: the browser is to come back."""
    phone = room.phone()

    async def listen() -> None:
        async with phone.stream(f"{room.at}/events") as mine:
            await heard(mine, lambda event: event.startswith("data"))
            houses.end_streams()
        assert mine.empty()

    asyncio.run(listen())
    assert houses.house().watching(room.code, None) == 0


@only_sqlite
def test_a_phone_has_a_few_streams_at_a_time(room):
    phone = room.phone()

    async def listen() -> list[str]:
        found = []
        async with (
            phone.stream(f"{room.at}/events") as one,
            phone.stream(f"{room.at}/events") as two,
            phone.stream(f"{room.at}/events") as three,
            phone.stream(f"{room.at}/events") as four,
        ):
            for events in (one, two, three, four):
                await heard(events, lambda event: event.startswith("data"))
            async with phone.stream(f"{room.at}/events") as five:
                found.append(await asyncio.wait_for(five.get(), 60))
        return found

    assert asyncio.run(listen()) == ["429"]


# Two processes


def test_another_process_knows_the_room_its_phones_and_their_answers(room, monkeypatch):
    phone = room.phone()
    room.move("law.open")
    assert phone.design().status == 200
    first = houses.house()
    second = House(Database(), Hand)
    try:
        for module in (phones, presenter, wire):
            monkeypatch.setattr(module, "house", lambda: second)
        assert phone.get(f"{room.at}/state").json["mine"][0]["design"] == ["demotion", 3, 0, 2]
        assert room.boss.get(f"{room.at}/present/state").json["count"] == 1
        late = Phone(room.app, room.at)
        assert late.join().status == 200
        assert late.design(recipe="pair-flip", k=0).status == 200
        found = {name(Design.read("demotion.3.0.2").experiment()): FOUND}
        second.write(room.code, partial(outcomes.finish, found=found)).result()
        wait_until(lambda: len(first.views[room.code].room.designs) == 2 and first.views[room.code].points)
        assert first.views[room.code].points[0].outcome == FOUND
    finally:
        second.close()


@pytest.mark.parametrize("address", ["postgresql"], indirect=True)
def test_a_store_that_was_away_is_used_again(room, postgres):
    phone = room.phone()
    room.move("vote.open")
    postgres.stop()
    try:
        assert phone.vote(20).error == (503, "down")
        assert phone.get(f"{room.at}/state").json["stage"] == "vote.open"  # told from memory
    finally:
        postgres.start()
    wait_until(lambda: phone.vote(20).status == 200)
    wait_until(lambda: room.state()["count"] == 1)


@only_sqlite
def test_below_a_base_path(hall, monkeypatch):
    monkeypatch.setattr(st, "get_option", {"server.baseUrlPath": "a/b"}.get)
    below = Starlette(routes=[*presenter.routes(), *phones.routes()])
    made = houses.house().open("en")
    assert made is not None
    phone = Phone(below, f"/a/b/hall/{made[0]}")
    answer = phone.join()
    assert answer.status == 200
    assert "Path=/a/b/hall;" in answer.headers["set-cookie"]
    assert Phone(below, f"/hall/{made[0]}").send("POST", f"/hall/{made[0]}/join", b"{}", {}).status == 404
