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

from softlabel_core.plugin import Invalid, Plugin

Tensor = Any
Shape = tuple[int, int, int]
"""(channels, height, width) of an image."""


class Scratch:
    """Memory that is used again at every step: taking it anew costs more than some arithmetic."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, tuple[int, ...]], Tensor] = {}
        self._name = ""

    def __call__(self, name: str, like: Tensor, *shape: int) -> Tensor:
        """A tensor of the type of `like`, the same memory for the same name and shape: zeros the first time,
        then what was left in it."""
        key = self._name + name, shape
        if key not in self._kept:
            self._kept[key] = like.new_zeros(shape)
        return self._kept[key]

    def part(self, name: str) -> "Scratch":
        """The same memory, for a part of the work whose names are its own."""
        part = Scratch()
        part._kept, part._name = self._kept, f"{self._name}{name}/"
        return part


class Student(Plugin):
    """A network from features (d) to class scores (c)."""

    family: ClassVar[str] = "students"

    needs_images: ClassVar[bool] = False
    """Whether it learns from images only."""

    exact: ClassVar[bool] = True
    """Whether its numbers on a CPU are the same to the last bit whoever is computed beside it."""

    def prepare(
        self, features: Float[np.ndarray, "n d"], image_shape: Shape | None
    ) -> Float[np.ndarray, "n e"]:
        """Fixed features that the network is trained on, computed once; by default the given ones.

        Raises `Invalid` if the student needs images and `image_shape` (channels, height, width) is None.
        """
        return features

    @abstractmethod
    def shapes(self, features: int, classes: int) -> list[tuple[int, int]]:
        """Shapes of one student's parameters: weight (outputs, inputs), its bias (outputs, 1), and so on."""

    def operations(self, features: int, classes: int) -> int:
        """About how many multiplications and additions its answer to one example takes, of so many `features`
        before `prepare`; by default each parameter is used once."""
        return sum(math.prod(shape) for shape in self.shapes(features, classes))

    def kept(self, features: int, classes: int) -> int:
        """About how many numbers a step needs for every example of its batch: what comes out of every layer,
        its derivative, and as much again to work in."""
        return 4 * sum(outputs for outputs, _ in self.shapes(features, classes))

    @abstractmethod
    def forward(
        self, parameters: list[Tensor], inputs: Float[Tensor, "g d b"], scratch: Scratch
    ) -> tuple[Float[Tensor, "s c b"], Any]:
        """Logits of all students for their group's batch, and what `backward` needs to remember.

        Between both may lie memory of `scratch`, never in the logits.
        """

    @abstractmethod
    def backward(
        self,
        parameters: list[Tensor],
        inputs: Float[Tensor, "g d b"],
        memory: Any,
        logit_gradient: Float[Tensor, "s c b"],
        gradients: list[Tensor],
        scratch: Scratch,
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


BLOCK = 256
"""Examples that a convolutional student computes at once; more are taken block by block to save memory."""


HALF = {"cuda"}
"""Devices on which convolutions are computed in bfloat16; parameters and their updates stay float32."""


class Convolutional(Student):
    """A network of convolutions, written once forward; its derivative is left to autograd.

    The channels of all students stand side by side, so that a grouped convolution computes them at once.
    """

    needs_images = True
    exact = False  # grouped convolutions round differently with the number of groups

    def prepare(
        self, features: Float[np.ndarray, "n d"], image_shape: Shape | None
    ) -> Float[np.ndarray, "n d"]:
        if image_shape is None or image_shape != self.image_shape(features.shape[1]):
            size = "x".join(map(str, image_shape or ()))
            raise Invalid(
                f"student.{self.kind()}: allowed: square images with 1 or 3 channels; "
                f"got {size or 'features that are no images'}."
            )
        return features

    @staticmethod
    def image_shape(features: int) -> Shape:
        """The square image with 1 or 3 channels that has so many pixels; a row of pixels if none has."""
        for channels in (1, 3):
            side = math.isqrt(features // channels)
            if channels * side * side == features:
                return channels, side, side
        return 1, 1, features

    def operations(self, features: int, classes: int) -> int:
        """At most: as if nothing made the image smaller, at every pixel of which a kernel is used."""
        *kernels, weight, bias = (math.prod(shape) for shape in self.shapes(features, classes))
        return sum(kernels) * math.prod(self.image_shape(features)[1:]) + weight + bias

    def kept(self, features: int, classes: int) -> int:
        """At most: as if nothing made the image smaller."""
        _, height, width = self.image_shape(features)
        return super().kept(features, classes) * height * width

    @abstractmethod
    def network(self, parameters: list[Tensor], images: Float[Tensor, "b gC h w"]) -> Float[Tensor, "s c b"]:
        """Logits; the channels of the g groups' images stand side by side."""

    def _logits(self, parameters: list[Tensor], inputs: Float[Tensor, "g d b"]) -> Float[Tensor, "s c b"]:
        import torch

        groups, d, b = inputs.shape
        channels, height, width = self.image_shape(d)
        images = inputs.permute(2, 0, 1).reshape(b, groups * channels, height, width)
        if inputs.device.type in HALF:
            images = images.to(torch.bfloat16, memory_format=torch.channels_last)
            parameters = [parameter.bfloat16() for parameter in parameters]
        return self.network(parameters, images).to(inputs.dtype)

    def forward(
        self, parameters: list[Tensor], inputs: Float[Tensor, "g d b"], scratch: Scratch
    ) -> tuple[Float[Tensor, "s c b"], Any]:
        """Keeps the graph for `backward`; of many examples only the logits, which are then computed anew."""
        import torch

        if parameters[0].requires_grad:  # the caller differentiates
            return self._logits(parameters, inputs), None
        if inputs.shape[2] > BLOCK:
            with torch.no_grad():
                blocks = [self._logits(parameters, block) for block in _blocks(inputs)]
            return torch.cat(blocks, dim=2), None
        with torch.enable_grad():
            leaves = [parameter.detach().requires_grad_() for parameter in parameters]
            logits = self._logits(leaves, inputs)
        return logits.detach(), (leaves, logits)

    def backward(
        self,
        parameters: list[Tensor],
        inputs: Float[Tensor, "g d b"],
        memory: Any,
        logit_gradient: Float[Tensor, "s c b"],
        gradients: list[Tensor],
        scratch: Scratch,
    ) -> None:
        import torch

        parts = [(memory, logit_gradient)]
        if memory is None:
            slopes = _blocks(logit_gradient)
            parts = [(block, slope) for block, slope in zip(_blocks(inputs), slopes, strict=True)]
        for number, (kept, slope) in enumerate(parts):
            leaves, logits = self.forward(parameters, kept, scratch)[1] if memory is None else kept
            found = torch.autograd.grad(logits, leaves, slope)
            for gradient, part in zip(gradients, found, strict=True):
                gradient.add_(part) if number else gradient.copy_(part)


def _blocks(columns: Float[Tensor, "k d b"]) -> Any:
    return columns.tensor_split(-(-columns.shape[2] // BLOCK), dim=2)


def convolve(
    images: Float[Tensor, "b gC h w"], weight: Float[Tensor, "s o i"], groups: int, stride: int = 1
) -> Float[Tensor, "b sO h2 w2"]:
    """Square kernels over the images of `groups`, whose students' kernels are the rows of `weight`."""
    import torch

    channels = images.shape[1] // groups
    side = math.isqrt(weight.shape[2] // channels)
    kernels = weight.reshape(-1, channels, side, side)  # (s * o, C, side, side)
    return torch.nn.functional.conv2d(images, kernels, stride=stride, padding=side // 2, groups=groups)


ROWS = 64
"""Wide products get a multiple of this many rows: below it the matrix library picks other kernels for other
sizes, and a student's rounding would depend on how many others are computed beside it."""


def layer(
    weight: Float[Tensor, "s o i"],
    bias: Float[Tensor, "s o 1"],
    inputs: Float[Tensor, "g i b"],
    out: Float[Tensor, "s o b"],
) -> Float[Tensor, "s o b"]:
    """weight @ inputs + bias into `out`; the students of a group share the inputs: one wide product each."""
    import torch

    left, shift, into = _wide(weight, inputs), _wide(bias, inputs), _wide(out, inputs)
    if left.shape[1] % ROWS:
        into.copy_(torch.baddbmm(_filled(shift), _filled(left), inputs)[:, : left.shape[1]])
    else:
        torch.baddbmm(shift, left, inputs, out=into)
    return out


def layer_gradient(
    gradient: Float[Tensor, "s o b"], inputs: Float[Tensor, "g i b"], out: Float[Tensor, "s o i"]
) -> None:
    """The weight's derivative for `layer`, written into `out`."""
    import torch

    left, into = _wide(gradient, inputs), _wide(out, inputs)
    if left.shape[1] % ROWS:
        into.copy_((_filled(left) @ inputs.mT)[:, : left.shape[1]])
    else:
        torch.bmm(left, inputs.mT, out=into)


def _wide(stacked: Float[Tensor, "s o j"], inputs: Float[Tensor, "g i b"]) -> Float[Tensor, "g mo j"]:
    """The rows of all students of a group below each other."""
    return stacked.view(len(inputs), -1, stacked.shape[2])


def _filled(wide: Float[Tensor, "g r j"]) -> Float[Tensor, "g f j"]:
    """With zeros up to a multiple of `ROWS` rows."""
    groups, rows, length = wide.shape
    filled = wide.new_zeros(groups, -(-rows // ROWS) * ROWS, length)
    filled[:, :rows] = wide
    return filled
