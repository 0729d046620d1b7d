"""Who trains what waits: fairly, once, and again where a process was killed."""

import time

import pytest

from softlabel_core.hall import outcomes, rooms
from softlabel_core.hall.law import Outcome, name
from softlabel_core.hall.outcomes import TRIES
from softlabel_core.hall.recipes import Design
from tests.hall.acts import move, read, write

DESIGNS = [Design("demotion", a, 0, k) for a in (1, 2, 3) for k in (1, 2)]
NAMES = [name(one.experiment()) for one in DESIGNS]
DONE = Outcome(0.1, 0.2, 0.3, 0.9, True)


@pytest.fixture
def waiting(database, room):
    """A room in which `a` made two designs and then `b` and `c` one each; `c` the same as `a`'s second."""
    move(database, room, "law.open")
    for phone, number, made in (("a", 0, 0), ("a", 1, 1), ("b", 0, 2), ("c", 0, 1)):
        assert write(database, rooms.design, room, phone, 1, number, DESIGNS[made]) is None
    return room


def claim(database, room, owner="me", most=32, lease=60.0):
    return list(write(database, outcomes.claim, room, owner, most, lease))


def test_first_designs_come_before_second_ones(database, waiting):
    """That of `a` is a first one too, since `c` began with it."""
    assert read(database, outcomes.waits, waiting)
    assert claim(database, waiting, most=2) == [NAMES[0], NAMES[1]]
    assert claim(database, waiting) == [NAMES[2]]
    assert claim(database, waiting) == []
    assert not read(database, outcomes.waits, waiting)


def test_second_designs_wait_for_first_ones(database, room):
    move(database, room, "law.open")
    for phone, number, made in (("a", 0, 0), ("a", 1, 1), ("b", 0, 2)):
        write(database, rooms.design, room, phone, 1, number, DESIGNS[made])
    assert claim(database, room) == [NAMES[0], NAMES[2], NAMES[1]]


def test_what_is_claimed_is_the_experiment(database, waiting):
    found = write(database, outcomes.claim, waiting, "me", 32, 60.0)
    assert [found[one] for one in NAMES[:3]] == [one.experiment() for one in DESIGNS[:3]]


def test_a_settled_outcome_is_shared_and_its_rooms_hear_of_it(database, waiting):
    other, _ = write(database, rooms.open_room, "en")
    write(database, rooms.join, other, "z")
    move(database, other, "law.open")
    claim(database, waiting)
    assert write(database, rooms.design, other, "z", 1, 0, DESIGNS[0]) is None
    assert claim(database, other) == []
    before = read(database, rooms.marks)
    write(database, outcomes.finish, {NAMES[0]: DONE})
    after = read(database, rooms.marks)
    assert {code for code in after if after[code] != before[code]} == {waiting, other}
    assert read(database, outcomes.known, NAMES) == {NAMES[0]: DONE}
    assert write(database, rooms.design, other, "z", 1, 1, DESIGNS[0]) is None
    assert claim(database, other) == []


def test_what_a_killed_process_held_is_taken_over_alone(database, waiting, monkeypatch):
    claim(database, waiting, lease=10.0)
    write(database, outcomes.renew, NAMES, "another", 1000.0)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 9)
    assert claim(database, waiting, "you") == []
    write(database, outcomes.renew, NAMES, "me", 10.0)
    monkeypatch.setattr(time, "time", lambda: now + 18)
    assert claim(database, waiting, "you") == []
    monkeypatch.setattr(time, "time", lambda: now + 20)
    assert read(database, outcomes.waits, waiting)
    taken = [claim(database, waiting, "you") for _ in range(4)]
    assert [len(one) for one in taken] == [1, 1, 1, 0]
    assert {one for names in taken for one in names} == set(NAMES[:3])


def test_who_comes_back_late_settles_for_all(database, waiting, monkeypatch):
    claim(database, waiting, lease=10.0)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 20)
    claim(database, waiting, "you")
    write(database, outcomes.finish, dict.fromkeys(NAMES[:3], DONE))
    write(database, outcomes.fail, NAMES[:3], "you")
    assert set(read(database, outcomes.known, NAMES)) == set(NAMES[:3])
    assert claim(database, waiting) == []


def test_a_failure_is_tried_again_alone_and_given_up_after_a_while(database, waiting):
    first = claim(database, waiting)
    assert len(first) == 3
    write(database, outcomes.fail, first, "me")
    for _ in range(TRIES - 1):
        alone = [claim(database, waiting) for _ in range(3)]
        assert [len(one) for one in alone] == [1, 1, 1]
        assert read(database, outcomes.known, NAMES) == {}
        before = read(database, rooms.marks)
        write(database, outcomes.fail, first, "me")
        assert read(database, rooms.marks) != before
    assert read(database, outcomes.known, NAMES) == dict.fromkeys(first, None)
    assert claim(database, waiting) == []


def test_fresh_ones_come_before_what_failed(database, waiting):
    failed = claim(database, waiting, most=1)
    write(database, outcomes.fail, failed, "me")
    assert claim(database, waiting) == [one for one in NAMES[:3] if one not in failed]
    assert claim(database, waiting) == failed


def test_another_s_are_not_failed(database, waiting):
    taken = claim(database, waiting)
    write(database, outcomes.fail, taken, "you")
    write(database, outcomes.release, taken, "you")
    assert claim(database, waiting) == []


def test_what_is_given_back_is_not_blamed(database, waiting):
    for _ in range(2 * TRIES):
        taken = claim(database, waiting)
        assert len(taken) == 3
        write(database, outcomes.release, taken, "me")


def test_what_was_given_up_may_be_asked_for_again_in_another_room(database, waiting):
    for _ in range(TRIES):
        while taken := claim(database, waiting):
            write(database, outcomes.fail, taken, "me")
    assert None in read(database, outcomes.known, NAMES).values()
    move(database, waiting, "ended")
    assert read(database, outcomes.known, NAMES) == {}


def test_very_old_outcomes_are_forgotten_with_the_rooms(database, waiting, monkeypatch):
    write(database, outcomes.finish, dict.fromkeys(claim(database, waiting), DONE))
    move(database, waiting, "ended")
    assert len(read(database, outcomes.known, NAMES)) == 3
    later = time.time() + 500 * 86400
    monkeypatch.setattr(time, "time", lambda: later)
    write(database, outcomes.abandon)
    assert read(database, outcomes.known, NAMES) == {}
