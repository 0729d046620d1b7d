from collections.abc import Mapping
from typing import Annotated, Any

from jaxtyping import Float
from pydantic import Field

from softlabel_core.losses import Loss, LossMargin, ends, numbers
from softlabel_core.tensors import Tensor


class CrossEntropy(Loss):
    r"""Cross-entropy on the soft label.

    Takes every soft label at its word. Where labels depend on the class alone, its population minimiser has
    the right argmax exactly if the mean-label margin is positive, at any temperature; the two degrees do not
    matter to it.

    With a temperature the student's logits are divided by T before they are compared. A slope is 1/T times
    p - d, and at large T that difference shrinks by 1/T again; so the loss is multiplied by T squared, as
    Hinton et al. advise, and the size of a step changes little with T. The soft labels are taken as they
    are: a teacher's own temperature belongs to the bias type. Predictions are read at temperature 1.

    $$\ell = -T^2 \sum_i d_i \log p_i^{(T)},\qquad p^{(T)} = \mathrm{softmax}(z / T),\qquad
    \partial\ell/\partial z = T\,(p^{(T)} - d)$$

    Reference: Hinton et al. 2015, https://arxiv.org/abs/1503.02531.
    """

    temperature: Annotated[float, Field(ge=0.25, le=10)] = 1.0
    """Temperature T of the student while it learns, no unit; 1 is plain cross-entropy, more is smoother."""

    def value(
        self, log_p: Float[Tensor, "... c b"], target: Float[Tensor, "... c b"]
    ) -> Float[Tensor, "... b"]:
        if self.temperature == 1:
            return -(target * log_p).sum(-2)
        softened = (log_p / self.temperature).log_softmax(-2)
        return -(self.temperature**2) * (target * softened).sum(-2)

    def logit_gradient(
        self, p: Float[Tensor, "... c b"], target: Float[Tensor, "... c b"]
    ) -> Float[Tensor, "... c b"]:
        if self.temperature == 1:
            return p - target
        softened = (p.log().clamp_min(-1e4) / self.temperature).softmax(-2)
        return self.temperature * (softened - target)

    def margin(self, measured: Mapping[str, Any]) -> LossMargin:
        found = numbers(measured, "total") | ends(measured, "mean_label_margin")
        return LossMargin(rule="mean-label", value=measured["mean_label_margin"], numbers=found)
