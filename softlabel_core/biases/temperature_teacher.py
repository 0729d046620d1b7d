from typing import Annotated

import numpy as np
from pydantic import Field

from softlabel_core.biases import Taught
from softlabel_core.examples import Examples
from softlabel_core.losses.cross_entropy import CrossEntropy
from softlabel_core.training.teachers import Teachers, assemble, scale_temperature, truth


class TemperatureTeacher(Taught):
    r"""Temperature teacher: a good teacher, heated or cooled.

    The outputs of a well-trained network (64 hidden units, 20 epochs) for its own training examples. The
    temperature changes how sure they look and never their order: the sets of the k most probable labels
    stay the same.

    $$d = \operatorname{softmax}(z / T)$$

    Reference: Hinton et al. 2015, https://arxiv.org/abs/1503.02531.
    """

    sort = "flawed"

    temperature: Annotated[float, Field(ge=0.1, le=20)] = 4.0
    """Temperature T: above 1 flatter, below 1 sharper than the teacher's own probabilities."""

    def teachers_for(self, parts: list[Examples], *, generators: list[np.random.Generator]) -> Teachers:
        return assemble(
            parts,
            truth(parts),
            CrossEntropy(),
            self.teacher,
            generators=generators,
            label=lambda _, p: scale_temperature(p, self.temperature),
        )
