"""A small convolutional network on a CPU, by hand: convolutions of 3 x 3 with ReLU, then one linear layer.

A convolution is a product with the patches that its kernels see. With the examples last a patch is copied in
long runs, and one student after the other, what a student needs stays in cache. Beside autograd:
docs/performance.md.

Reference: Chellapilla, Puri and Simard 2006, https://inria.hal.science/inria-00112631.
"""

from jaxtyping import Float

from softlabel_core.tensors import Tensor, Workspace

Activations = list[tuple[Float[Tensor, "_ _ _ b"], Float[Tensor, "_ _ _ b"]]]
"""Of every convolution the patches it saw (9 * channels, h_out, w_out, b) and what came out of it (outputs,
h_out, w_out, b)."""


def patches(
    images: Float[Tensor, "channels h w b"], stride: int, workspace: Workspace, lasting: Workspace
) -> Float[Tensor, "9*channels h_out w_out b"]:
    """The 3 x 3 pixels of all channels around every place from `stride` to `stride` pixels; outside of images
    lies 0.

    What comes out lies in `lasting`, what it takes on the way in `workspace`.
    """
    padded = _padded("padded", images, workspace)
    padded[:, 1:-1, 1:-1] = images
    around = _around(padded, stride)
    return lasting("patches", images, *around.shape).copy_(around).flatten(0, 2)


def gathered(
    spread: Float[Tensor, "patch h_out w_out b"],
    images: Float[Tensor, "channels h w b"],
    stride: int,
    workspace: Workspace,
) -> Float[Tensor, "channels h w b"]:
    """For every pixel of `images` the sum over all patches that it lies in: `patches`, transposed.

    Of `images` only the shape counts.
    """
    padded = _padded("gathered", images, workspace).zero_()
    around = _around(padded, stride)
    for place, part in enumerate(spread.unflatten(0, (-1, 9)).unbind(1)):
        around[:, place // 3, place % 3].add_(part)
    return padded[:, 1:-1, 1:-1]


def _padded(
    name: str, images: Float[Tensor, "channels h w b"], workspace: Workspace
) -> Float[Tensor, "channels h+2 w+2 b"]:
    """Memory for images with an edge of one pixel, 0 at first."""
    channels, height, width, batch = images.shape
    return workspace(name, images, channels, height + 2, width + 2, batch)


def _around(
    padded: Float[Tensor, "channels h w b"], stride: int
) -> Float[Tensor, "channels 3 3 (h-3)//{stride}+1 (w-3)//{stride}+1 b"]:
    """A view: the 3 x 3 pixels around every place from `stride` to `stride` pixels; h and w with the edge."""
    channels, height, width, batch = padded.shape
    plane, row, pixel, _ = padded.stride()
    shape = channels, 3, 3, -(-(height - 2) // stride), -(-(width - 2) // stride), batch
    return padded.as_strided(shape, (plane, row, pixel, stride * row, stride * pixel, 1))


class Network:
    """One student with its parameters, and the patches `seen` that its first convolution sees.

    Parameters are a kernel (outputs, 9 * channels) and its bias (outputs, 1) for every convolution, then
    weight (c, outputs * h_out * w_out) and bias (c, 1) of the linear layer. What `backward` needs lies in
    `lasting`, its own; all else in `workspace`, which students share in turn, so that it stays in cache.
    """

    def __init__(
        self,
        parameters: list[Float[Tensor, "_ _"]],
        strides: list[int],
        seen: Float[Tensor, "patch h_out w_out b"],
        workspace: Workspace,
        lasting: Workspace,
    ) -> None:
        *kernels, self.weight, self.bias = parameters
        self.layers = list(zip(kernels[::2], kernels[1::2], strides, strict=True))
        self.seen, self.workspace, self.lasting = seen, workspace, lasting

    def forward(self) -> tuple[Float[Tensor, "c b"], Activations]:
        """Logits, and what `backward` needs."""
        import torch

        activations: Activations = []
        for number, (kernel, shift, stride) in enumerate(self.layers):
            own = self.lasting.part(f"{number}")
            seen = patches(activations[-1][1], stride, self.workspace, own) if number else self.seen
            found = own("found", seen, len(kernel), *seen.shape[1:])
            torch.addmm(shift, kernel, seen.flatten(1), out=found.flatten(1))
            activations.append((seen, found.relu_()))
        return torch.addmm(self.bias, self.weight, found.flatten(0, 2)), activations

    def backward(
        self,
        activations: Activations,
        logit_gradient: Float[Tensor, "c b"],
        gradients: list[Float[Tensor, "_ _"]],
        more: bool,
    ) -> None:
        """The derivative for every parameter, written into `gradients`, or added if there is `more`."""
        import torch

        last = activations[-1][1].flatten(0, 2)
        _write(gradients[-2:], logit_gradient, last, more)
        below = torch.mm(self.weight.T, logit_gradient, out=self.workspace("below", last, *last.shape))
        below = below.view_as(activations[-1][1])
        for number in reversed(range(len(activations))):
            (kernel, _, stride), (seen, found) = self.layers[number], activations[number]
            behind = self.workspace("behind", found, *found.shape)
            # ReLU: nothing comes through where what it found is 0.
            torch.ops.aten.threshold_backward.grad_input(below, found, 0, grad_input=behind)
            _write(gradients[2 * number : 2 * number + 2], behind.flatten(1), seen.flatten(1), more)
            if number:
                spread = self.workspace("spread", seen, *seen.shape)
                torch.mm(kernel.T, behind.flatten(1), out=spread.flatten(1))
                below = gathered(spread, activations[number - 1][1], stride, self.workspace)


def _write(
    gradients: list[Float[Tensor, "o _"]],
    gradient: Float[Tensor, "o columns"],
    inputs: Float[Tensor, "i columns"],
    more: bool,
) -> None:
    """Derivatives for a weight (o, i) and its bias (o, 1), from those for what the layer gave."""
    import torch

    weight, bias = gradients
    weight.addmm_(gradient, inputs.T, beta=float(more))
    if more:
        bias.add_(gradient.sum(1, keepdim=True))
    else:
        torch.sum(gradient, 1, keepdim=True, out=bias)
