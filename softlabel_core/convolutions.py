"""A small convolutional network on a CPU, by hand: convolutions of 3 x 3 with ReLU, then one linear layer.

A convolution is a product with the patches that its kernels see. With the examples last a patch is copied in
long runs, and one student after the other, what a student needs stays in cache. Beside autograd:
docs/performance.md.

Reference: Chellapilla, Puri and Simard 2006, https://inria.hal.science/inria-00112631.
"""

from typing import Any

from jaxtyping import Float

Tensor = Any
Scratch = Any
"""`students.Scratch`."""

Kept = list[tuple[Tensor, Tensor]]
"""Of every convolution the patches it saw and what came out of it, both with the examples last."""


def patches(
    images: Float[Tensor, "C h w b"], stride: int, scratch: Scratch, kept: Scratch
) -> Float[Tensor, "p h2 w2 b"]:
    """The p = 9 C pixels around every place from `stride` to `stride` pixels; outside of images lies 0.

    What comes out lies in `kept`, what it takes on the way in `scratch`.
    """
    padded = _padded("padded", images, scratch)
    padded[:, 1:-1, 1:-1] = images
    around = _around(padded, stride)
    return kept("patches", images, *around.shape).copy_(around).flatten(0, 2)


def gathered(
    spread: Float[Tensor, "p h2 w2 b"], images: Float[Tensor, "C h w b"], stride: int, scratch: Scratch
) -> Float[Tensor, "C h w b"]:
    """For every pixel of `images` the sum over all patches that it lies in: `patches`, transposed."""
    padded = _padded("gathered", images, scratch).zero_()
    around = _around(padded, stride)
    for place, part in enumerate(spread.unflatten(0, (-1, 9)).unbind(1)):
        around[:, place // 3, place % 3].add_(part)
    return padded[:, 1:-1, 1:-1]


def _padded(name: str, images: Float[Tensor, "C h w b"], scratch: Scratch) -> Float[Tensor, "C H W b"]:
    """Memory for images with an edge of one pixel, 0 at first."""
    channels, height, width, batch = images.shape
    return scratch(name, images, channels, height + 2, width + 2, batch)


def _around(padded: Float[Tensor, "C H W b"], stride: int) -> Float[Tensor, "C 3 3 h2 w2 b"]:
    """A view: the 3 x 3 pixels around every place from `stride` to `stride` pixels."""
    channels, height, width, batch = padded.shape
    plane, row, pixel, _ = padded.stride()
    shape = channels, 3, 3, -(-(height - 2) // stride), -(-(width - 2) // stride), batch
    return padded.as_strided(shape, (plane, row, pixel, stride * row, stride * pixel, 1))


class Network:
    """One student with its parameters, and the patches `seen` that its first convolution sees.

    What `backward` needs lies in `kept`, its own; all else in `scratch`, which students share in turn, so
    that it stays in cache.
    """

    def __init__(
        self,
        parameters: list[Tensor],
        strides: list[int],
        seen: Float[Tensor, "p h w b"],
        scratch: Scratch,
        kept: Scratch,
    ) -> None:
        *kernels, self.weight, self.bias = parameters
        self.layers = list(zip(kernels[::2], kernels[1::2], strides, strict=True))
        self.seen, self.scratch, self.kept = seen, scratch, kept

    def forward(self) -> tuple[Float[Tensor, "c b"], Kept]:
        """Logits, and what `backward` needs."""
        import torch

        kept: Kept = []
        for number, (kernel, shift, stride) in enumerate(self.layers):
            own = self.kept.part(f"{number}")
            seen = patches(kept[-1][1], stride, self.scratch, own) if number else self.seen
            found = own("found", seen, len(kernel), *seen.shape[1:])
            torch.addmm(shift, kernel, seen.flatten(1), out=found.flatten(1))
            kept.append((seen, found.relu_()))
        return torch.addmm(self.bias, self.weight, found.flatten(0, 2)), kept

    def backward(self, kept: Kept, slope: Float[Tensor, "c b"], gradients: list[Tensor], more: bool) -> None:
        """The derivative for every parameter, written into `gradients`, or added if there is `more`."""
        import torch

        last = kept[-1][1].flatten(0, 2)
        _write(gradients[-2:], slope, last, more)
        below = torch.mm(self.weight.T, slope, out=self.scratch("below", last, *last.shape))
        below = below.view_as(kept[-1][1])
        for number in reversed(range(len(kept))):
            (kernel, _, stride), (seen, found) = self.layers[number], kept[number]
            behind = self.scratch("behind", found, *found.shape)
            # ReLU: nothing comes through where what it found is 0.
            torch.ops.aten.threshold_backward.grad_input(below, found, 0, grad_input=behind)
            _write(gradients[2 * number : 2 * number + 2], behind.flatten(1), seen.flatten(1), more)
            if number:
                spread = self.scratch("spread", seen, *seen.shape)
                torch.mm(kernel.T, behind.flatten(1), out=spread.flatten(1))
                below = gathered(spread, kept[number - 1][1], stride, self.scratch)


def _write(
    gradients: list[Tensor], slope: Float[Tensor, "o n"], inputs: Float[Tensor, "i n"], more: bool
) -> None:
    """Derivatives for a weight and its bias."""
    import torch

    weight, bias = gradients
    weight.addmm_(slope, inputs.T, beta=float(more))
    if more:
        bias.add_(slope.sum(1, keepdim=True))
    else:
        torch.sum(slope, 1, keepdim=True, out=bias)
