from typing import Annotated

from jaxtyping import Float
from pydantic import Field

from softlabel_core.students import Convolutional, Tensor, convolve


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

    def shapes(self, features: int, classes: int) -> list[tuple[int, int]]:
        channels, height, width = self.image_shape(features)
        shapes, outputs = [], self.width
        for stride in self.strides(features):
            shapes += [(outputs, channels * 9), (outputs, 1)]
            channels, outputs = outputs, 2 * self.width
            height, width = -(-height // stride), -(-width // stride)
        return [*shapes, (classes, channels * height * width), (classes, 1)]

    def network(self, parameters: list[Tensor], images: Float[Tensor, "b gC h w"]) -> Float[Tensor, "s c b"]:
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
