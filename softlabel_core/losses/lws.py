from collections.abc import Mapping
from typing import Annotated, Any

from jaxtyping import Float
from pydantic import Field

from softlabel_core.losses import TINY, Loss, Margin, Tensor, likelihood, numbers, within

HALF = 0.5
"""Only one probability can be above it; 1 - p of that one is summed from the others, without cancelling."""


class LWS(Loss):
    r"""Leveraged weighted (LWS).

    Members of the set are pulled up as in PRODEN; labels outside it are pushed down too, each by how much
    the student still believes in it. Both weights are its probabilities at the last visit, renormalised
    within the set and outside it; they start uniform. Weights outside are kept in the target as negative
    numbers.

    $$\ell = -\sum_{i \in \Omega} w_i \log p_i - \beta \sum_{j \notin \Omega} w_j \log(1 - p_j),\qquad
    w \leftarrow p|_\Omega,\ p|_{\bar\Omega}$$

    Reference: Wen et al. 2021, https://arxiv.org/abs/2106.05731 (its cross-entropy form).
    """

    reads = "sets"
    moves_target = "visit"

    beta: Annotated[float, Field(ge=0, le=4)] = 1.0
    """Leverage: how much labels outside the set count against those inside; 0 is PRODEN."""

    def value(
        self, log_p: Float[Tensor, "... c b"], target: Float[Tensor, "... c b"]
    ) -> Float[Tensor, "... b"]:
        pull, push = _weights(target)
        top = log_p.exp() > HALF
        others = log_p.masked_fill(top, -float("inf")).logsumexp(-2, keepdim=True)
        log_rest = (-log_p.masked_fill(top, -float("inf")).exp()).log1p() + others * top
        return -(pull * log_p).sum(-2) - self.beta * (push * log_rest).sum(-2)

    def logit_gradient(
        self, p: Float[Tensor, "... c b"], target: Float[Tensor, "... c b"]
    ) -> Float[Tensor, "... c b"]:
        pull, push = _weights(target)
        top = p > HALF
        push = push * p  # times (i = j) - p_i / (1 - p_j), summed over j
        odds = push * ~top / (1 - p * ~top)
        spread = p * (odds.sum(-2, keepdim=True) - odds)
        spread = spread + within(p, 1 - top * 1.0) * (push * top).sum(-2, keepdim=True)
        return p * pull.sum(-2, keepdim=True) - pull + self.beta * (push - spread)

    def next_target(
        self, p: Float[Tensor, "... c b"], target: Float[Tensor, "... c b"]
    ) -> Float[Tensor, "... c b"]:
        outside = p.clamp_min(TINY) * (target <= 0)
        return within(p, target) - outside / outside.sum(-2, keepdim=True).clamp_min(TINY)

    def margin(self, measured: Mapping[str, Any]) -> Margin:
        if self.beta == 0:
            return likelihood(measured)
        found = numbers(measured, "k", "ambiguity", "total", "margin")
        if measured["unreliability"] == 0:  # only certainty of the truth leaves nothing to lose
            return Margin(rule="leverage.sure", value=1 - found["ambiguity"], numbers=found)
        return Margin(rule="leverage", value=None, numbers=found)


def _weights(
    target: Float[Tensor, "... c b"],
) -> tuple[Float[Tensor, "... c b"], Float[Tensor, "... c b"]]:
    """Weights inside the set and outside it; a target that has none outside yet gets uniform ones."""
    outside = (target <= 0).to(target.dtype)
    kept = -target * outside
    fresh = outside / outside.sum(-2, keepdim=True).clamp_min(1)
    return target * (target > 0), kept + fresh * (kept.sum(-2, keepdim=True) == 0)
