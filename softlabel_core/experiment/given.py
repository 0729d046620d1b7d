"""Students of splits and soft labels that are given, where no plug-in draws them: a visitor's own file.

What is given is passed beside every description of it, so nothing that is shared, kept or looked up by its
content can mistake one file for another: splits are shared by those that hand in the same object, and by
nobody else.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from jaxtyping import Float
from numpy import ndarray

from softlabel_core.experiment.cohort import Cohort, Trainer, last, pick_device
from softlabel_core.experiment.result import Estimate
from softlabel_core.experiment.splits import Splits
from softlabel_core.frameworks import Framework
from softlabel_core.losses import LossMargin
from softlabel_core.plugin import Value
from softlabel_core.students import Student
from softlabel_core.training.train import Training


@dataclass(frozen=True, eq=False)
class Given:
    """What students are taught on, and how."""

    splits: Splits
    labels: list[Float[ndarray, "n c"]]
    """Soft labels of each split's training part, on the simplex, in the order of its examples."""

    framework: Framework
    student: Student
    training: Training

    validation_labels: list[Float[ndarray, "v c"]] | None = None
    """Soft labels of each split's validation part, where the splits have such."""


class Outcome(Value):
    """What became of the students of one `Given`."""

    indicators: dict[str, Any]
    """`measure` of what the first replicate's student was shown, at its own k."""

    margin: LossMargin
    """What the loss asks of these labels."""

    student: Estimate
    """Test accuracy against the truth."""

    truth: Estimate
    """The same of students taught with the truth."""


def run_given(
    every: Sequence[Given],
    *,
    on_progress: Callable[[float], None] | None = None,
    cancel: threading.Event | None = None,
    device: str | None = None,
) -> list[Outcome]:
    """Train the students of all together, and those taught with the truth once for all that share splits.

    One outcome each, in order. Nothing is assumed of how the labels depend on the features, so replicates
    are not pooled. The callbacks are those of `run`.
    """
    cohorts = [
        Cohort(
            one.splits,
            one.labels,
            one.framework,
            one.student,
            one.training,
            class_conditional=False,
            validation_labels=one.validation_labels,
        )
        for one in every
    ]
    students = sum(len(one) * (1 + one.framework.relabellings) for one in cohorts)
    trainer = Trainer(students, pick_device(device)[0], cancel, on_progress)
    trainer.train(cohorts)
    return [_outcome(cohort, trainer) for cohort in cohorts]


def _outcome(cohort: Cohort, trainer: Trainer) -> Outcome:
    indicators, margin = cohort.measured(cohort.pooled())
    accuracies = cohort.accuracies(), last(trainer.references(cohort))
    student, truth = (Estimate.of(values, cohort.splits.overlap) for values in accuracies)
    return Outcome(indicators=indicators, margin=margin, student=student, truth=truth)
