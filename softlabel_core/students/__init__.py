"""Students: the small networks that learn. A new one is a new file here with a `Student` in it.

All students of a chunk are computed at once: parameters are stacked along a leading axis of s = g * m
students, g groups of m that share their inputs. Forward and backward are written by hand in this layout.
Tensors are torch tensors; this module does not import torch, so that menus stay light.
"""

import math
from abc import abstractmethod
from typing import Any, ClassVar

import numpy as np
from jaxtyping import Float

from softlabel_core.plugin import Plugin

Tensor = Any


class Student(Plugin):
    """A network from features (d) to class scores (c)."""

    family: ClassVar[str] = "students"

    @abstractmethod
    def shapes(self, features: int, classes: int) -> list[tuple[int, int]]:
        """Shapes of one student's parameters: weight (outputs, inputs), its bias (outputs, 1), and so on."""

    @abstractmethod
    def forward(
        self, parameters: list[Tensor], inputs: Float[Tensor, "g d b"]
    ) -> tuple[Float[Tensor, "s c b"], Any]:
        """Logits of all students for their group's batch, and what `backward` needs to remember."""

    @abstractmethod
    def backward(
        self,
        parameters: list[Tensor],
        inputs: Float[Tensor, "g d b"],
        memory: Any,
        logit_gradient: Float[Tensor, "s c b"],
        gradients: list[Tensor],
    ) -> None:
        """Write the derivative of the loss for every parameter into `gradients` (same shapes)."""

    def initial(self, features: int, classes: int, *, generator: np.random.Generator) -> list[np.ndarray]:
        """Parameters of one fresh student: uniform within +- 1 / sqrt(inputs), the default of PyTorch.

        A bias takes the inputs of the weight before it. Reference: LeCun et al. 1998, "Efficient BackProp".
        """
        shapes = self.shapes(features, classes)
        fan_in = [weight[1] for weight in shapes[::2] for _ in range(2)]
        return [
            (generator.uniform(-1, 1, shape) / math.sqrt(inputs)).astype(np.float32)
            for shape, inputs in zip(shapes, fan_in, strict=True)
        ]


def layer(weight: Float[Tensor, "s o i"], inputs: Float[Tensor, "g i b"]) -> Float[Tensor, "s o b"]:
    """weight @ inputs where the students of a group share the inputs: one wide product a group."""
    groups, features, batch = inputs.shape
    wide = weight.reshape(groups, -1, features)  # (g, m * o, i)
    return (wide @ inputs).view(weight.shape[0], -1, batch)


def layer_gradient(
    gradient: Float[Tensor, "s o b"], inputs: Float[Tensor, "g i b"], out: Float[Tensor, "s o i"]
) -> None:
    """The weight's derivative for `layer`, written into `out`."""
    groups, features, batch = inputs.shape
    wide = gradient.reshape(groups, -1, batch)
    out.view(groups, -1, features).copy_(wide @ inputs.transpose(1, 2))
