"""Adam over all parameters of many students in one flat buffer."""

import math
from typing import Any

import numpy as np

Tensor = Any

BETA_1, BETA_2, EPSILON = 0.9, 0.999, 1e-8


class Adam:
    """Adam with an L2 penalty (Kingma and Ba 2015, arXiv 1412.6980); its rate is constant or a cosine to 0.

    The buffer is padded so that no element falls into the scalar tail of a vectorised loop, where rounding
    could differ: a student's numbers must not depend on its neighbours.
    """

    def __init__(
        self,
        initial: list[np.ndarray],
        learning_rate: float,
        weight_decay: float,
        schedule: str,
        device: str,
    ) -> None:
        import torch

        size = -(-sum(array.size for array in initial) // 64) * 64
        self.learning_rate, self.weight_decay, self.schedule = learning_rate, weight_decay, schedule
        self.values, self.slopes, self.first, self.second = torch.zeros(4, size, device=device)
        self.parameters: list[Tensor] = []
        self.gradients: list[Tensor] = []
        start = 0
        for array in initial:
            part = slice(start, start + array.size)
            self.values[part] = torch.from_numpy(array.ravel())
            self.parameters.append(self.values[part].view(array.shape))
            self.gradients.append(self.slopes[part].view(array.shape))
            start += array.size

    def step(self, done: int, steps: int) -> None:
        """One update; `done` of `steps` are behind. L2 penalty as in torch.optim.Adam."""
        left = 0.5 * (1 + math.cos(math.pi * done / steps)) if self.schedule == "cosine" else 1.0
        rate = self.learning_rate * left
        self.slopes.add_(self.values, alpha=self.weight_decay)
        self.first.lerp_(self.slopes, 1 - BETA_1)
        self.second.mul_(BETA_2).addcmul_(self.slopes, self.slopes, value=1 - BETA_2)
        spread = (self.second / (1 - BETA_2 ** (done + 1))).sqrt_().add_(EPSILON)
        self.values.addcdiv_(self.first, spread, value=-rate / (1 - BETA_1 ** (done + 1)))
