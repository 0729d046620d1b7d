"""What the trainer is given and what it gives back."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

import numpy as np
from jaxtyping import Bool, Float
from pydantic import Field

from softlabel_core.examples import Split
from softlabel_core.losses import Loss
from softlabel_core.plugin import Value


class Training(Value):
    """How students are trained."""

    optimizer: Literal["adam", "sgd"] = "adam"
    """Adam, or stochastic gradient descent with momentum; the latter wants a larger learning rate."""

    learning_rate: Annotated[float, Field(gt=0, le=1)] = 3e-3
    """Step size at the start."""

    momentum: Annotated[float, Field(ge=0, lt=1)] = 0.9
    """Share of the step before that is kept; only SGD has it."""

    batch_size: Annotated[int, Field(ge=1, le=4096)] = 32
    """Examples a step."""

    epochs: Annotated[int, Field(ge=1, le=200)] = 20
    """Passes over as many examples as the training part has; many passes memorise the bias."""

    patience: Annotated[int, Field(ge=0, le=200)] = 0
    """Epochs in a row without a lower training loss after which a student freezes; 0 means never."""

    weight_decay: Annotated[float, Field(ge=0, le=1)] = 1e-4
    """Strength of the L2 penalty, added to the gradient."""

    schedule: Literal["cosine", "constant"] = "cosine"
    """Whether the step size falls to 0 along a cosine or stays as it is."""

    def rate(self, done: int, steps: int) -> float:
        """Step size when `done` of `steps` are behind."""
        left = 0.5 * (1 + math.cos(math.pi * done / steps)) if self.schedule == "cosine" else 1.0
        return self.learning_rate * left


class Cancelled(Exception):
    """The work was stopped because someone asked for it."""


@dataclass(frozen=True, eq=False)
class Task:
    """One student to train: targets (n, c) for the training part, on the examples in `used` (n,)."""

    split: Split
    targets: Float[np.ndarray, "n c"]
    used: Bool[np.ndarray, "n"]
    loss: Loss
    seed: int
    replicate: int
    training: Training = field(default_factory=Training)
    observe: "Observe | None" = None
    """Gets the task and the student's probabilities (n, c) for the training part after every epoch."""


Observe = Callable[[Task, Float[np.ndarray, "n c"]], Any]


@dataclass(frozen=True, eq=False)
class Trained:
    """What became of one student: its parameters, and per epoch its test accuracy, its training loss and
    what the task's `observe` made of it (nothing, unless given)."""

    accuracy: Float[np.ndarray, "e"]
    loss: Float[np.ndarray, "e"]
    parameters: list[np.ndarray]
    history: list[Any]
