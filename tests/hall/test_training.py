"""Designs that train together: through the queue, once, whatever dies meanwhile."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator

import pytest
from sqlalchemy import update

from softlabel_core import run
from softlabel_core.experiment import cost
from softlabel_core.experiment.cost import Cost
from softlabel_core.hall import outcomes, rooms, training
from softlabel_core.hall.law import Outcome, name
from softlabel_core.hall.outcomes import TRIES
from softlabel_core.hall.recipes import RECIPES, Design
from softlabel_core.hall.training import LEAST, MOST, Feeder, batch
from softlabel_core.service.job import Work
from softlabel_core.service.queue import Jobs
from softlabel_core.service.runner import Channel, EmbeddedRunner
from softlabel_core.store import schema
from softlabel_core.store.database import Database
from tests.hall.acts import Hand, move, read, write
from tests.waiting import wait_until

DESIGNS = [Design("symmetric-noise", a, 0, k) for a in range(10) for k in (1, 2, 3, 4)]
DONE = Outcome(0.1, 0.2, 0.3, 0.9, True)
NAMES = [name(one.experiment()) for one in DESIGNS]


class Quiet(Channel):
    """Nobody listens."""

    def __init__(self):
        self.cancel, self.said = threading.Event(), []

    def row(self, *values):
        raise AssertionError("no curves are sent")

    def progress(self, fraction):
        self.said.append(fraction)


@pytest.fixture
def designed(database, room):
    """A room with 40 designs of many phones."""
    move(database, room, "law.open")
    with database.write() as connection:
        for number, made in enumerate(DESIGNS):
            assert rooms.join(connection, room, f"p{number}") is None
            assert rooms.design(connection, room, f"p{number}", 1, 0, made) is None
    return room


@pytest.fixture
def hand() -> Hand:
    return Hand()


@pytest.fixture
def feed(database, designed, hand, monkeypatch) -> Iterator:
    """Begins to feed that room's designs to the queue by hand, and looks often."""
    monkeypatch.setattr(training, "LOOK", 0.01)
    monkeypatch.setattr(training, "IDLE", 0.01)
    feeders = []

    def begin() -> Feeder:
        found = Feeder(database, lambda: hand, lambda: [designed], told.set)
        feeders.append(found)
        return found

    told = threading.Event()
    begin.told = told
    yield begin
    for one in feeders:
        one.close()


def known(database):
    return read(database, outcomes.known, NAMES)


def test_designs_train_together_as_they_do_alone():
    channel, asked = (
        Quiet(),
        [Design(one, 1, int(one == "candidate-set"), max(RECIPES[one].k)) for one in RECIPES],
    )
    work = batch([one.experiment() for one in asked], Cost())
    answer = work.task(*work.data, channel)
    assert answer["seconds"] > 0
    assert channel.said[-1] == 1.0
    for made, numbers in zip(asked, answer["outcomes"], strict=True):
        found, alone = Outcome(**numbers), run(made.experiment())
        shown = alone.indicators
        assert found.accuracy == pytest.approx(alone.student_accuracy.mean, abs=0.02)
        assert found.learned is alone.learned
        assert (found.right, found.delta, found.gamma) == pytest.approx(
            (shown["label_accuracy"], shown["unreliability"], shown["ambiguity"]), abs=1e-4
        )


def test_what_trains_together_is_predicted_together():
    one, many = [DESIGNS[0].experiment()], [made.experiment() for made in DESIGNS[:8]]
    (part,), (parts,) = cost.together(one), cost.together(many)
    assert parts.networks == 8 * part.networks
    assert cost.parts(one[0]) == [part]
    assert Cost().seconds(one[0]) < batch(many, Cost()).seconds < 8 * Cost().seconds(one[0])


def test_a_room_is_one_visitor_with_one_piece_of_work(feed, hand, database):
    feed()
    wait_until(lambda: hand.asked)
    feed.told.clear()
    first = hand.end(DONE)
    assert LEAST <= first <= MOST
    wait_until(lambda: len(hand.asked) == 2)
    assert feed.told.is_set()
    assert len(known(database)) == first
    assert hand.forgotten == ["1"]
    assert len({visitor for visitor, _ in hand.asked}) == 1
    wait_until(lambda: len(known(database)) == len(DESIGNS) or (hand.end(DONE) and False))
    assert set(known(database).values()) == {DONE}
    trained = [config for _, work in hand.asked for config in work.data[0]]
    assert len(trained) == len(DESIGNS)


def test_where_training_is_slow_fewer_train_at_once(feed, hand):
    """A second a design is what the queue by hand says."""
    feeder = feed()
    sizes = []
    for number in (1, 2):
        wait_until(lambda number=number: len(hand.asked) == number)
        sizes.append(hand.end(DONE))
    wait_until(lambda: feeder.rate > 0.7)
    assert sizes[0] == MOST
    assert LEAST <= sizes[1] < MOST / 4


def test_a_busy_queue_is_asked_again(feed, hand, database):
    hand.busy_now = True
    feed()
    wait_until(lambda: read(database, outcomes.waits, "nobody") is False)
    hand.busy_now = False
    wait_until(lambda: hand.asked)
    with database.read() as connection:
        assert set(connection.execute(schema.outcomes.select()).scalars())
    hand.end(DONE)
    wait_until(lambda: known(database))


def test_what_fails_takes_nothing_else_with_it(feed, hand, database):
    """One design breaks every piece of work that it is in."""
    bad = DESIGNS[5].experiment().model_dump(mode="json")
    feed()
    done = 0

    def step():
        nonlocal done
        if len(hand.asked) > done:
            done += 1
            work: Work = hand.asked[done - 1][1]
            hand.end(DONE, "failed" if bad in work.data[0] else "done", str(done))
        return len(known(database)) == len(DESIGNS)

    wait_until(step)
    found = known(database)
    assert found.pop(NAMES[5]) is None
    assert None not in found.values()
    alone = [work.data[0] for _, work in hand.asked if bad in work.data[0]]
    assert [len(one) for one in alone[1:]] == [1] * (TRIES - 1)


def test_a_queue_that_has_forgotten_its_work_has_failed_it(feed, hand, database):
    feed()
    wait_until(lambda: hand.asked)
    first = hand.jobs.pop("1")
    wait_until(lambda: len(hand.asked) == 2)
    assert len(first.work.data[0]) == MOST
    assert known(database) == {}


def test_two_processes_share_the_designs_of_a_room(feed, hand, database):
    feed()
    wait_until(lambda: hand.asked)
    feed()
    wait_until(lambda: len(hand.asked) == 2)
    one, other = (work.data[0] for _, work in hand.asked)
    assert not [config for config in one if config in other]
    assert len(one) + len(other) == len(DESIGNS)


def test_who_ends_in_order_gives_back(feed, hand, database, designed):
    feeder = feed()
    wait_until(lambda: hand.asked)
    feeder.close()
    taken = write(database, outcomes.claim, designed, "another", 100, 60.0)
    assert len(taken) == len(DESIGNS)


def test_what_is_trained_is_held(feed, hand, database, designed, monkeypatch):
    monkeypatch.setattr(training, "BEAT", 0.0)
    feed()
    wait_until(lambda: hand.asked)
    with database.write() as connection:
        connection.execute(
            update(schema.outcomes).where(schema.outcomes.c.state == "running").values(until=0.0)
        )

    def held():
        table = schema.outcomes.select().where(schema.outcomes.c.state == "running")
        return read(database, lambda one: min(row.until for row in one.execute(table))) > 0

    wait_until(held)


def test_what_another_version_asked_for_is_given_up(database, room):
    move(database, room, "law.open")
    write(database, rooms.design, room, "a", 1, 0, DESIGNS[0])
    write(database, rooms.design, room, "b", 1, 0, DESIGNS[1])
    with database.write() as connection:
        strange = schema.outcomes.c.name == NAMES[0]
        connection.execute(update(schema.outcomes).where(strange).values(experiment='{"bias": "tomorrow"}'))
    assert list(write(database, outcomes.claim, room, "me", 10, 60.0)) == [NAMES[1]]
    assert known(database) == {NAMES[0]: None}


@pytest.mark.slow
@pytest.mark.parametrize("address", ["sqlite"], indirect=True)
def test_a_worker_killed_in_the_middle_is_tried_again(database: Database, room: str) -> None:
    others = set(multiprocessing.active_children())
    jobs = Jobs(EmbeddedRunner(1))
    move(database, room, "law.open")
    with database.write() as connection:
        for number, made in enumerate(DESIGNS[:12]):
            rooms.join(connection, room, f"p{number}")
            rooms.design(connection, room, f"p{number}", 1, 0, made)
    feeder = Feeder(database, lambda: jobs, lambda: [room], lambda: None)
    try:
        wait_until(lambda: any(job.progress > 0 for job in list(jobs._jobs.values())))
        for child in set(multiprocessing.active_children()) - others:
            os.kill(child.pid, signal.SIGKILL)
        wait_until(lambda: len(known(database)) == 12)
        assert None not in known(database).values()
        assert not jobs.busy
    finally:
        feeder.close()
        jobs.close()
