r"""LWS, and the derivation of its gradient with respect to the logits z.

The loss is $\ell = -\sum_i w_i \log p_i - \beta \sum_j v_j \log(1 - p_j)$ with p = softmax(z); w are the
weights in the set (0 outside), v those outside it (0 in the set), both constants to the gradient.
From $\partial p_j / \partial z_i = p_j ([i = j] - p_i)$ follow

1. for the members $\partial(-\log p_j)/\partial z_i = p_i - [i = j]$, and summed with their weights
   $p_i \sum_j w_j - w_i$;
2. for the others $\partial(-\log(1 - p_j))/\partial z_i = p_j ([i = j] - p_i) / (1 - p_j)$. With
   $u_j = v_j p_j$ and the weighted odds $o_j = u_j / (1 - p_j)$, the term of j = i is
   $u_i (1 - p_i) / (1 - p_i) = u_i$, all others are $-p_i o_j$, and their sum is
   $u_i - p_i (\sum_j o_j - o_i)$.

Where one $p_t$ is above 1/2, $1 - p_t$ would cancel. It is the sum of the other probabilities, so that
$p_i / (1 - p_t)$ is, for i other than t, p restricted to all labels but t and renormalised: $-p_i o_t$ is
$-u_t$ times that. No other probability can be above 1/2.
"""

from collections.abc import Mapping
from typing import Annotated, Any

from jaxtyping import Float
from pydantic import Field

from softlabel_core.losses import TINY, Loss, LossMargin, likelihood, within
from softlabel_core.tensors import Tensor

HALF = 0.5
"""Only one probability can be above it; 1 - p of that one is summed from the others, without cancelling."""


class LWS(Loss):
    r"""Leveraged weighted (LWS).

    Members of the set are pulled up as in PRODEN; labels outside it are pushed down too, each by how much
    the student still believes in it. Both weights are its probabilities at the last visit, renormalised
    within the set and outside it; they start uniform. Weights outside are kept in the target as negative
    numbers. Without leverage it asks of labels what CC asks; with it, a condition is known only where the
    truth is in every set: an ambiguity degree below 1.

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
        pushed = push * p  # u
        odds = pushed * ~top / (1 - p * ~top)  # o of all but t
        spread = p * (odds.sum(-2, keepdim=True) - odds)
        spread = spread + within(p, 1 - top * 1.0) * (pushed * top).sum(-2, keepdim=True)  # and of t
        return p * pull.sum(-2, keepdim=True) - pull + self.beta * (pushed - spread)

    def next_target(
        self, p: Float[Tensor, "... c b"], target: Float[Tensor, "... c b"]
    ) -> Float[Tensor, "... c b"]:
        outside = p.clamp_min(TINY) * (target <= 0)
        return within(p, target) - outside / outside.sum(-2, keepdim=True).clamp_min(TINY)

    def margin(self, measured: Mapping[str, Any]) -> LossMargin:
        asked = likelihood(measured)
        if self.beta == 0 or asked.rule == "all-labels":
            return asked
        if measured["unreliability"] == 0:  # only certainty of the truth leaves nothing to lose
            return asked.replace(rule="leverage.sure")
        return asked.replace(rule="leverage", value=None)


def _weights(
    target: Float[Tensor, "... c b"],
) -> tuple[Float[Tensor, "... c b"], Float[Tensor, "... c b"]]:
    """Weights w inside the set and v outside it; a target that has none outside yet gets uniform ones."""
    outside = (target <= 0).to(target.dtype)
    given = -target * outside
    fresh = outside / outside.sum(-2, keepdim=True).clamp_min(1)
    return target * (target > 0), given + fresh * (given.sum(-2, keepdim=True) == 0)
