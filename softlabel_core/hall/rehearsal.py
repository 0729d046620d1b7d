"""Rehearsal: phones that nobody holds, which join a room, guess and design as people might.

They answer what the presenter opens, at their own pace, so that an instructor sees the evening before what
the class will see. They are seats like any other: End deletes them too.
"""

import random
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from softlabel_core.hall import rooms, rules
from softlabel_core.hall.house import House, View
from softlabel_core.hall.recipes import RECIPES, Design, sliders

PHONES = 30
"""Phones of a rehearsal."""

VOTES, DESIGNS = 8.0, 15.0
"""Seconds within which all have guessed, or sent their design."""

LOOK = 0.25
"""Seconds between two looks at the room."""

ANOTHER = 0.3
"""Share of the phones that send a second design."""


def begin(house: House, code: str, highest: Callable[[str], int]) -> threading.Thread:
    """Let phones take part until the room ends; `highest`: the largest answer to the question of a step."""
    thread = threading.Thread(
        target=_take_part, args=(house, code, highest), name=f"rehearsal {code}", daemon=True
    )
    thread.start()
    return thread


def _take_part(house: House, code: str, highest: Callable[[str], int]) -> None:
    phones = [rules.digest(code, rules.new_token()) for _ in range(PHONES)]
    for phone in phones:
        house.write(code, partial(rooms.join, code=code, phone=phone))
    house.fresh().result()
    plans: dict[int, list[tuple[float, Callable[[], object]]]] = {}
    while (view := house.views.get(code)) is not None and not house.closed:
        for phone in phones:
            house.heard(code, phone)
        if view.room.stage in ("vote.open", "law.open"):
            if view.room.activity not in plans:
                plans[view.room.activity] = _plan(house, view, phones, highest)
            plan = plans[view.room.activity]
            while plan and plan[-1][0] <= time.monotonic():
                plan.pop()[1]()
        time.sleep(LOOK)


def _plan(
    house: House, view: View, phones: list[str], highest: Callable[[str], int]
) -> list[tuple[float, Callable[[], object]]]:
    """What phones do in this activity and when, the last first."""
    room, chance, now = view.room, random.Random(), time.monotonic()  # noqa: S311  # a play
    found: list[tuple[float, Callable[[], object]]] = []

    def plan(after: float, act: "partial[rooms.Refused | None]") -> None:
        found.append((now + after, partial(house.write, room.code, act)))

    for phone in phones:
        said: dict[str, Any] = {"code": room.code, "phone": phone, "activity": room.activity}
        if room.stage == "vote.open":
            value = guess(highest(room.step), chance)
            plan(VOTES * chance.random(), partial(rooms.vote, **said, value=value))
            continue
        first = DESIGNS * chance.random()
        plan(first, partial(rooms.design, **said, number=0, made=design(chance)))
        if chance.random() < ANOTHER:
            plan(first + DESIGNS / 2, partial(rooms.design, **said, number=1, made=design(chance)))
    return sorted(found, key=lambda one: one[0], reverse=True)


def guess(highest: int, chance: random.Random) -> int:
    """An answer from 0 to `highest`: one of a few alike, a number around the middle."""
    if highest < 10:
        return chance.randint(0, highest)
    return min(highest, max(0, round(chance.gauss(0.45 * highest, 0.22 * highest))))


def design(chance: random.Random) -> Design:
    """Any design, each recipe as often as every other."""
    recipe = chance.choice(list(RECIPES))
    steps = [chance.randint(one.low, one.high) for one in sliders(recipe)]
    a, b = [*steps, 0][:2]
    return Design(recipe, a, b, chance.choice(RECIPES[recipe].k))
