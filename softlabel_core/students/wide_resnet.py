from typing import Annotated

from jaxtyping import Float
from pydantic import Field

from softlabel_core.students import Convolutional, Parameters, convolve
from softlabel_core.tensors import Tensor


class WideResnet(Convolutional):
    r"""Wide residual network (for a GPU).

    The student of Yuan et al. 2023 on CIFAR-10: 4 blocks a stage and twice the channels are WRN-28-2 (1.5
    million parameters). Without a GPU one epoch of it over CIFAR-10 takes hours.

    $$x \leftarrow x + K_2 * \max(0, N(K_1 * \max(0, N(x) + b_1)) + b_2)$$

    Batch normalisation $N$ is each student's own. It takes its mean and variance from the examples at hand,
    up to 256 of them, in the test too: prediction-time normalisation, Nado et al. 2020,
    https://arxiv.org/abs/2006.10963. It has a shift but no scale, which the next weights make up for.

    Reference: Zagoruyko and Komodakis 2016, https://arxiv.org/abs/1605.07146.
    """

    blocks: Annotated[int, Field(ge=1, le=4)] = 4
    """Residual blocks of two convolutions in each of the three stages: depth = 6 blocks + 4."""

    widen: Annotated[int, Field(ge=1, le=4)] = 2
    """Factor on the 16, 32 and 64 channels of the stages."""

    def plan(self) -> list[tuple[int, int, int]]:
        """(inputs, outputs, stride) of every block."""
        found, inputs = [], 16
        for stage, base in enumerate((16, 32, 64)):
            for block in range(self.blocks):
                outputs = base * self.widen
                found.append((inputs, outputs, 2 if stage and not block else 1))
                inputs = outputs
        return found

    def scales(self, features: int) -> list[int]:
        scale, found = 1, [1]
        for inputs, outputs, stride in self.plan():
            scale *= stride
            found += [scale] * (2 + (inputs != outputs))
        return found

    def shapes(self, features: int, classes: int) -> list[tuple[int, int]]:
        shapes = [(16, 9 * self.image_shape(features)[0]), (16, 1)]
        for inputs, outputs, _ in self.plan():
            shapes += [(outputs, 9 * inputs), (outputs, 1), (outputs, 9 * outputs), (outputs, 1)]
            if inputs != outputs:
                shapes += [(outputs, inputs), (outputs, 1)]
        return [*shapes, (classes, 64 * self.widen), (classes, 1)]

    def network(
        self, parameters: Parameters, images: Float[Tensor, "b channels h w"]
    ) -> Float[Tensor, "s c b"]:
        """A convolution's second parameter is the shift of the normalisation of its outputs."""
        *layers, weight, bias = parameters
        rest = iter(layers)
        students = len(weight)
        kernel, shift = next(rest), next(rest)
        x = convolve(images, kernel, images.shape[1] * 9 // kernel.shape[2])  # (b, s * 16, h, w)
        for inputs, outputs, stride in self.plan():
            active = _normalised(x, shift)
            first, shift_1, second, shift_2 = (next(rest) for _ in range(4))
            inner = _normalised(convolve(active, first, students, stride), shift_1)
            if inputs != outputs:
                across, shift = next(rest), next(rest)
                x = convolve(active, across, students, stride) + shift.reshape(-1, 1, 1)
            x = x + convolve(inner, second, students)  # (b, s * outputs, h, w)
            shift = shift_2
        pooled = _normalised(x, shift).mean((2, 3)).reshape(len(images), students, -1)
        return weight @ pooled.permute(1, 2, 0) + bias


def _normalised(
    x: Float[Tensor, "b channels h w"], shift: Float[Tensor, "s o 1"]
) -> Float[Tensor, "b s*o h w"]:
    """ReLU after batch normalisation, channel by channel, so student by student."""
    import torch

    single = x.numel() == x.shape[1]  # one value has no spread
    normal = x * 0 if single else torch.nn.functional.batch_norm(x, None, None, training=True)
    return (normal + shift.reshape(-1, 1, 1)).relu()
