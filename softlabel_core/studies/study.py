"""What a study is: experiments with their places in a table."""

from dataclasses import dataclass

from softlabel_core.experiment.spec import Experiment


@dataclass(frozen=True)
class Cell:
    """One experiment of a study: its row and column in the table, and the family it counts to."""

    experiment: Experiment
    row: str
    column: str
    family: str


@dataclass(frozen=True)
class Study:
    """A table of experiments; `note` says how it is read."""

    name: str
    title: str
    note: str
    cells: list[Cell]
