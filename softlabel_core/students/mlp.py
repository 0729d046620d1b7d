from typing import Annotated, Any

from jaxtyping import Float
from pydantic import Field

from softlabel_core.students import Parameters, Student, layer, layer_gradient
from softlabel_core.tensors import Tensor, Workspace


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
        self, parameters: Parameters, inputs: Float[Tensor, "g d b"], workspace: Workspace
    ) -> tuple[Float[Tensor, "s c b"], Any]:
        import torch

        weight_1, bias_1, weight_2, bias_2 = parameters
        hidden = workspace("hidden", inputs, *weight_1.shape[:2], inputs.shape[2])  # (s, width, b)
        layer(weight_1, bias_1, inputs, out=hidden).relu_()
        return torch.baddbmm(bias_2, weight_2, hidden), hidden

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

        hidden, weight_2 = memory, parameters[2]
        torch.bmm(logit_gradient, hidden.mT, out=gradients[2])
        torch.sum(logit_gradient, 2, keepdim=True, out=gradients[3])
        below = torch.bmm(weight_2.mT, logit_gradient, out=workspace("below", hidden, *hidden.shape))
        torch.ops.aten.threshold_backward.grad_input(below, hidden, 0, grad_input=below)  # 0 where hidden is
        layer_gradient(below, inputs, out=gradients[0])
        torch.sum(below, 2, keepdim=True, out=gradients[1])
