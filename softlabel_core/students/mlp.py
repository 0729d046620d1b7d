from typing import Annotated, Any

from jaxtyping import Float
from pydantic import Field

from softlabel_core.students import Student, Tensor, layer, layer_gradient


class MLP(Student):
    r"""Multilayer perceptron (one hidden layer).

    Wider students fit the training labels better, biased ones too.

    $$z = W_2 \max(0, W_1 x + b_1) + b_2$$

    Reference: Rumelhart et al. 1986, https://doi.org/10.1038/323533a0; ReLU: Nair and Hinton 2010.
    """

    width: Annotated[int, Field(ge=2, le=1024)] = 64
    """Hidden units."""

    def shapes(self, features: int, classes: int) -> list[tuple[int, int]]:
        return [(self.width, features), (self.width, 1), (classes, self.width), (classes, 1)]

    def forward(
        self, parameters: list[Tensor], inputs: Float[Tensor, "g d b"]
    ) -> tuple[Float[Tensor, "s c b"], Any]:
        weight_1, bias_1, weight_2, bias_2 = parameters
        hidden = layer(weight_1, inputs).add_(bias_1).relu_()  # (s, width, b)
        return (weight_2 @ hidden).add_(bias_2), hidden

    def backward(
        self,
        parameters: list[Tensor],
        inputs: Float[Tensor, "g d b"],
        memory: Any,
        logit_gradient: Float[Tensor, "s c b"],
        gradients: list[Tensor],
    ) -> None:
        hidden, weight_2 = memory, parameters[2]
        gradients[2].copy_(logit_gradient @ hidden.transpose(1, 2))
        gradients[3].copy_(logit_gradient.sum(2, keepdim=True))
        below = (weight_2.transpose(1, 2) @ logit_gradient).mul_(hidden > 0)
        layer_gradient(below, inputs, out=gradients[0])
        gradients[1].copy_(below.sum(2, keepdim=True))
