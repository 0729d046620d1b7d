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

    def prepare(
        self, features: Float[np.ndarray, "n d"], image_shape: tuple[int, int, int] | None
    ) -> Float[np.ndarray, "n e"]:
        """Fixed features that the network is trained on, computed once; by default the given ones.

        Raises `Invalid` if the student needs images and `image_shape` (channels, height, width) is None.
        """
        return features

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


ROWS = 64
"""Wide products get a multiple of this many rows: below it the matrix library picks other kernels for other
sizes, and a student's rounding would depend on how many others are computed beside it."""


def layer(weight: Float[Tensor, "s o i"], inputs: Float[Tensor, "g i b"]) -> Float[Tensor, "s o b"]:
    """weight @ inputs where the students of a group share the inputs: one wide product a group."""
    return _wide(weight, inputs)


def layer_gradient(
    gradient: Float[Tensor, "s o b"], inputs: Float[Tensor, "g i b"], out: Float[Tensor, "s o i"]
) -> None:
    """The weight's derivative for `layer`, written into `out`."""
    out.copy_(_wide(gradient, inputs.transpose(1, 2)))


def _wide(left: Float[Tensor, "s o j"], right: Float[Tensor, "g j k"]) -> Float[Tensor, "s o k"]:
    groups, inner, _ = right.shape
    wide = left.reshape(groups, -1, inner)  # (g, m * o, j)
    rows = wide.shape[1]
    if rows % ROWS:
        padded = wide.new_zeros(groups, -(-rows // ROWS) * ROWS, inner)
        padded[:, :rows] = wide
        wide = padded
    return (wide @ right)[:, :rows].reshape(*left.shape[:2], -1)
