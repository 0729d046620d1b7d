"""What the trainer is given and what it gives back."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from jaxtyping import Bool, Float
from pydantic import Field, model_serializer

from softlabel_core.examples import Examples, Split
from softlabel_core.losses import Loss
from softlabel_core.plugin import Value, said
from softlabel_core.training.film import Film, Frames


class Training(Value):
    """How students are trained."""

    later: ClassVar[frozenset[str]] = frozenset({"validation"})

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
    """Epochs in a row without a lower training loss after which a student freezes; 0 means never. With a
    validation part it is the set risk R there that is watched, and a student ends as it was where R was
    least."""

    validation: Annotated[float, Field(ge=0, le=0.5)] = 0.0
    """Share of the training part that is kept for validation, with labels of the same bias; 0 = none."""

    weight_decay: Annotated[float, Field(ge=0, le=1)] = 1e-4
    """Strength of the L2 penalty, added to the gradient."""

    schedule: Literal["cosine", "constant"] = "cosine"
    """Whether the step size falls to 0 along a cosine or stays as it is."""

    @model_serializer(mode="plain")
    def _said(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in said(self)}

    def steps(self, examples: int) -> int:
        """Batches of one pass over so many examples."""
        return -(-examples // self.batch_size)

    def rate(self, done: int, steps: int) -> float:
        """Step size, in (0, `learning_rate`], when `done` < `steps` steps of all are behind."""
        left = 0.5 * (1 + math.cos(math.pi * done / steps)) if self.schedule == "cosine" else 1.0
        return self.learning_rate * left


@dataclass(frozen=True, eq=False)
class Validation:
    """Examples that a student is not trained on, and the sets that are known of them."""

    examples: Examples
    sets: Bool[np.ndarray, "v c"]
    """Biased as those it is trained on; of distributions the first label."""


class Cancelled(Exception):
    """The work was stopped because someone asked for it."""


@dataclass(frozen=True, eq=False)
class Task:
    """One student to train, and all that its numbers depend on."""

    split: Split
    """Its examples: those of the training part, n of them, and those its accuracy is tested on."""

    targets: Float[np.ndarray, "n c"]
    """What the loss reads: rows on the simplex; for a set, positive exactly on its members."""

    used: Bool[np.ndarray, "n"]
    """Which examples of the training part it is trained on, at least one."""

    loss: Loss
    """What it minimises, with the student's probabilities as p."""

    seed: int
    """With `replicate` it decides the first parameters and the order of examples."""

    replicate: int
    """Students of the same seed and replicate start alike and see their examples in the same order."""

    training: Training = field(default_factory=Training)
    """How it is trained."""

    observe: "Observe | None" = None
    """Gets the task and the student's probabilities (n, c) for the training part after every epoch."""

    validation: Validation | None = None
    """What its set risk is measured on after every epoch; all tasks of one call have it, or none."""

    film: Film | None = None
    """What it is asked while it learns; nothing that it learns depends on it."""


Observe = Callable[[Task, Float[np.ndarray, "n c"]], Any]


@dataclass(frozen=True, eq=False)
class Trained:
    """What became of one student, epoch by epoch and in the end."""

    accuracy: Float[np.ndarray, "e"]
    """Share of the test examples it gets right, in [0, 1]; NaN where it was not tested."""

    loss: Float[np.ndarray, "e"]
    """Mean training loss over about the last 512 examples of every epoch, in nats unless it is bounded; NaN
    where it was not read."""

    parameters: list[np.ndarray]
    """In the end: weight (outputs, inputs), its bias (outputs, 1), and so on, float32."""

    history: list[Any]
    """What the task's `observe` made of it, one entry an epoch; empty without `observe`."""

    risk: Float[np.ndarray, "e"] | None = None
    """Set risk R: share of the validation part whose sets miss its answer; None without such a part."""

    approximated: Float[np.ndarray, "e"] | None = None
    """Accuracy on the validation part as the student itself sees it: the mean of its probability of its
    answer among those of the set's members, 0 where the set misses the answer. Our own formula after the
    approximated accuracy of PLENCH (Wang et al. 2025, https://arxiv.org/abs/2502.10184)."""

    frames: Frames | None = None
    """What the task's `film` shows."""
