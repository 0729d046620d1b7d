"""Optimisers over all parameters of many students in one flat buffer, by PyTorch's fused kernels.

The kernels are those behind `torch.optim.Adam(fused=True)` and `SGD(fused=True)`, called directly, because
the bookkeeping of the classes around them takes longer than the update of a small student.
"""

from abc import ABC, abstractmethod
from typing import ClassVar

import numpy as np

ALIGNED = 64
"""Every parameter starts at a multiple of so many numbers, and the buffer ends at one: the matrix library
rounds by how its operands are aligned, and vectorised loops by whether an element falls into their tail, and
a student's numbers must not depend on its neighbours."""


class Optimizer(ABC):
    """Parameters `parameters` and their `gradients`, in the order and shapes of `initial`, float32.

    Both are views into flat buffers: a student's backward pass writes `gradients`, `step` reads them. `rate`,
    the learning rate, is a number on the device that is set before a step.
    """

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
        """`initial` has one array (s, outputs, inputs) a parameter; `weight_decay` is the factor of the L2
        penalty, and `momentum`, in [0, 1), the share of the step before that is taken again (SGD only)."""
        import torch

        self.weight_decay, self.momentum = weight_decay, momentum
        self.rate = torch.tensor(learning_rate, device=device)
        sizes = [-(-array.size // ALIGNED) * ALIGNED for array in initial]
        buffers = torch.zeros(2 + self.moments, sum(sizes), device=device)
        self.flat_parameters, self.flat_gradients, *self.averages = buffers
        self.done = torch.zeros((), device=device)
        starts = np.cumsum([0, *sizes[:-1]])
        self.parameters, self.gradients = (
            [flat[s : s + a.size].view(a.shape) for s, a in zip(starts, initial, strict=True)]
            for flat in (self.flat_parameters, self.flat_gradients)
        )
        for parameter, array in zip(self.parameters, initial, strict=True):
            parameter.copy_(torch.from_numpy(array))

    @abstractmethod
    def step(self) -> None:
        """Update `parameters` by `gradients` at the learning rate `rate`. L2 penalty as in torch.optim: its
        derivative, `weight_decay` times the parameter, is added to the gradient."""


class Adam(Optimizer):
    """Kingma and Ba 2015, https://arxiv.org/abs/1412.6980, with the constants of the paper."""

    moments = 2

    def step(self) -> None:
        import torch

        self.done += 1
        torch._fused_adam_(
            [self.flat_parameters],
            [self.flat_gradients],
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
    """Stochastic gradient descent with heavy-ball momentum.

    Reference: Polyak 1964, https://doi.org/10.1016/0041-5553(64)90137-5.
    """

    moments = 1

    def step(self) -> None:
        import torch

        torch._fused_sgd_(
            [self.flat_parameters],
            [self.flat_gradients],
            self.averages if self.momentum else [],
            lr=self.rate,
            momentum=self.momentum,
            weight_decay=self.weight_decay,
            dampening=0.0,
            nesterov=False,
            maximize=False,
            is_first_step=False,
        )


OPTIMIZERS: dict[str, type[Optimizer]] = {"adam": Adam, "sgd": SGD}
"""By the names that `Training.optimizer` allows."""
