from typing import Annotated, Any, Literal, Self

import numpy as np
from jaxtyping import Float, Int
from pydantic import Field, model_validator

from softlabel_core.fields import SetSize
from softlabel_core.frameworks import Framework, Shown, uniform_over
from softlabel_core.losses import Loss, Shows
from softlabel_core.losses.cross_entropy import CrossEntropy
from softlabel_core.plugin import Invalid
from softlabel_core.simplex import draw_sets, project, softmax


class AdditiveNoise(Framework):
    r"""Additive noise.

    Independent noise is added to every entry of the soft label. The sum leaves the simplex, so the student
    is shown its projection, its softmax or its top-k set; negative targets would make cross-entropy
    unbounded below.

    $$\text{shown} = T(d + \epsilon),\qquad \epsilon_i \sim \mathcal N(0, \sigma^2)
    \ \text{ or }\ \mathrm{Laplace}(0, b)$$

    Reference: after Yuan et al. 2023, https://arxiv.org/abs/2302.08155; projection: Duchi et al. 2008,
    https://doi.org/10.1145/1390156.1390191.
    """

    noise: Literal["gaussian", "laplace"] = "gaussian"
    """Distribution of the noise."""

    scale: Annotated[float, Field(ge=0, le=10)] = 0.5
    """Standard deviation sigma of Gaussian noise, or scale b of Laplace noise, in units of probability."""

    target: Literal["softmax", "projection", "top-k"] = "softmax"
    """How the noisy label becomes a target: softmax, nearest point of the simplex, or top-k set."""

    k: SetSize = 3
    """Size of the set shown; used with target = top-k only."""

    loss: Loss = CrossEntropy()
    """Loss of the student: it reads distributions for softmax and projection, sets for top-k."""

    @model_validator(mode="before")
    @classmethod
    def _top_k_defaults_to_cc(cls, data: Any) -> Any:
        if isinstance(data, dict) and data.get("target") == "top-k":
            return {"loss": "cc", **data}
        return data

    def idle(self) -> set[str]:
        return set() if self.target == "top-k" else {"k"}

    @model_validator(mode="after")
    def _top_k_is_a_number(self) -> Self:
        if self.target == "top-k" and self.k == "support":
            raise Invalid("k: allowed: a whole number when target is top-k; got support.")
        return self

    @property
    def shows(self) -> Shows:
        return "sets" if self.target == "top-k" else "distributions"

    def show(
        self,
        soft_labels: Float[np.ndarray, "n c"],
        targets: Int[np.ndarray, "n"],
        *,
        generator: np.random.Generator,
    ) -> Shown:
        draw = generator.normal if self.noise == "gaussian" else generator.laplace
        noisy = soft_labels + draw(0.0, self.scale, soft_labels.shape)
        if self.target == "projection":
            labels = project(noisy)
            return Shown.complete(labels, labels, None)
        if self.target == "softmax":
            labels = softmax(noisy)
            return Shown.complete(labels, labels, None)
        sets = draw_sets(noisy, self.k, generator=generator)
        labels = softmax(noisy / max(1.0, self.scale))  # the same ranking, without underflow
        return Shown.complete(uniform_over(sets), labels, self.k)
