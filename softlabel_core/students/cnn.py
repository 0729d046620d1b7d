from collections.abc import Iterator
from itertools import accumulate
from operator import mul
from typing import Annotated, Any

from jaxtyping import Float
from pydantic import Field

from softlabel_core.students import CONVOLVED_AT_ONCE, Convolutional, Parameters, convolve
from softlabel_core.students._convolutions import Network, patches
from softlabel_core.tensors import Tensor, Workspace


class CNN(Convolutional):
    r"""Convolutional network (small).

    Two convolutions of 3 x 3 with ReLU, the second of stride 2 and twice as many channels; images of more
    than 16 pixels a side get a third like it. Then one linear layer. Images of 8 x 8 take seconds; 5,000
    images of 32 x 32 take minutes a student without a GPU.

    $$z = W\,\mathrm{vec}\bigl(\max(0, K_2 * \max(0, K_1 * x + b_1) + b_2)\bigr) + b$$

    Reference: LeCun et al. 1989, https://doi.org/10.1162/neco.1989.1.4.541, with ReLU.
    """

    width: Annotated[int, Field(ge=1, le=64)] = 16
    """Channels of the first convolution."""

    def strides(self, features: int) -> list[int]:
        """Stride of every convolution."""
        return [1, 2, 2] if self.image_shape(features)[2] > 16 else [1, 2]

    def scales(self, features: int) -> list[int]:
        return list(accumulate(self.strides(features), mul))

    def shapes(self, features: int, classes: int) -> list[tuple[int, int]]:
        channels, height, width = self.image_shape(features)
        shapes, outputs = [], self.width
        for stride in self.strides(features):
            shapes += [(outputs, channels * 9), (outputs, 1)]
            channels, outputs = outputs, 2 * self.width
            height, width = -(-height // stride), -(-width // stride)
        return [*shapes, (classes, channels * height * width), (classes, 1)]

    def activations(self, features: int, classes: int) -> int:
        """Of every convolution the patches, what comes out, and its derivative."""
        *kernels, _, _ = self.shapes(features, classes)
        (_, height, width), found = self.image_shape(features), 0
        for (outputs, patch), stride in zip(kernels[::2], self.strides(features), strict=True):
            height, width = -(-height // stride), -(-width // stride)
            found += (patch + 2 * outputs) * height * width
        return found

    def network(
        self, parameters: Parameters, images: Float[Tensor, "b channels h w"]
    ) -> Float[Tensor, "s c b"]:
        *kernels, weight, bias = parameters
        students, channels = len(weight), kernels[0].shape[2] // 9
        groups, hidden = images.shape[1] // channels, images
        strides = self.strides(channels * images.shape[2] * images.shape[3])
        for kernel, shift, stride in zip(kernels[::2], kernels[1::2], strides, strict=True):
            hidden = convolve(hidden, kernel, groups, stride)
            hidden = (hidden + shift.reshape(-1, 1, 1)).relu()  # (b, s * o, h, w)
            groups = students
        flat = hidden.reshape(len(images), students, -1).permute(1, 2, 0)  # (s, o * h * w, b)
        return weight @ flat + bias

    def forward(
        self, parameters: Parameters, inputs: Float[Tensor, "g d b"], workspace: Workspace
    ) -> tuple[Float[Tensor, "s c b"], Any]:
        """By hand on a CPU, one student after the other; of more than `CONVOLVED_AT_ONCE` examples the logits
        only, and `backward` computes the rest anew."""
        if inputs.is_cuda or parameters[0].requires_grad:
            return super().forward(parameters, inputs, workspace)
        logits, memory = inputs.new_empty(*parameters[-1].shape[:2], inputs.shape[2]), []
        for student, block, network in self._networks(parameters, inputs, workspace):
            logits[student, :, block], activations = network.forward()
            memory.append(activations)
        return logits, memory if inputs.shape[2] <= CONVOLVED_AT_ONCE else None

    def backward(
        self,
        parameters: Parameters,
        inputs: Float[Tensor, "g d b"],
        memory: Any,
        logit_gradient: Float[Tensor, "s c b"],
        gradients: Parameters,
        workspace: Workspace,
    ) -> None:
        if inputs.is_cuda:
            super().backward(parameters, inputs, memory, logit_gradient, gradients, workspace)
            return
        for turn, (student, block, network) in enumerate(self._networks(parameters, inputs, workspace)):
            activations = memory[turn] if memory else network.forward()[1]
            own = [gradient[student] for gradient in gradients]
            network.backward(activations, logit_gradient[student, :, block], own, more=block.start > 0)

    def _networks(
        self, parameters: Parameters, inputs: Float[Tensor, "g d b"], workspace: Workspace
    ) -> Iterator[tuple[int, slice, Network]]:
        """Every student's number, a block of examples and the network for them.

        A student's activations stay in memory of its own only if there is a single block.
        """
        (groups, d, batch), students = inputs.shape, len(parameters[0])
        strides, single = self.strides(d), batch <= CONVOLVED_AT_ONCE
        for group, rows in enumerate(inputs):
            for start in range(0, batch, CONVOLVED_AT_ONCE):
                block = slice(start, start + CONVOLVED_AT_ONCE)
                images = rows[:, block].unflatten(0, self.image_shape(d))
                seen = patches(images, strides[0], workspace, workspace.part(f"inputs {group * single}"))
                for student in range(group * students // groups, (group + 1) * students // groups):
                    own = [parameter[student] for parameter in parameters]
                    lasting = workspace.part(f"{student * single}")
                    yield student, block, Network(own, strides, seen, workspace, lasting)
