"""What a room has come to: its votes and designs of all rounds, phones as numbers that mean nothing else."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from softlabel_core.hall.law import Outcome
from softlabel_core.hall.outcomes import known
from softlabel_core.hall.recipes import COPY, WHOLE, Design
from softlabel_core.store.schema import designs, votes

COLUMNS = (
    "round", "phone", "step", "answer", "number", "bias", "first", "second", "k",
    "label_accuracy", "unreliability", "ambiguity", "total", "student_accuracy", "learned",
)  # fmt: skip
"""Of the table, whichever of them a row has."""


@dataclass(frozen=True)
class Row:
    """A vote, or a design with its outcome (None while it has none)."""

    activity: int
    phone: int
    step: str = ""
    answer: int | None = None
    number: int | None = None
    design: Design | None = None
    outcome: Outcome | None = None

    def fields(self) -> dict[str, Any]:
        """Column -> value."""
        found: dict[str, Any] = {"round": self.activity, "phone": self.phone}
        if self.design is None:
            return found | {"step": self.step, "answer": self.answer}
        shown = {COPY: "copies", WHOLE: "support"}.get(self.design.k, self.design.k)
        set_to = dict(zip(("first", "second"), self.design.fields().values(), strict=False))
        found |= {"number": self.number, "bias": self.design.recipe, **set_to, "k": shown}
        if self.outcome is None:
            return found
        return found | {
            "label_accuracy": self.outcome.right,
            "unreliability": self.outcome.delta,
            "ambiguity": self.outcome.gamma,
            "total": self.outcome.total,
            "student_accuracy": self.outcome.accuracy,
            "learned": self.outcome.learned,
        }


def rows(connection: Connection, code: str) -> list[Row]:
    """All of a room, by round, then phone."""
    given = connection.execute(select(votes).where(votes.c.room == code)).all()
    made = connection.execute(select(designs).where(designs.c.room == code)).all()
    number = {one: i + 1 for i, one in enumerate(sorted({row.phone for row in (*given, *made)}))}
    came = known(connection, {row.outcome for row in made})
    found = [Row(row.activity, number[row.phone], step=row.step, answer=row.value) for row in given]
    found += [
        Row(
            row.activity,
            number[row.phone],
            number=row.number + 1,
            design=Design.read(row.design),
            outcome=came.get(row.outcome),
        )
        for row in made
    ]
    return sorted(found, key=lambda row: (row.activity, row.phone, row.number or 0))
