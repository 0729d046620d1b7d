"""One row a vote: who said what of which task, as a table of votes by task and label."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import compress
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from softlabel_core.phrase import Phrase
from softlabel_core.plugin import Invalid
from softlabel_core.reading.tables import is_number, short

TASKS = ("task", "task_id", "item", "item_id", "example", "example_id", "image", "image_id", "question")
WORKERS = ("worker", "worker_id", "annotator", "annotator_id", "rater", "rater_id", "performer", "coder")
VOTES = ("label", "vote", "answer", "annotation", "response", "choice")
"""Names, in small letters, of the three columns that make a table one row a vote."""


@dataclass(frozen=True, eq=False)
class Crossed:
    """Votes by task, in the order in which tasks appear, and by label."""

    counts: Float[np.ndarray, "n c"]
    said: Int[np.ndarray, "n_votes 3"]
    """Task, worker and label of each vote, by their places."""

    tasks: list[str]
    names: list[str]
    note: dict[str, Any]
    """Votes, workers, and rows without a label."""


def long_names(header: Sequence[str]) -> tuple[str, str, str] | None:
    """The columns of task, worker and label; None unless all three are there under usual names."""
    found = [
        next((name for one in names for name in header if name.lower() == one), None)
        for names in (TASKS, WORKERS, VOTES)
    ]
    task, worker, vote = found
    return (task, worker, vote) if task and worker and vote else None


def crossed(
    tasks: Sequence[str], workers: Sequence[str], votes: Sequence[str], truths: Sequence[str], most: int
) -> Crossed:
    """The cross-table of these rows; `truths` are labels too. Raises `Invalid` for more than `most` cells.

    A row without a label is no vote. Labels are sorted, numbers by their value.
    """
    said = [bool(vote) for vote in votes]
    found = {*compress(votes, said), *filter(None, truths)}
    every = list(dict.fromkeys(tasks))
    if len(every) * len(found) > most:  # before a second is spent on sorting them
        raise Invalid(
            "file: allowed: {most:,} votes by task and label at most; got {tasks:,} tasks of {labels:,}.",
            most=most,
            tasks=len(every),
            labels=len(found),
        )
    names = sorted(found, key=in_order)
    people = list(dict.fromkeys(compress(workers, said)))
    places = ({name: place for place, name in enumerate(part)} for part in (every, people, names))
    at = np.array(
        [
            [place[one] for one in compress(column, said)]
            for place, column in zip(places, (tasks, workers, votes), strict=True)
        ],
        dtype=np.int64,
    ).T
    counts = np.zeros((len(every), len(names)))
    np.add.at(counts, (at[:, 0], at[:, 2]), 1.0)
    note = {"votes": len(at), "workers": len(people)}
    if len(at) < len(votes):
        note["blank"] = len(votes) - len(at)
    return Crossed(counts, at, every, names, note)


def truth_of_tasks(tasks: Sequence[str], rows: Sequence[str], truths: Sequence[str]) -> list[str]:
    """The truth of each of `tasks` from rows that say it; empty where none does.

    Raises `Invalid` for a task with two.
    """
    known: dict[str, str] = {}
    for task, truth in zip(rows, truths, strict=True):
        if truth and known.setdefault(task, truth) != truth:
            raise Invalid(
                "targets: task {task}: allowed: one truth; got {first} and {second}.",
                task=short(task),
                first=short(known[task]),
                second=short(truth),
            )
    return [known.get(task, "") for task in tasks]


def in_order(name: str) -> tuple[bool, float, str]:
    """How names are sorted: numbers first, by their value, then texts."""
    number = is_number(name) and np.isfinite(float(name))
    return (False, float(name), name) if number else (True, 0.0, name)


def missing_columns(header: Sequence[str]) -> Invalid:
    """What is said where the three columns were asked for and are not there."""
    return Invalid(
        "columns: allowed: those of the task, the worker and the label, in this order; got {got}.",
        got=short(", ".join(header)) or Phrase("none"),
    )
