from jaxtyping import Float

from softlabel_core.losses import Loss, Tensor


class CrossEntropy(Loss):
    r"""Cross-entropy on the soft label.

    Takes every soft label at its word. Its population minimiser has the right argmax exactly when the
    mean-label margin is positive; the two degrees do not matter to it.

    $$\ell = -\sum_i d_i \log p_i,\qquad \partial\ell/\partial z = p - d$$

    Reference: Hinton et al. 2015, https://arxiv.org/abs/1503.02531 (there with a temperature).
    """

    def value(
        self, log_p: Float[Tensor, "... c b"], target: Float[Tensor, "... c b"]
    ) -> Float[Tensor, "... b"]:
        return -(target * log_p).sum(-2)

    def logit_gradient(
        self, p: Float[Tensor, "... c b"], target: Float[Tensor, "... c b"]
    ) -> Float[Tensor, "... c b"]:
        return p - target
