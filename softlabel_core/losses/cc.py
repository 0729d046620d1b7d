from collections.abc import Mapping
from typing import Any

from jaxtyping import Float

from softlabel_core.losses import Loss, LossMargin, likelihood, within
from softlabel_core.tensors import Tensor


class CC(Loss):
    r"""Classifier-consistent (CC).

    Asks only that the set as a whole is likely and leaves it to the student which member it is. Where sets
    depend on the class alone and hold the truth always, it needs no more than an ambiguity degree below 1.
    Else, with sets of one size and rivals that are alike within every class, its population minimiser has
    the right argmax exactly if the class-wise margin is positive; the worst class's unreliability and the
    ambiguity degree together below 1 give that, the average unreliability does not. Where rivals differ not
    even a positive margin suffices (`softlabel_core.theory.counterexamples.cc_with_unlike_rivals`).

    $$\ell = -\log \sum_{i \in \Omega} p_i,\qquad \partial\ell/\partial z = p - p|_\Omega$$

    Reference: Feng et al. 2020, https://arxiv.org/abs/2007.08929.
    """

    reads = "sets"

    def value(
        self, log_p: Float[Tensor, "... c b"], target: Float[Tensor, "... c b"]
    ) -> Float[Tensor, "... b"]:
        return -log_p.masked_fill(target <= 0, -float("inf")).logsumexp(-2)

    def logit_gradient(
        self, p: Float[Tensor, "... c b"], target: Float[Tensor, "... c b"]
    ) -> Float[Tensor, "... c b"]:
        return p - within(p, target)

    def margin(self, measured: Mapping[str, Any]) -> LossMargin:
        return likelihood(measured)
