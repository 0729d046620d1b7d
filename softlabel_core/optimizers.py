"""Optimisers over all parameters of many students in one flat buffer, by PyTorch's fused kernels.

The kernels are those behind `torch.optim.Adam(fused=True)` and `SGD(fused=True)`, called directly, because
the bookkeeping of the classes around them takes longer than the update of a small student.
"""

from typing import Any, ClassVar

import numpy as np

Tensor = Any

ALIGNED = 64
"""Every parameter starts at a multiple of so many numbers, and the buffer ends at one: the matrix library
rounds by how its operands are aligned, and vectorised loops by whether an element falls into their tail, and
a student's numbers must not depend on its neighbours."""


class Optimizer:
    """Parameters `parameters` and their `gradients`, views into flat buffers, and the learning `rate`, a
    number on the device that is set before a step."""

    moments: ClassVar[int] = 0
    """Running averages that it keeps of every gradient."""

    def __init__(
        self,
        initial: list[np.ndarray],
        learning_rate: float,
        weight_decay: float,
        momentum: float,
        device: str,
    ) -> None:
        import torch

        self.weight_decay, self.momentum = weight_decay, momentum
        self.rate = torch.tensor(learning_rate, device=device)
        sizes = [-(-array.size // ALIGNED) * ALIGNED for array in initial]
        self.values, self.slopes, *self.averages = torch.zeros(2 + self.moments, sum(sizes), device=device)
        self.done = torch.zeros((), device=device)
        starts = np.cumsum([0, *sizes[:-1]])
        self.parameters, self.gradients = (
            [flat[s : s + a.size].view(a.shape) for s, a in zip(starts, initial, strict=True)]
            for flat in (self.values, self.slopes)
        )
        for parameter, array in zip(self.parameters, initial, strict=True):
            parameter.copy_(torch.from_numpy(array))

    def step(self) -> None:
        """Update `parameters` by `gradients`. L2 penalty as in torch.optim."""
        raise NotImplementedError


class Adam(Optimizer):
    """Kingma and Ba 2015, arXiv 1412.6980."""

    moments = 2

    def step(self) -> None:
        import torch

        self.done += 1
        torch._fused_adam_(
            [self.values],
            [self.slopes],
            self.averages[:1],
            self.averages[1:],
            [],
            [self.done],
            lr=self.rate,
            beta1=0.9,
            beta2=0.999,
            weight_decay=self.weight_decay,
            eps=1e-8,
            amsgrad=False,
            maximize=False,
        )


class SGD(Optimizer):
    """Stochastic gradient descent with heavy-ball momentum (Polyak 1964)."""

    moments = 1

    def step(self) -> None:
        import torch

        torch._fused_sgd_(
            [self.values],
            [self.slopes],
            self.averages if self.momentum else [],
            lr=self.rate,
            momentum=self.momentum,
            weight_decay=self.weight_decay,
            dampening=0.0,
            nesterov=False,
            maximize=False,
            is_first_step=False,
        )


OPTIMIZERS = {"adam": Adam, "sgd": SGD}
