from jaxtyping import Float

from softlabel_core.losses import Loss, Tensor


class Average(Loss):
    r"""Average over the candidates.

    Cross-entropy on the uniform distribution over the set: every candidate is equally right. In the
    population its argmax is the truth exactly when the class-wise margin is positive.

    $$\ell = -\tfrac{1}{|\Omega|}\sum_{i \in \Omega} \log p_i,\qquad \partial\ell/\partial z = p - u_\Omega$$

    Reference: Cour et al. 2011, https://www.jmlr.org/papers/v12/cour11a.html.
    """

    reads = "sets"

    def value(
        self, log_p: Float[Tensor, "... c b"], target: Float[Tensor, "... c b"]
    ) -> Float[Tensor, "... b"]:
        inside = target > 0
        return -(inside * log_p).sum(-2) / inside.sum(-2)

    def logit_gradient(
        self, p: Float[Tensor, "... c b"], target: Float[Tensor, "... c b"]
    ) -> Float[Tensor, "... c b"]:
        inside = (target > 0).to(p.dtype)
        return p - inside / inside.sum(-2, keepdim=True)
