"""Losses: how a student reads what it is shown. A new one is a new file here with a `Loss` in it.

A loss enters the trainer only through its gradient with respect to the logits, so it is one closed
formula. Tensors are torch tensors; this module does not import torch, so that menus stay light.
"""

from abc import abstractmethod
from typing import Any, ClassVar, Literal

from jaxtyping import Float

from softlabel_core.plugin import Plugin

Tensor = Any
"""A torch tensor of any number of leading axes; the class axis is the one before the last."""

Shows = Literal["distributions", "sets"]

TINY = 1e-30
"""Probabilities are kept above this inside a set, so that an unlikely set still pulls evenly."""


class Loss(Plugin):
    """A loss of one example, summed over nothing: the trainer averages over the batch.

    `target` is what the student is shown: a row on the simplex, or for sets a row that is positive
    exactly on the set.
    """

    family: ClassVar[str] = "losses"

    reads: ClassVar[Shows] = "distributions"
    """Whether it reads soft labels as distributions or only the sets of candidates."""

    moves_target: ClassVar[bool] = False
    """Whether `next_target` changes the target after each visit of an example."""

    @abstractmethod
    def value(
        self, log_p: Float[Tensor, "... c b"], target: Float[Tensor, "... c b"]
    ) -> Float[Tensor, "... b"]:
        """The loss in nats (or in [0, 1] where it is bounded) from log-probabilities."""

    @abstractmethod
    def logit_gradient(
        self, p: Float[Tensor, "... c b"], target: Float[Tensor, "... c b"]
    ) -> Float[Tensor, "... c b"]:
        """Derivative of `value` with respect to the logits, from the probabilities p = softmax(logits)."""

    def next_target(
        self, p: Float[Tensor, "... c b"], target: Float[Tensor, "... c b"]
    ) -> Float[Tensor, "... c b"]:
        """What the example will be shown as at its next visit."""
        return target


def within(p: Float[Tensor, "... c b"], target: Float[Tensor, "... c b"]) -> Float[Tensor, "... c b"]:
    """p restricted to the set and renormalised: p | Omega."""
    inside = p.clamp_min(TINY) * (target > 0)
    return inside / inside.sum(-2, keepdim=True)
