"""Phones that nobody holds do what people would."""

import random

import pytest

from softlabel_core.hall import rehearsal, rooms
from softlabel_core.hall.house import House
from softlabel_core.hall.recipes import RECIPES, Design
from tests.hall.acts import Hand
from tests.waiting import wait_until

pytestmark = pytest.mark.parametrize("address", ["sqlite"], indirect=True)


def test_they_join_guess_design_and_leave_with_the_room(database, monkeypatch):
    monkeypatch.setattr(rehearsal, "VOTES", 0.5)
    monkeypatch.setattr(rehearsal, "DESIGNS", 0.5)
    house = House(database, Hand)
    code, _ = house.open("en")
    thread = rehearsal.begin(house, code, lambda step: {"rule.line": 100, "losses.raw": 2}[step])
    wait_until(lambda: len(house.views[code].room.phones) == rehearsal.PHONES)

    def move(to, step=""):
        version = house.views[code].room.version
        act = house.write(code, lambda one: rooms.move(one, code, version, to, step))
        assert act.result() is None
        house.fresh().result()

    for step, highest in (("rule.line", 100), ("losses.raw", 2)):
        move("vote.open", step)
        wait_until(lambda: len(house.views[code].room.votes) == rehearsal.PHONES)
        found = house.views[code].room.votes.values()
        assert 0 <= min(found) < max(found) <= highest
        move("vote.shown")
        move("vote.revealed")
    move("law.open")
    wait_until(lambda: len(house.views[code].room.designs) == rehearsal.PHONES)
    wait_until(lambda: max(map(len, house.views[code].room.designs.values())) == 2)
    move("ended")
    thread.join(60)
    assert not thread.is_alive()
    house.close()


def test_they_try_everything(address):
    chance = random.Random(0)  # noqa: S311
    made = [rehearsal.design(chance) for _ in range(300)]
    assert {one.recipe for one in made} == set(RECIPES)
    assert all(Design.asked({"recipe": one.recipe, "a": one.a, "b": one.b, "k": one.k}) for one in made)
    assert {rehearsal.guess(2, chance) for _ in range(100)} == {0, 1, 2}
    numbers = [rehearsal.guess(100, chance) for _ in range(500)]
    assert min(numbers) >= 0
    assert max(numbers) <= 100
    assert len(set(numbers)) > 40
