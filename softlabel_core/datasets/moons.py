from typing import Annotated

import numpy as np
from pydantic import Field

from softlabel_core.datasets import Dataset
from softlabel_core.examples import Split, standardise


class Moons(Dataset):
    """Two moons.

    Two interleaved half circles, the smallest problem that a straight line cannot solve. With two
    classes the only rival is the other class: ambiguity and unreliability meet.

    Reference: scikit-learn, `make_moons`, https://scikit-learn.org.
    """

    noise: Annotated[float, Field(ge=0, le=1)] = 0.15
    """Standard deviation of the Gaussian noise on both coordinates."""

    train_size: Annotated[int, Field(ge=100, le=20_000)] = 1_200
    """Training examples in all."""

    test_size: Annotated[int, Field(ge=100, le=20_000)] = 2_000
    """Test examples in all."""

    @property
    def class_names(self) -> list[str]:
        return ["upper", "lower"]

    def split(self, *, generator: np.random.Generator) -> Split:
        from sklearn.datasets import make_moons

        points, targets = make_moons(
            self.train_size + self.test_size, noise=self.noise, random_state=int(generator.integers(2**31))
        )
        cut = self.train_size
        return standardise(points[:cut], targets[:cut], points[cut:], targets[cut:], self.classes)
