from typing import Any

from jaxtyping import Float

from softlabel_core.students import Parameters, Student, layer, layer_gradient
from softlabel_core.tensors import Tensor, Workspace


class Linear(Student):
    r"""Linear (softmax regression).

    One weight for every pair of a feature and a class: it cannot memorise much, good or bad.

    $$z = W x + b$$

    Reference: Bishop 2006, "Pattern Recognition and Machine Learning", section 4.3.4 (multiclass logistic
    regression).
    """

    @property
    def is_linear(self) -> bool:
        return True

    def shapes(self, features: int, classes: int) -> list[tuple[int, int]]:
        return [(classes, features), (classes, 1)]

    def forward(
        self, parameters: Parameters, inputs: Float[Tensor, "g d b"], workspace: Workspace
    ) -> tuple[Float[Tensor, "s c b"], Any]:
        weight, bias = parameters
        logits = inputs.new_empty(*weight.shape[:2], inputs.shape[2])
        return layer(weight, bias, inputs, out=logits), None

    def backward(
        self,
        parameters: Parameters,
        inputs: Float[Tensor, "g d b"],
        memory: Any,
        logit_gradient: Float[Tensor, "s c b"],
        gradients: Parameters,
        workspace: Workspace,
    ) -> None:
        import torch

        layer_gradient(logit_gradient, inputs, out=gradients[0])
        torch.sum(logit_gradient, 2, keepdim=True, out=gradients[1])
