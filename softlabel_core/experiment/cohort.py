"""Students under way: one a replicate, what they are shown round by round, and their training together.

Nothing here knows where splits and soft labels come from: an experiment draws them (`run`), or they are
given (`given`).
"""

import threading
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from softlabel_core.experiment.evaluation import loss_margin
from softlabel_core.experiment.splits import Kept, Splits
from softlabel_core.frameworks import Framework, Shown
from softlabel_core.indicators import measure
from softlabel_core.losses import LossMargin
from softlabel_core.losses.cross_entropy import CrossEntropy
from softlabel_core.simplex import draw_sets, one_hot
from softlabel_core.streams import stream
from softlabel_core.students import Student
from softlabel_core.training.train import Film, Task, Trained, Training, Validation, predict, train

Curve = Callable[[str, list[int], int, list[float]], None]
"""Gets `shown` or `truth`, replicates, how many epochs they have had, and their test accuracies in [0, 1]."""


@dataclass(frozen=True, eq=False)
class Received:
    """What students learned from, of one or more replicates: soft labels, truth, and the targets shown."""

    labels: Float[np.ndarray, "n c"]
    truth: Int[np.ndarray, "n"]
    targets: Float[np.ndarray, "n c"]


@dataclass(eq=False)
class Cohort:
    """Students taught in one way; an entry a replicate in every list."""

    splits: Splits
    labels: list[np.ndarray]
    framework: Framework
    student: Student
    training: Training
    class_conditional: bool
    """Whether labels are drawn independently of x given y (`Bias.class_conditional`)."""

    film: Film | None = None
    """What the student of the first replicate is asked while it learns."""

    validation_labels: list[np.ndarray] | None = None
    """Soft labels of the validation parts, where the splits have such."""

    shown: list[Shown] = field(init=False)
    trained: list[Trained] = field(default_factory=list)
    rounds: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Draw what the students are shown of the soft labels."""
        self.shown = [
            self.framework.show(one, truth, generator=stream(self.splits.seed, "shown", i, 0))
            for i, (one, truth) in enumerate(zip(self.labels, self.splits.truths, strict=True))
        ]

    def __len__(self) -> int:
        return len(self.splits)

    @property
    def reference(self) -> tuple[Splits, Student, Training]:
        """What the ground-truth students beside it depend on."""
        return self.splits, self.student, self.training

    def tasks(self) -> list[Task]:
        seed, loss, training = self.splits.seed, self.framework.loss, self.training
        apart = self._validations()
        return [
            Task(
                split,
                shown.targets,
                shown.used,
                loss,
                seed,
                i,
                training,
                validation=apart[i],
                film=None if i else self.film,
            )
            for i, (split, shown) in enumerate(zip(self.splits.parts, self.shown, strict=True))
        ]

    def _validations(self) -> Sequence[Validation | None]:
        """The validation parts with the sets that the framework shows of them."""
        if self.splits.validation is None or self.validation_labels is None:
            return [None] * len(self)
        found = []
        for i, (part, labels) in enumerate(zip(self.splits.validation, self.validation_labels, strict=True)):
            generator = stream(self.splits.seed, "shown-validation", i)
            targets = self.framework.show(labels, part.targets, generator=generator).targets
            if self.framework.loss.reads == "sets":
                found.append(Validation(part, targets > 0))
            else:
                found.append(Validation(part, draw_sets(targets, 1, generator=generator)))
        return found

    def reference_tasks(self) -> list[Task]:
        """The same students, shown the true labels of every example."""
        seed, loss, training = self.splits.seed, CrossEntropy(), self.training
        held = self.splits.validation
        apart: Sequence[Validation | None] = (
            [None] * len(self)
            if held is None
            else [Validation(one, one_hot(one.targets, one.classes) > 0) for one in held]
        )
        return [
            Task(
                split,
                one_hot(split.train.targets, split.train.classes),
                np.ones(len(split.train), dtype=bool),
                loss,
                seed,
                i,
                training,
                validation=apart[i],
            )
            for i, split in enumerate(self.splits.parts)
        ]

    def relabel(self, number: int) -> None:
        """Let every student label the rest for round `number`."""
        guesses = predict(self.student, self.trained, [split.train for split in self.splits.parts])
        for i, (shown, own) in enumerate(zip(self.shown, guesses, strict=True)):
            generator = stream(self.splits.seed, "shown", i, number)
            self.shown[i] = self.framework.relabel(shown, own, generator=generator)

    def note_round(self, number: int) -> None:
        """Keep what round `number` came to: the pseudo-labels its students were shown, and the students."""
        for i, (truth, shown, trained) in enumerate(
            zip(self.splits.truths, self.shown, self.trained, strict=True)
        ):
            row = {"round": number, "replicate": i, "student_accuracy": float(trained.accuracy[-1])}
            guessed = shown.used & ~shown.given
            if guessed.any():
                measured = measure(shown.labels[guessed], truth[guessed], shown.k, intervals=False)
                row |= {n: measured[n] for n in ("unreliability", "ambiguity", "total", "label_accuracy")}
            self.rounds.append(row)

    def accuracies(self) -> list[float]:
        """Test accuracy of every student, in [0, 1]."""
        return last(self.trained)

    def received(self) -> list[Received]:
        """What each replicate's student learned from."""
        return [
            Received(shown.labels[shown.used], truth[shown.used], shown.targets[shown.used])
            for shown, truth in zip(self.shown, self.splits.truths, strict=True)
        ]

    def independent(self) -> slice:
        """The replicates whose labels count as independent draws together; else the first alone."""
        return slice(None) if self.class_conditional and self.framework.class_conditional else slice(1)

    def pooled(self) -> Received:
        """What the `independent` ones learned from."""
        every = self.received()[self.independent()]
        return Received(
            np.concatenate([one.labels for one in every]),
            np.concatenate([one.truth for one in every]),
            np.concatenate([one.targets for one in every]),
        )

    def indicators(self, received: Received, **options: Any) -> dict[str, Any]:
        """`measure` of what was received."""
        k, seed = self.shown[0].k, self.splits.seed
        return measure(received.labels, received.truth, k, seed=seed, **options)

    def measured(self, received: Received) -> tuple[dict[str, Any], LossMargin]:
        """Indicators of what was received, and what the loss asks of it."""
        indicators = self.indicators(received)
        return indicators, loss_margin(self.framework.loss, indicators, received.targets, received.truth)


def last(trained: Sequence[Trained]) -> list[float]:
    """Test accuracies after the last epoch."""
    return [float(one.accuracy[-1]) for one in trained]


def pick_device(asked: str | None) -> tuple[str, str]:
    """`cpu` or `cuda`, by default a GPU where there is one; and its name."""
    import torch

    device = asked or ("cuda" if torch.cuda.is_available() else "cpu")
    return device, torch.cuda.get_device_name() if device == "cuda" else "cpu"


class Trainer:
    """Trains cohorts, round by round and all alike together, and the ground-truth students beside them."""

    def __init__(
        self,
        students: int,
        device: str,
        cancel: threading.Event | None = None,
        on_progress: Callable[[float], None] | None = None,
        on_curve: Curve | None = None,
        *,
        curves: bool = True,
        kept: Kept | None = None,
    ) -> None:
        """`students`: networks to train in all; callbacks and `kept` are those of `run`, `curves` is
        `train`'s."""
        self.device, self.cancel, self.on_progress, self.on_curve = device, cancel, on_progress, on_curve
        self.curves, self.kept = curves, kept or Kept()
        self.students, self.finished = students, 0.0

    def references(self, cohort: Cohort) -> list[Trained]:
        """Students trained on the truth, one a replicate."""
        return self.kept.references[self.reference(cohort)]

    def reference(self, cohort: Cohort) -> tuple[Splits, Student, Training, str, bool]:
        """Where they are `kept`."""
        return *cohort.reference, self.device, self.curves

    def train(self, cohorts: Sequence[Cohort]) -> None:
        """Train all students of `cohorts`, round by round, and the references that are still missing."""
        self._retell(cohorts)
        for number in range(1 + max(cohort.framework.relabellings for cohort in cohorts)):
            active = [cohort for cohort in cohorts if cohort.framework.relabellings >= number]
            if number:
                for cohort in active:
                    cohort.relabel(number)
            self._train_round(active)
            for cohort in active:
                if cohort.framework.relabellings:
                    cohort.note_round(number)

    def _retell(self, cohorts: Sequence[Cohort]) -> None:
        """How the references that are there had learned."""
        for key in {self.reference(cohort) for cohort in cohorts} & self.kept.references.keys():
            for i, one in enumerate(self.kept.references[key]):
                for epoch, accuracy in enumerate(one.accuracy, start=1):
                    if self.on_curve:
                        self.on_curve("truth", [i], epoch, [float(accuracy)])

    def _train_round(self, cohorts: list[Cohort]) -> None:
        alike: dict[Student, list[Cohort]] = defaultdict(list)
        for cohort in cohorts:
            alike[cohort.student].append(cohort)
        for student, group in alike.items():
            known = self.kept.references
            missing = {key: one for one in group if (key := self.reference(one)) not in known}
            batches = [one.tasks() for one in group] + [one.reference_tasks() for one in missing.values()]
            tasks = [task for batch in batches for task in batch]
            trained = iter(self._train_tasks(tasks, student, sum(map(len, group))))
            for cohort in group:
                cohort.trained = [next(trained) for _ in range(len(cohort))]
            for key, cohort in missing.items():
                known[key] = [next(trained) for _ in range(len(cohort))]

    def _train_tasks(self, tasks: list[Task], student: Student, share: int) -> list[Trained]:
        """The first `share` of the tasks are those of students, the others of references."""

        def report(members: Sequence[int], epoch: int, accuracy: list[float]) -> None:
            for name in ("shown", "truth"):
                own = [
                    (tasks[i].replicate, a)
                    for i, a in zip(members, accuracy, strict=True)
                    if (i < share) == (name == "shown")
                ]
                if own and self.on_curve:
                    self.on_curve(name, [r for r, _ in own], epoch, [a for _, a in own])

        return self.trained(tasks, student, share=share, on_epoch=report)

    def trained(self, *what: Any, share: float, **options: Any) -> list[Trained]:
        """`train` on this device, reported as `share` networks of all."""

        def report(fraction: float) -> None:
            if self.on_progress:
                self.on_progress((self.finished + fraction * share) / self.students)

        options |= {"curves": self.curves, "on_progress": report, "cancel": self.cancel}
        trained = train(*what, device=self.device, **options)
        self.finished += share
        return trained
