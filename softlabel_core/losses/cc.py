from jaxtyping import Float

from softlabel_core.losses import Loss, Tensor, within


class CC(Loss):
    r"""Classifier-consistent (CC).

    Asks only that the set as a whole is likely and leaves it to the student which member it is. Consistent
    for exchangeable rivals exactly when the unreliability and the ambiguity degree sum to less than 1.

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
