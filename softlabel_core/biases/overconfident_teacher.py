from typing import Annotated

import numpy as np
from pydantic import Field

from softlabel_core.biases import Taught
from softlabel_core.biases.pair_flip import PairFlip
from softlabel_core.examples import Examples
from softlabel_core.fields import Probability
from softlabel_core.losses.cross_entropy import CrossEntropy
from softlabel_core.training.teachers import Teachers, assemble, scale_temperature


class OverconfidentTeacher(Taught):
    r"""Overconfident teacher: sure of wrong lessons.

    A network (64 hidden units, 20 epochs) trained on labels of which a fraction were moved to the next
    class; its outputs for these examples, sharpened by a temperature below 1.

    $$d = \operatorname{softmax}(z / T),\qquad z \text{ trained on } \tilde y \in \{y,\ (y + 1) \bmod c\}$$

    Reference: Guo et al. 2017 (overconfidence and temperature), https://arxiv.org/abs/1706.04599; pair
    flips: Han et al. 2018, https://arxiv.org/abs/1804.06872.
    """

    sort = "flawed"

    flipped: Probability = 0.3
    """Probability that the teacher is told the next class instead of the truth."""

    temperature: Annotated[float, Field(ge=0.1, le=1)] = 0.5
    """Temperature T: the lower, the surer."""

    def teachers_for(self, parts: list[Examples], *, generators: list[np.random.Generator]) -> Teachers:
        flip = PairFlip(rate=self.flipped)
        told = [flip.soft_labels(part, generator=g) for part, g in zip(parts, generators, strict=True)]
        return assemble(
            parts,
            told,
            CrossEntropy(),
            self.teacher,
            generators=generators,
            label=lambda _, p: scale_temperature(p, self.temperature),
        )
