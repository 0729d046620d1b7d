from typing import Annotated

import numpy as np
from jaxtyping import Float, Int
from pydantic import Field

from softlabel_core.datasets import Planar
from softlabel_core.simplex import softmax


class GaussianRing(Planar):
    r"""Gaussian ring.

    Classes are round Gaussians whose means stand evenly on a circle of radius 1, so the true posterior
    and the best reachable accuracy are known.

    $$p(y \mid x) \propto \exp\left(-\lVert x - m_y \rVert^2 / 2\sigma^2\right)$$

    Reference: own construction; the Bayes rule for equal round Gaussians is the nearest mean
    (Duda, Hart and Stork 2001, section 2.6).
    """

    ring_classes: Annotated[int, Field(ge=3, le=20)] = 10
    """Number of classes on the ring."""

    spread: Annotated[float, Field(ge=0.02, le=1)] = 0.15
    """Standard deviation sigma of each class, in units of the ring's radius."""

    @property
    def class_names(self) -> list[str]:
        return [str(number) for number in range(self.ring_classes)]

    @property
    def means(self) -> Float[np.ndarray, "c 2"]:
        """Class means."""
        angle = 2 * np.pi * np.arange(self.classes) / self.classes
        return np.stack([np.cos(angle), np.sin(angle)], axis=1)

    def posterior(self, points: Float[np.ndarray, "n 2"]) -> Float[np.ndarray, "n c"]:
        """True class probabilities at raw `points`."""
        squared = ((points[:, None] - self.means) ** 2).sum(2)
        return softmax(-squared / (2 * self.spread**2))

    @property
    def bayes_accuracy(self) -> float:
        """Mass that a class puts into its own sector of half-angle pi / c: a one-dimensional integral."""
        from scipy.integrate import quad
        from scipy.stats import norm

        slope = np.tan(np.pi / self.classes)

        def density(along: float) -> float:
            across = 2 * norm.cdf(along * slope / self.spread) - 1
            return float(norm.pdf(along, loc=1, scale=self.spread) * across)

        return min(1.0, float(quad(density, 0, 1 + 10 * self.spread)[0]))

    def points(
        self, targets: Int[np.ndarray, "n"], *, generator: np.random.Generator
    ) -> Float[np.ndarray, "n 2"]:
        return self.means[targets] + self.spread * generator.standard_normal((len(targets), 2))
