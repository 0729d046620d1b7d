from dataclasses import replace
from typing import Annotated

import numpy as np
from jaxtyping import Bool, Float
from pydantic import Field

from softlabel_core.biases import Taught
from softlabel_core.examples import Examples
from softlabel_core.losses.cross_entropy import CrossEntropy
from softlabel_core.students.mlp import MLP
from softlabel_core.training.teachers import TeacherPlan, Teachers, assemble, truth
from softlabel_core.training.train import Training


class WeakTeacher(Taught):
    r"""Weak teacher: it saw little.

    The outputs of a network that learned from a few true labels of every class, and sees a part of the
    features only, the same part of all examples. Its mistakes are a function of x, which a student can copy;
    handed on within each class, the same labels, with the same sets, depend on the class alone.

    $$d = \operatorname{softmax}(z(x_S)),\qquad z \text{ trained on few } (x_S, y)$$

    S are the features that it sees.

    Reference: Burns et al. 2023 (weak-to-strong generalisation), https://arxiv.org/abs/2312.09390; why it
    can work: Lang et al. 2024, https://arxiv.org/abs/2405.16043.
    """

    sort = "flawed"

    labels_per_class: Annotated[int, Field(ge=1, le=1000)] = 4
    """True labels of each class that it learns from; all of them where there are fewer."""

    seen: Annotated[float, Field(gt=0, le=1, title="Share of features seen")] = 1.0
    """Share of the features that it sees, drawn once a replicate, at least one."""

    width: Annotated[int, Field(ge=2, le=1024)] = 64
    """Its hidden units."""

    epochs: Annotated[int, Field(ge=1, le=200)] = 20
    """Passes of the teacher over as many examples as there are."""

    permuted: bool = False
    """Whether every label goes to the next example of the same class instead. Both degrees stay as they are,
    and nothing of x is left in the labels."""

    @property
    def teacher(self) -> TeacherPlan:
        training = Training(epochs=self.epochs)
        return TeacherPlan(student=MLP(width=self.width), training=training)

    def teachers_for(self, parts: list[Examples], *, generators: list[np.random.Generator]) -> Teachers:
        used = [self._few(part, one) for part, one in zip(parts, generators, strict=True)]
        sees = [self._part(part, one) for part, one in zip(parts, generators, strict=True)]
        return assemble(
            sees,
            truth(parts),
            CrossEntropy(),
            self.teacher,
            generators=generators,
            used=used,
            label=self._label,
        )

    def _few(self, part: Examples, generator: np.random.Generator) -> Bool[np.ndarray, "n"]:
        """Which examples it learns from: the first of each class in a random order."""
        used = np.zeros(len(part), dtype=bool)
        order = generator.permutation(len(part))
        for y in range(part.classes):
            used[order[part.targets[order] == y][: self.labels_per_class]] = True
        return used

    def _part(self, part: Examples, generator: np.random.Generator) -> Examples:
        """The examples as it sees them: what it does not see is 0, the mean of every feature."""
        features = part.features.shape[1]
        hidden = generator.permutation(features)[max(1, round(self.seen * features)) :]
        shown = part.features.copy()
        shown[:, hidden] = 0
        return replace(part, features=shown)

    def _label(self, part: Examples, p: Float[np.ndarray, "n c"]) -> Float[np.ndarray, "n c"]:
        if not self.permuted:
            return p
        labels = np.empty_like(p)
        for y in range(part.classes):
            rows = np.flatnonzero(part.targets == y)
            labels[rows] = p[np.roll(rows, 1)]
        return labels
