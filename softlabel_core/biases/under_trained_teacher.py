from typing import Annotated

import numpy as np
from pydantic import Field

from softlabel_core.biases import Taught
from softlabel_core.examples import Examples
from softlabel_core.losses.cross_entropy import CrossEntropy
from softlabel_core.training.teachers import TeacherPlan, Teachers, assemble, truth
from softlabel_core.training.train import Training


class UnderTrainedTeacher(Taught):
    r"""Under-trained teacher.

    The outputs of a network (64 hidden units) that saw its examples a few times only, at a small step
    size. Its mistakes are a function of x, which a student can copy: both degrees say less here.

    $$d = \operatorname{softmax}(z_t),\qquad t = \text{few epochs}$$

    Reference: Cho and Hariharan 2019 (teachers stopped early), https://arxiv.org/abs/1910.01348.
    """

    sort = "flawed"

    epochs: Annotated[int, Field(ge=1, le=8)] = 2
    """Passes of the teacher over its examples."""

    @property
    def teacher(self) -> TeacherPlan:
        training = Training(learning_rate=1e-3, batch_size=128, epochs=self.epochs, schedule="constant")
        return TeacherPlan(training=training)

    def teachers_for(self, parts: list[Examples], *, generators: list[np.random.Generator]) -> Teachers:
        return assemble(parts, truth(parts), CrossEntropy(), self.teacher, generators=generators)
