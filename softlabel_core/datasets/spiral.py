from typing import Annotated

import numpy as np
from jaxtyping import Float, Int
from pydantic import Field

from softlabel_core.datasets import Planar


class Spiral(Planar):
    r"""Spiral arms.

    One arm a class, wound around the origin: no straight line separates them.

    $$x = t\,(\cos\varphi, \sin\varphi),\quad \varphi = 2\pi\left(\tfrac{y}{c} + w\,t\right) + \epsilon$$

    Reference: after the two spirals of Lang and Witbrock 1988, "Learning to tell two spirals apart",
    Connectionist Models Summer School; here with c arms.
    """

    arms: Annotated[int, Field(ge=2, le=10)] = 4
    """Number of arms, one a class."""

    turns: Annotated[float, Field(ge=0.1, le=2)] = 0.5
    """Turns w that an arm makes from the centre to the rim."""

    noise: Annotated[float, Field(ge=0, le=1)] = 0.15
    """Standard deviation of the angle, in radians."""

    @property
    def class_names(self) -> list[str]:
        return [str(number) for number in range(self.arms)]

    def points(
        self, targets: Int[np.ndarray, "n"], *, generator: np.random.Generator
    ) -> Float[np.ndarray, "n 2"]:
        radius = generator.uniform(0.1, 1, len(targets))
        angle = 2 * np.pi * (targets / self.arms + self.turns * radius)
        angle += self.noise * generator.standard_normal(len(targets))
        return radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
