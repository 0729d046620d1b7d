from collections.abc import Mapping
from typing import Any

from jaxtyping import Float

from softlabel_core.losses import Loss, Margin, Tensor, likelihood, within


class PRODEN(Loss):
    r"""Progressive identification (PRODEN).

    Cross-entropy on weights over the set; after each visit the weights become the student's own
    probabilities within the set, so that the labels sharpen while the student learns. Weights start
    uniform. In the population this is expectation-maximisation on the likelihood that CC maximises
    directly: what it settles on, p = E[p restricted to the set], is what CC settles on.

    $$\ell = -\sum_{i \in \Omega} w_i \log p_i,\qquad \partial\ell/\partial z = p - w,
    \qquad w \leftarrow p|_\Omega$$

    Reference: Lv et al. 2020, https://arxiv.org/abs/2002.08053.
    """

    reads = "sets"
    moves_target = "visit"

    def value(
        self, log_p: Float[Tensor, "... c b"], target: Float[Tensor, "... c b"]
    ) -> Float[Tensor, "... b"]:
        return -(target * log_p).sum(-2)

    def logit_gradient(
        self, p: Float[Tensor, "... c b"], target: Float[Tensor, "... c b"]
    ) -> Float[Tensor, "... c b"]:
        return p - target

    def next_target(
        self, p: Float[Tensor, "... c b"], target: Float[Tensor, "... c b"]
    ) -> Float[Tensor, "... c b"]:
        return within(p, target)

    def margin(self, measured: Mapping[str, Any]) -> Margin:
        return likelihood(measured)
