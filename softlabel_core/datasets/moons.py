from typing import Annotated

import numpy as np
from jaxtyping import Float, Int
from pydantic import Field

from softlabel_core.datasets import Planar


class Moons(Planar):
    r"""Two moons.

    Two interleaved half circles, the smallest problem that a straight line cannot solve. With two
    classes the only rival is the other class: ambiguity and unreliability meet.

    $$x = (\cos t, \sin t)\ \text{or}\ (1 - \cos t, \tfrac12 - \sin t),\quad t \in [0, \pi]$$

    Reference: as scikit-learn's `make_moons`, https://scikit-learn.org, with t drawn at random.
    """

    noise: Annotated[float, Field(ge=0, le=1)] = 0.15
    """Standard deviation of the Gaussian noise on both coordinates."""

    @property
    def class_names(self) -> list[str]:
        return ["upper", "lower"]

    def points(
        self, targets: Int[np.ndarray, "n"], *, generator: np.random.Generator
    ) -> Float[np.ndarray, "n 2"]:
        turn = generator.uniform(0, np.pi, len(targets))
        arc = np.stack([np.cos(turn), np.sin(turn)], axis=1)
        moon = np.where(targets[:, None] == 0, arc, [1.0, 0.5] - arc)
        return moon + self.noise * generator.standard_normal(moon.shape)
