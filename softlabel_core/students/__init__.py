"""Students: the small networks that learn. A new one is a new file here with a `Student` in it.

All students of a chunk are computed at once: parameters are stacked along a leading axis of s = g * m
students, g groups of m that share their inputs. Forward and backward are written by hand in this layout, with
the batch last. This module does not import torch, so that menus stay light.
"""

import math
from abc import abstractmethod
from collections.abc import Iterable
from typing import Any, ClassVar

import numpy as np
from jaxtyping import Float

from softlabel_core.phrase import Phrase
from softlabel_core.plugin import Invalid, Plugin
from softlabel_core.tensors import Tensor, Workspace

Shape = tuple[int, int, int]
"""(channels, height, width) of an image, in pixels."""

Parameters = list[Float[Tensor, "s _ _"]]
"""Of all students, stacked: weight (s, outputs, inputs), its bias (s, outputs, 1), and so on; or their
derivatives."""


class Student(Plugin):
    """A network from features (d) to class scores (c), the logits.

    Forward and backward pass give the same numbers for a student alone and beside others, up to rounding; see
    `exact`. Features come standardised, or as `prepare` makes them, and in float32.
    """

    family: ClassVar[str] = "students"

    needs_images: ClassVar[bool] = False
    """Whether it learns from images only."""

    exact: ClassVar[bool] = True
    """Whether its numbers on a CPU are the same to the last bit whichever students are computed beside it."""

    def prepare(
        self, features: Float[np.ndarray, "n d"], image_shape: Shape | None
    ) -> Float[np.ndarray, "n d_prepared"]:
        """Fixed features that the network is trained on, computed once; by default the given ones.

        Raises `Invalid` if the student needs images and `image_shape` (channels, height, width) is None.
        """
        return features

    @abstractmethod
    def shapes(self, features: int, classes: int) -> list[tuple[int, int]]:
        """Shapes of one student's parameters, for so many prepared features and classes.

        Weight (outputs, inputs), its bias (outputs, 1), and so on, layer by layer from the inputs up.
        """

    def parameters(self, features: int, classes: int) -> int:
        """How many numbers it learns, of so many `features` before `prepare`."""
        return sum(math.prod(shape) for shape in self.shapes(features, classes))

    @property
    def is_linear(self) -> bool:
        """Whether its scores are linear in the numbers that it learns."""
        return False

    def operations(self, features: int, classes: int) -> int:
        """About how many multiplications and additions its answer to one example takes, of so many `features`
        before `prepare`; by default each parameter is used once."""
        return self.parameters(features, classes)

    def preparation(self, features: int) -> int:
        """Multiplications and additions that take as long as `prepare` of one example; by default none."""
        return 0

    def activations(self, features: int, classes: int) -> int:
        """About how many numbers a step of one student needs for every example of its batch: what comes out
        of every layer, its derivative, and as much again to work in. The size of chunks follows from it."""
        return 4 * sum(outputs for outputs, _ in self.shapes(features, classes))

    @abstractmethod
    def forward(
        self, parameters: Parameters, inputs: Float[Tensor, "g d b"], workspace: Workspace
    ) -> tuple[Float[Tensor, "s c b"], Any]:
        """Logits of all students for their group's batch, and what `backward` needs to remember, if anything.

        What is remembered may lie in `workspace`, which the next call overwrites; the logits never do. If the
        parameters require gradients, autograd can differentiate the logits of a convolutional student.
        """

    @abstractmethod
    def backward(
        self,
        parameters: Parameters,
        inputs: Float[Tensor, "g d b"],
        memory: Any,
        logit_gradient: Float[Tensor, "s c b"],
        gradients: Parameters,
        workspace: Workspace,
    ) -> None:
        """Write the derivative of the loss for every parameter into `gradients`, whatever was there.

        `memory` is what `forward` gave for the same parameters and inputs, `logit_gradient` the derivative of
        the loss for its logits, already divided by the examples of the batch.
        """

    def initial(self, features: int, classes: int, *, generator: np.random.Generator) -> list[np.ndarray]:
        """Parameters of one fresh student, float32, in the order of `shapes`: uniform within
        +- 1 / sqrt(inputs), the default of PyTorch.

        A bias takes the inputs of the weight before it. Reference: LeCun et al. 1998, "Efficient BackProp",
        https://doi.org/10.1007/3-540-49430-8_2.
        """
        shapes = self.shapes(features, classes)
        fan_in = [weight[1] for weight in shapes[::2] for _ in range(2)]
        return [
            (generator.uniform(-1, 1, shape) / math.sqrt(inputs)).astype(np.float32)
            for shape, inputs in zip(shapes, fan_in, strict=True)
        ]


CONVOLVED_AT_ONCE = 256
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
                "student.{student}: allowed: square images with 1 or 3 channels; got {got}.",
                student=self.kind(),
                got=size or Phrase("features that are no images"),
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

    @abstractmethod
    def scales(self, features: int) -> list[int]:
        """Of every convolution, in the order of `shapes`, how many pixels of the image, a side, one of its
        outputs stands for."""

    def operations(self, features: int, classes: int) -> int:
        """A kernel is used at every pixel of what comes out of it."""
        _, height, width = self.image_shape(features)
        *kernels, _ = self.shapes(features, classes)[::2]
        pixels = [-(-height // scale) * -(-width // scale) for scale in self.scales(features)]
        again = sum(math.prod(kernel) * (n - 1) for kernel, n in zip(kernels, pixels, strict=True))
        return self.parameters(features, classes) + again

    def activations(self, features: int, classes: int) -> int:
        """At most: as if nothing made the image smaller."""
        _, height, width = self.image_shape(features)
        return super().activations(features, classes) * height * width

    @abstractmethod
    def network(
        self, parameters: Parameters, images: Float[Tensor, "b channels h w"]
    ) -> Float[Tensor, "s c b"]:
        """Logits; the channels of the g groups' images stand side by side."""

    def _logits(self, parameters: Parameters, inputs: Float[Tensor, "g d b"]) -> Float[Tensor, "s c b"]:
        import torch

        groups, d, b = inputs.shape
        channels, height, width = self.image_shape(d)
        images = inputs.permute(2, 0, 1).reshape(b, groups * channels, height, width)
        if inputs.device.type in HALF:
            images = images.to(torch.bfloat16, memory_format=torch.channels_last)
            parameters = [parameter.bfloat16() for parameter in parameters]
        return self.network(parameters, images).to(inputs.dtype)

    def forward(
        self, parameters: Parameters, inputs: Float[Tensor, "g d b"], workspace: Workspace
    ) -> tuple[Float[Tensor, "s c b"], Any]:
        """Keeps the graph for `backward`; of many examples only the logits, which are then computed anew."""
        import torch

        if parameters[0].requires_grad:  # the caller differentiates
            return self._logits(parameters, inputs), None
        if inputs.shape[2] > CONVOLVED_AT_ONCE:
            with torch.no_grad():
                blocks = [self._logits(parameters, block) for block in _blocks(inputs)]
            return torch.cat(blocks, dim=2), None
        with torch.enable_grad():
            leaves = [parameter.detach().requires_grad_() for parameter in parameters]
            logits = self._logits(leaves, inputs)
        return logits.detach(), (leaves, logits)

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

        parts = [(memory, logit_gradient)]
        if memory is None:
            parts = list(zip(_blocks(inputs), _blocks(logit_gradient), strict=True))
        for number, (part, gradient) in enumerate(parts):
            leaves, logits = self.forward(parameters, part, workspace)[1] if memory is None else part
            found = torch.autograd.grad(logits, leaves, gradient)
            for written, own in zip(gradients, found, strict=True):
                written.add_(own) if number else written.copy_(own)


def _blocks(stacked: Float[Tensor, "_ _ b"]) -> Iterable[Float[Tensor, "_ _ _"]]:
    """In parts of at most `CONVOLVED_AT_ONCE` examples."""
    return stacked.tensor_split(-(-stacked.shape[2] // CONVOLVED_AT_ONCE), dim=2)


def convolve(
    images: Float[Tensor, "b channels h w"], weight: Float[Tensor, "s o i"], groups: int, stride: int = 1
) -> Float[Tensor, "b s*o h_out w_out"]:
    """What square kernels see, every `stride` pixels; outside of images lies 0.

    The channels of all `groups` stand side by side, and so do the outputs of all students. A student's
    kernels are the rows of its `weight`, i = channels of its group * side * side.
    """
    import torch

    channels = images.shape[1] // groups
    side = math.isqrt(weight.shape[2] // channels)
    kernels = weight.reshape(-1, channels, side, side)  # (s * o, channels, side, side)
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
    """weight @ inputs + bias, written into `out`; the students of a group share the inputs, so a group is one
    wide product."""
    import torch

    left, shift, into = (_wide(stacked, len(inputs)) for stacked in (weight, bias, out))
    if left.shape[1] % ROWS:
        into.copy_(torch.baddbmm(_filled(shift), _filled(left), inputs)[:, : left.shape[1]])
    else:
        torch.baddbmm(shift, left, inputs, out=into)
    return out


def layer_gradient(
    gradient: Float[Tensor, "s o b"], inputs: Float[Tensor, "g i b"], out: Float[Tensor, "s o i"]
) -> None:
    """The weight's derivative, written into `out`, from the `gradient` for what `layer` gave."""
    import torch

    left, into = _wide(gradient, len(inputs)), _wide(out, len(inputs))
    if left.shape[1] % ROWS:
        into.copy_((_filled(left) @ inputs.mT)[:, : left.shape[1]])
    else:
        torch.bmm(left, inputs.mT, out=into)


def _wide(stacked: Float[Tensor, "s o columns"], groups: int) -> Float[Tensor, "g rows columns"]:
    """The rows of all students of a group below each other."""
    return stacked.view(groups, -1, stacked.shape[2])


def _filled(wide: Float[Tensor, "g rows columns"]) -> Float[Tensor, "g rows_filled columns"]:
    """With zeros up to a multiple of `ROWS` rows."""
    groups, rows, length = wide.shape
    filled = wide.new_zeros(groups, -(-rows // ROWS) * ROWS, length)
    filled[:, :rows] = wide
    return filled
