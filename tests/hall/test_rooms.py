"""Rooms in the store, of SQLite and of PostgreSQL."""

import threading
import time

import pytest
from sqlalchemy import func, select, update

from softlabel_core.hall import report, rooms, rules
from softlabel_core.hall.law import Outcome, name
from softlabel_core.hall.outcomes import finish, known
from softlabel_core.hall.recipes import Design
from softlabel_core.store import schema
from softlabel_core.store.database import Database
from tests.hall.acts import move, read, write

MADE, OTHER = Design("demotion", 3, 0, 2), Design("pair-flip", 5, 0, 0)


def count(database, table):
    return read(database, lambda one: one.execute(select(func.count()).select_from(table)).scalar_one())


def test_a_room_begins_in_the_lobby_and_keeps_no_secret(database):
    code, secret = write(database, rooms.open_room, "zh")
    found = read(database, rooms.read, code)
    assert (found.stage, found.language, found.activity, found.axis) == ("lobby", "zh", 0, "right")
    assert (found.version, found.locked, found.phones, found.votes, found.designs) == (0, False, {}, {}, {})
    assert found.secret == rules.digest(code, secret)
    assert secret not in str(found)
    assert read(database, rooms.read, "BBBBBB") is None
    assert read(database, rooms.marks) == {code: (0, 0)}


def test_there_are_only_so_many_rooms(database, monkeypatch):
    monkeypatch.setattr(rules, "ROOMS", 2)
    assert write(database, rooms.open_room, "en")
    code, _ = write(database, rooms.open_room, "en")
    assert write(database, rooms.open_room, "en") is None
    move(database, code, "ended")
    assert write(database, rooms.open_room, "en")


def test_a_phone_has_one_seat(database, room):
    assert write(database, rooms.join, room, "a") is None
    found = read(database, rooms.read, room)
    assert sorted(found.phones) == ["a", "b", "c"]
    assert found.mark == (0, 3)
    assert write(database, rooms.join, "BBBBBB", "a") == "no-room"


def test_a_full_or_locked_room_keeps_those_who_are_in(database, room, monkeypatch):
    assert write(database, rooms.lock, room, 0, True) is None
    assert write(database, rooms.join, room, "d") == "locked"
    assert write(database, rooms.join, room, "a") is None
    assert write(database, rooms.lock, room, 0, False) == "stale"
    assert write(database, rooms.lock, room, 1, False) is None
    monkeypatch.setattr(rules, "SEATS", 4)
    assert [write(database, rooms.join, room, one) for one in "dea"] == [None, "full", None]


def test_the_last_seat_is_taken_once(database, room, monkeypatch):
    monkeypatch.setattr(rules, "SEATS", 5)
    found = []

    def come(phone):
        one = Database(database.url)
        found.append(write(one, rooms.join, room, phone))
        one.close()

    threads = [threading.Thread(target=come, args=(f"x{i}",)) for i in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(map(str, found)) == ["None"] * 2 + ["full"] * 6


def test_a_later_vote_takes_the_place_of_an_earlier(database, room):
    move(database, room, "vote.open")
    for value in (10, 20, 20):
        assert write(database, rooms.vote, room, "a", 1, value) is None
    assert write(database, rooms.vote, room, "b", 1, 90) is None
    found = read(database, rooms.read, room)
    assert found.votes == {"a": 20, "b": 90}
    assert found.mark == (1, 3 + 4)


def test_votes_are_of_phones_that_are_in_and_of_the_present_question(database, room):
    assert write(database, rooms.vote, room, "a", 0, 10) == "closed"
    move(database, room, "vote.open")
    assert write(database, rooms.vote, room, "nobody", 1, 10) == "no-seat"
    assert write(database, rooms.vote, "BBBBBB", "a", 1, 10) == "no-room"
    assert write(database, rooms.vote, room, "a", 2, 10) == "closed"
    assert write(database, rooms.vote, room, "a", 0, 10) == "closed"
    assert read(database, rooms.read, room).votes == {}


def test_a_vote_counts_for_a_moment_after_closing(database, room, monkeypatch):
    move(database, room, "vote.open", "vote.shown")
    assert write(database, rooms.vote, room, "a", 1, 10) is None
    assert write(database, rooms.lock, room, 2, True) is None  # no move: the moment does not begin again
    moved = read(database, rooms.read, room).moved
    monkeypatch.setattr(time, "time", lambda: moved + rules.GRACE + 0.1)
    assert write(database, rooms.vote, room, "b", 1, 10) == "closed"
    assert read(database, rooms.read, room).votes == {"a": 10}


def test_opened_again_a_vote_keeps_its_answers_and_the_next_question_has_none(database, room):
    move(database, room, "vote.open")
    write(database, rooms.vote, room, "a", 1, 10)
    move(database, room, "vote.shown", "vote.open", step="another")
    found = read(database, rooms.read, room)
    assert (found.activity, found.step, found.votes) == (1, "rule.line", {"a": 10})
    move(database, room, "vote.shown", "vote.revealed", "vote.open", step="rule.before")
    found = read(database, rooms.read, room)
    assert (found.activity, found.step, found.votes) == (2, "rule.before", {})


def test_the_second_of_two_presses_is_stale(database, room):
    assert write(database, rooms.move, room, 0, "vote.open", "rule.line") is None
    before = read(database, rooms.read, room)
    for to in ("vote.shown", "ended", "vote.open"):
        assert write(database, rooms.move, room, 0, to) == "stale"
    assert write(database, rooms.move, room, 1, "vote.revealed") == "stale"
    assert write(database, rooms.turn, room, 1, "total") == "stale"
    assert read(database, rooms.read, room) == before
    assert write(database, rooms.move, "BBBBBB", 0, "vote.open") == "no-room"


def test_two_presses_at_once_move_once(database, room):
    found = []

    def press():
        one = Database(database.url)
        found.append(write(one, rooms.move, room, 0, "vote.open", "rule.line"))
        one.close()

    threads = [threading.Thread(target=press) for _ in range(6)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(map(str, found)) == ["None"] + ["stale"] * 5
    assert read(database, rooms.read, room).activity == 1


def test_the_axis_is_kept_and_begins_anew_with_a_round(database, room):
    move(database, room, "law.open")
    assert write(database, rooms.turn, room, 1, "total") is None
    move(database, room, "law.shut", "law.open")
    assert read(database, rooms.read, room).axis == "total"
    move(database, room, "lobby", "law.open")
    found = read(database, rooms.read, room)
    assert (found.axis, found.activity) == ("right", 2)


def test_designs_are_numbered_and_the_same_once_more_is_the_same(database, room):
    assert write(database, rooms.design, room, "a", 1, 0, MADE) == "closed"
    move(database, room, "law.open")

    def make(phone, number, made, activity=1):
        return write(database, rooms.design, room, phone, activity, number, made)

    assert make("a", 0, MADE) is None
    assert make("a", 0, MADE) is None
    assert make("a", 0, OTHER) == "taken"
    assert make("a", 2, OTHER) == "closed"
    assert make("a", 1, OTHER) is None
    assert make("b", 0, MADE) is None
    assert make("nobody", 0, MADE) == "no-seat"
    assert make("c", 0, MADE, activity=2) == "closed"
    found = read(database, rooms.read, room)
    one, other = name(MADE.experiment()), name(OTHER.experiment())
    assert found.designs == {"a": [(MADE, one), (OTHER, other)], "b": [(MADE, one)]}
    assert count(database, schema.outcomes) == 2
    move(database, room, "law.shut")
    assert make("a", 1, OTHER) is None  # its answer was lost on the way
    assert make("c", 0, MADE) == "closed"


def test_phones_are_noted(database, room):
    write(database, rooms.see, {(room, "a"): 5.0, (room, "nobody"): 6.0})
    found = read(database, rooms.read, room).phones
    assert found["a"] == 5.0
    assert "nobody" not in found
    assert found["b"] > 1e9


def filled(database, code):
    """Votes and designs of a room, one of them trained."""
    move(database, code, "vote.open")
    write(database, rooms.vote, code, "a", 1, 10)
    move(database, code, "vote.shown", "vote.revealed", "law.open")
    write(database, rooms.design, code, "a", 2, 0, MADE)
    write(database, rooms.design, code, "b", 2, 0, OTHER)
    write(database, finish, {name(MADE.experiment()): Outcome(0.1, 0.2, 0.3, 0.9, True)})


def left(database):
    tables = (schema.rooms, schema.phones, schema.votes, schema.designs)
    return [count(database, table) for table in tables]


def test_the_end_deletes_everything_but_what_was_learned(database, room):
    other, _ = write(database, rooms.open_room, "en")
    write(database, rooms.join, other, "a")
    filled(database, room)
    move(database, room, "ended")
    assert left(database) == [1, 1, 0, 0]
    assert read(database, rooms.read, room) is None
    assert write(database, rooms.join, room, "a") == "no-room"
    names = [name(one.experiment()) for one in (MADE, OTHER)]
    assert list(read(database, known, names)) == names[:1]
    assert count(database, schema.outcomes) == 1  # what waited is trained for nobody


def test_a_room_whose_time_is_over_is_no_more_and_is_forgotten(database, room, monkeypatch):
    filled(database, room)
    over = read(database, rooms.read, room).expires
    assert over == pytest.approx(time.time() + rules.LASTS, abs=60)
    assert write(database, rooms.expire) == []
    monkeypatch.setattr(time, "time", lambda: over + 1)
    assert read(database, rooms.read, room) is None
    assert read(database, rooms.marks) == {}
    assert write(database, rooms.vote, room, "a", 1, 5) == "no-room"
    assert write(database, rooms.expire) == [room]
    assert left(database) == [0, 0, 0, 0]


def test_a_move_makes_a_room_last(database, room):
    with database.write() as connection:
        connection.execute(update(schema.rooms).values(expires=time.time() + 5))
    move(database, room, "vote.open")
    assert read(database, rooms.read, room).expires > time.time() + rules.LASTS - 60


def test_a_report_has_all_rounds_and_nobody_s_name(database, room):
    filled(database, room)
    found = [one.fields() for one in read(database, report.rows, room)]
    assert found[0] == {"round": 1, "phone": 1, "step": "rule.line", "answer": 10}
    assert found[1] == {
        "round": 2,
        "phone": 1,
        "number": 1,
        "bias": "demotion",
        "first": 3,
        "k": 2,
        "label_accuracy": 0.1,
        "unreliability": 0.2,
        "ambiguity": 0.3,
        "total": 0.5,
        "student_accuracy": 0.9,
        "learned": True,
    }
    assert found[2] == {"round": 2, "phone": 2, "number": 1, "bias": "pair-flip", "first": 0.5, "k": "copies"}
    assert {key for row in found for key in row} <= set(report.COLUMNS)
