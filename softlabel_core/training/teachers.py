"""Teachers: networks trained on something wrong, whose outputs are the soft labels of their own examples.

Teachers of all replicates, and of all conditions of a sweep that have the same network, train together.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any

import numpy as np
from jaxtyping import Bool, Float, Int
from pydantic import Field

from softlabel_core.examples import Examples, Split
from softlabel_core.indicators import Sample
from softlabel_core.indicators.ambiguity import Ambiguity
from softlabel_core.indicators.label_accuracy import LabelAccuracy
from softlabel_core.indicators.unreliability import Unreliability
from softlabel_core.losses import Loss
from softlabel_core.plugin import Value
from softlabel_core.simplex import normalise, one_hot
from softlabel_core.students import Student
from softlabel_core.students.mlp import MLP
from softlabel_core.tensors import Tensor
from softlabel_core.training.train import Observe, Task, Trained, Training, predict

Weight = Annotated[float, Field(ge=0, le=100)]


class TeacherLoss(Loss):
    """What a bad teacher minimises; no choice for students, since its targets are the rows of `mark`."""

    punish: Weight = 3.0
    """Weight a1 of the term that pushes the truth from the first place."""

    compete: Weight = 3.0
    """Weight a2 of the term that keeps the truth among the first k."""

    random: Weight = 3.0
    """Weight a3 of the term that pulls the k - 1 wrong labels drawn for the example up."""


class TeacherPlan(Value):
    """Which network teaches and how it is trained; by default as students are."""

    student: Student = MLP(width=64)
    """The network."""

    training: Training = Training()
    """How it is trained."""


@dataclass(frozen=True, eq=False)
class Labelled:
    """Soft labels of one replicate, and what is to be told of their making."""

    soft_labels: Float[np.ndarray, "n c"]
    teacher: list[dict[str, Any]] = field(default_factory=list)
    """One row an epoch of the teacher, if there is one: `epoch`, and indicators of its labels by name."""


@dataclass(frozen=True, eq=False)
class Teachers:
    """Teachers to train, one a replicate. Those of the same `student` may be trained in one call."""

    student: Student
    tasks: list[Task]
    label: Callable[[Examples, Float[np.ndarray, "n c"]], Float[np.ndarray, "n c"]]
    """Soft labels (n, c) of a replicate's examples, from its teacher's probabilities (n, c)."""

    def labelled(self, trained: Sequence[Trained]) -> list[Labelled]:
        """What the trained teachers come to, in the order of `tasks`."""
        made = []
        for task, one in zip(self.tasks, trained, strict=True):
            part = task.split.train
            p = predict(self.student, [one], part)[0]
            rows = [{"epoch": i, **row} for i, row in enumerate(one.history, start=1)]
            made.append(Labelled(self.label(part, p), rows))
        return made


def assemble(
    parts: Sequence[Examples],
    targets: Sequence[Float[np.ndarray, "n c"]],
    loss: Loss,
    plan: TeacherPlan,
    *,
    generators: Sequence[np.random.Generator],
    used: Sequence[Bool[np.ndarray, "n"]] | None = None,
    label: Callable[[Examples, Float[np.ndarray, "n c"]], Float[np.ndarray, "n c"]] = lambda part, p: p,
    observe: Observe | None = None,
) -> Teachers:
    """One teacher a replicate, trained by `plan` on `targets`; `observe` sees it after every epoch.

    `used` says which examples it is trained on, all by default.
    Initialisation and shuffle come from one draw of the replicate's generator.
    """
    seeds = [int(generator.integers(2**31)) for generator in generators]
    used = [np.ones(len(part), dtype=bool) for part in parts] if used is None else used
    tasks = [
        Task(_alone(part), shown, mask, loss, seed, 0, plan.training, observe)
        for part, shown, mask, seed in zip(parts, targets, used, seeds, strict=True)
    ]
    return Teachers(plan.student, tasks, label)


def _alone(examples: Examples) -> Split:
    """A split for a teacher, whose accuracy on a test part nobody reads: one example will do."""
    features = examples.features.shape[1]
    few = Examples(examples.features[:1], examples.targets[:1], examples.classes, examples.image_shape)
    return Split(examples, few, np.zeros(features), np.ones(features))


def truth(parts: Sequence[Examples]) -> list[Float[np.ndarray, "n c"]]:
    """The true labels of every replicate, one-hot."""
    return [one_hot(part.targets, part.classes) for part in parts]


def mark(examples: Examples, rivals: Int[np.ndarray, "n rivals"]) -> Float[np.ndarray, "n c"]:
    """Rows that tell a bad teacher's loss both y (the largest mass) and R_x (`rivals`, less mass each)."""
    rows = one_hot(examples.targets, examples.classes)
    np.put_along_axis(rows, rivals, 0.9 / rivals.shape[1], axis=1)
    return normalise(rows)


def marked(target: Float[Tensor, "... c b"]) -> tuple[Bool[Tensor, "... c b"], Bool[Tensor, "... c b"]]:
    """What `mark` wrote: where y is, and where R_x is."""
    truth = target == target.amax(-2, keepdim=True)
    return truth, (target > 0) & ~truth


def scale_temperature(p: Float[np.ndarray, "n c"], temperature: float) -> Float[np.ndarray, "n c"]:
    """softmax(z / T) from p = softmax(z): flatter above T = 1, sharper below."""
    return normalise((p / p.max(1, keepdims=True)) ** (1 / temperature))


def degrees(task: Task, p: Float[np.ndarray, "n c"], k: int) -> dict[str, float]:
    """What is told of a teacher after an epoch: label accuracy, and both degrees at k."""
    sample = Sample(p, task.split.train.targets, k)
    return {cls.key(): cls().value(sample) for cls in (LabelAccuracy, Unreliability, Ambiguity)}
