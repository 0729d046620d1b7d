"""What pages are told of a room: nothing of what others answered, nor of the truth, before it is shown."""

from collections import Counter
from typing import Any

from softlabel_core.hall import law, rules
from softlabel_core.hall.house import View
from softlabel_core.hall.law import Outcome
from softlabel_core.hall.recipes import Design
from ui.hall import questions

SOON, LATER = 1500, 2500
"""Milliseconds until a phone may ask again: while its students are trained, and otherwise."""

CROWD = 300
"""Phones that may ask at that pace; more of them ask less often."""


def presented(view: View, rate: float, reach: dict[str, Any]) -> dict[str, Any]:
    """Everything on the presenter's page: numbers of votes, never whose. `rate`: seconds a design;
    `reach`: where phones find this server."""
    room = view.room
    found: dict[str, Any] = {
        "v": room.version,
        "mark": view.mark,
        "code": room.code,
        "stage": room.stage,
        "activity": room.activity,
        "lang": room.language,
        "joined": len(room.phones),
        "active": view.active,
        "locked": room.locked,
        "expires": round(room.expires),
        "step": room.step,
        "axis": room.axis,
        "reach": reach,
    }
    if room.stage.startswith("vote."):
        return found | _voted(view)
    return found | _designed(view, rate) if room.stage.startswith("law.") else found


def _voted(view: View) -> dict[str, Any]:
    stage, asked = view.room.stage, questions.every()[view.room.step]
    found: dict[str, Any] = {"q": asked.asked(), "count": len(view.room.votes)}
    if stage != "vote.open":
        found["votes"] = histogram(view.room.votes.values())
    if stage == "vote.revealed":
        found |= {"truth": asked.truth, "why": asked.why}
    return found


def histogram(values: Any) -> dict[int, int]:
    """Answer -> how often it was given, by answer."""
    return dict(sorted(Counter(values).items()))


def _designed(view: View, rate: float) -> dict[str, Any]:
    points, counts, waiting = view.points, view.counts, view.waiting
    never, sorted_by = law.never_right(points), law.sorted_by(points)
    return {
        "count": sum(counts.values()),
        "phones": len(view.room.designs),
        "waiting": sum(counts[name] for name in waiting),
        "eta": eta(view, rate),
        "failed": sum(counts[name] for name, outcome in view.outcomes.items() if outcome is None),
        "points": [
            [
                _plain(one.design),
                one.phones,
                one.outcome.right,
                one.outcome.total,
                one.outcome.accuracy,
                one.outcome.learned,
            ]
            for one in points
        ],
        "never": None if never is None else dict(zip(("n", "low", "high"), never, strict=True)),
        "rule": None
        if sorted_by is None
        else {"of": sorted_by.of, "right": sorted_by.right, "total": sorted_by.total},
        "won": law.challenges(points),
    }


def eta(view: View, rate: float) -> int:
    """Seconds until all that waits is trained, about; 0 if nothing does."""
    return round(len(view.waiting) * rate + 1) if view.waiting else 0


def phoned(view: View, phone: str, rate: float) -> dict[str, Any]:
    """Everything on a phone's page."""
    room = view.room
    found: dict[str, Any] = {
        "v": view.phone_mark(phone),
        "stage": room.stage,
        "activity": room.activity,
        "lang": room.language,
        "next": pause(view, phone),
    }
    if room.stage.startswith("vote."):
        asked = questions.every()[room.step]
        found |= {"q": asked.asked(), "vote": room.votes.get(phone)}
        if room.stage == "vote.revealed":
            found["truth"] = asked.truth
    elif room.stage.startswith("law."):
        mine, turned = room.designs.get(phone, []), room.axis == "total"
        counts = view.counts
        found |= {
            "axis": room.axis,
            "left": rules.DESIGNS - len(mine),
            "eta": eta(view, rate),
            "mine": [
                {"design": _plain(made), "phones": counts[name], "result": _result(view, name, turned)}
                for made, name in mine
            ],
        }
    return found


def pause(view: View, phone: str) -> int:
    """Milliseconds until this phone may ask again."""
    waits = any(name not in view.outcomes for _, name in view.room.designs.get(phone, []))
    return int((SOON if waits else LATER) * max(1.0, view.active / CROWD))


def _result(view: View, name: str, turned: bool) -> dict[str, Any] | None:
    if name not in view.outcomes:
        return None
    outcome: Outcome | None = view.outcomes[name]
    if outcome is None:
        return {"failed": True}
    found = {"right": outcome.right, "accuracy": outcome.accuracy, "learned": outcome.learned}
    if not turned:
        return found | {"won": outcome.won[:1]}
    return found | {
        "delta": outcome.delta,
        "gamma": outcome.gamma,
        "total": outcome.total,
        "won": outcome.won,
    }


def _plain(design: Design) -> list[Any]:
    return [design.recipe, design.a, design.b, design.k]
