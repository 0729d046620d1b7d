import hashlib
import math
import threading
from collections import OrderedDict
from typing import Annotated, Any

import numpy as np
from jaxtyping import Float, Float32
from pydantic import Field

from softlabel_core.phrase import Phrase
from softlabel_core.plugin import Invalid
from softlabel_core.streams import stream
from softlabel_core.students import Convolutional, Parameters, Shape, Student
from softlabel_core.students.linear import Linear
from softlabel_core.students.mlp import MLP
from softlabel_core.tensors import Tensor, Workspace

GRID = 3
"""Features are averaged over GRID x GRID parts of the image."""

THRESHOLD = 0.25
"""What a response must exceed to count, in units of the image's mean response."""

FLAT = 0.01
"""Added to a patch's variance (pixels span about -1 to 1), so that noise on plain ground is not blown up."""

PREPARED_AT_ONCE = 250
"""Images whose features are computed at once, to save memory."""

RESPONSE = 300
"""Multiplications and additions that take as long as one response of a filter and what is made of it."""

CACHE_BYTES = 2**29
"""Memory, in bytes, for features of images that were prepared before."""


class RandomFeatures(Student):
    r"""Random convolutions, then a small head.

    Filters drawn once and never trained see every 6 x 6 patch (3 x 3 in images under 16 pixels) after its
    contrast is made even; what exceeds a threshold, for and against, is averaged over nine parts of the
    image. Only the head is trained, so photographs are answered in a minute without a GPU.

    $$f(x) = \sqrt{\operatorname{mean}_{p \in \text{part}} \max\bigl(0, \pm\langle w, p\rangle - t\bigr)}$$

    Filters are Gaussian, whitened by the known spectrum of photographs (amplitude falls as one over
    frequency, colour differences are fainter than brightness) instead of by measured patches: so they depend
    on no data, and training and test images get the same.

    Reference: after Coates and Ng 2011, "The importance of encoding versus training with sparse coding and
    vector quantization", ICML; spectrum: Field 1987, https://doi.org/10.1364/JOSAA.4.002379.
    """

    needs_images = True

    filters: Annotated[int, Field(ge=8, le=512)] = 128
    """Random filters; each gives 18 features."""

    width: Annotated[int, Field(ge=0, le=1024)] = 0
    """Hidden units of the head; 0 is a linear head."""

    filter_seed: Annotated[int, Field(ge=0, le=2**31 - 1)] = 0
    """Seed of the filters, the same for all replicates."""

    def prepare(
        self, features: Float[np.ndarray, "n d"], image_shape: Shape | None
    ) -> Float[np.ndarray, "n d_prepared"]:
        if image_shape is None or min(image_shape[1:]) < 3:
            came = "x".join(map(str, image_shape or ())) or Phrase("features that are no images")
            raise Invalid(
                "student.{student}: allowed: images of at least 3 x 3 pixels; got {got}.",
                student=self.kind(),
                got=came,
            )
        content = hashlib.blake2b(np.ascontiguousarray(features).data)
        key = content.hexdigest(), image_shape, self.filters, self.filter_seed
        with _lock:
            found = _cache.pop(key, None)
        if found is None:
            found = _features(features, image_shape, *self._kernels(image_shape))
        with _lock:
            _cache[key] = found
            while len(_cache) > 1 and sum(array.nbytes for array in _cache.values()) > CACHE_BYTES:
                _cache.popitem(last=False)
        return found

    def _kernels(self, image_shape: Shape) -> tuple[Float32[np.ndarray, "filters channels side side"], int]:
        """Filters with mean 0 and norm 1, and the stride they move by, in pixels."""
        channels = image_shape[0]
        patch, stride = _patch(min(image_shape[1:]))
        basis, frequency = _spectrum(channels, patch)
        generator = stream(self.filter_seed, "random-features", channels, patch)
        drawn = generator.standard_normal((self.filters, len(frequency)))
        filters = drawn * frequency @ basis  # white noise, each wave weighted
        filters -= filters.mean(1, keepdims=True)
        filters /= np.linalg.norm(filters, axis=1, keepdims=True)
        return filters.reshape(-1, channels, patch, patch).astype(np.float32), stride

    def preparation(self, features: int) -> int:
        """Filters are many and small, so their responses cost the time of going through them."""
        _, height, width = Convolutional.image_shape(features)
        side = height if height == width else math.isqrt(features)
        patch, stride = _patch(side)
        return RESPONSE * self.filters * (max(0, side - patch) // stride + 1) ** 2

    def _head(self) -> Student:
        return MLP(width=self.width) if self.width else Linear()

    def parameters(self, features: int, classes: int) -> int:
        """Those of the head; it is all that an epoch computes, for the filters see every image once."""
        return super().parameters(2 * self.filters * GRID**2, classes)

    @property
    def is_linear(self) -> bool:
        return self._head().is_linear

    def shapes(self, features: int, classes: int) -> list[tuple[int, int]]:
        return self._head().shapes(features, classes)

    def forward(
        self, parameters: Parameters, inputs: Float[Tensor, "g d b"], workspace: Workspace
    ) -> tuple[Float[Tensor, "s c b"], Any]:
        return self._head().forward(parameters, inputs, workspace)

    def backward(
        self,
        parameters: Parameters,
        inputs: Float[Tensor, "g d b"],
        memory: Any,
        logit_gradient: Float[Tensor, "s c b"],
        gradients: Parameters,
        workspace: Workspace,
    ) -> None:
        self._head().backward(parameters, inputs, memory, logit_gradient, gradients, workspace)


def _patch(side: int) -> tuple[int, int]:
    """Side of the filters, and the stride they move by, in pixels, for images of so many pixels a side."""
    return (6, 2) if side >= 16 else (3, 1)


_lock = threading.Lock()
_cache: OrderedDict[Any, Float32[np.ndarray, "n d_prepared"]] = OrderedDict()


def _spectrum(
    channels: int, patch: int
) -> tuple[Float[np.ndarray, "waves waves"], Float[np.ndarray, "waves"]]:
    """Cosine basis of a patch (one wave a row) and each wave's weight: its frequency, more for colours."""
    at = np.arange(patch)
    cosine = np.cos(np.pi * (2 * at + 1) * at[:, None] / (2 * patch)) * math.sqrt(2 / patch)
    cosine[0] /= math.sqrt(2)
    weight = np.sqrt(at[:, None] ** 2 + at**2 + 0.5).ravel()
    if channels != 3:
        return np.kron(np.eye(channels), np.kron(cosine, cosine)), np.tile(weight, channels)
    opponent = np.array([[1, 1, 1], [1, -1, 0], [1, 1, -2]]) / np.sqrt([[3], [2], [6]])
    faint = np.array([1, 3, 4])  # brightness, red against green, yellow against blue
    return np.kron(opponent, np.kron(cosine, cosine)), np.kron(faint, weight)


def _features(
    images: Float[np.ndarray, "n d"],
    image_shape: Shape,
    filters: Float32[np.ndarray, "filters channels side side"],
    stride: int,
) -> Float32[np.ndarray, "n d_prepared"]:
    """Pooled responses of all images, each image's with mean 0 and variance 1."""
    import torch
    from torch.nn.functional import adaptive_avg_pool2d, conv2d

    kernels = torch.from_numpy(filters)
    mean = torch.full_like(kernels[:1], 1 / kernels[0].numel())
    found = np.empty((len(images), 2 * len(filters) * GRID**2), dtype=np.float32)
    with torch.no_grad():
        for start in range(0, len(images), PREPARED_AT_ONCE):
            part = torch.from_numpy(images[start : start + PREPARED_AT_ONCE]).reshape(-1, *image_shape)
            centre, square = (conv2d(x, mean, stride=stride) for x in (part, part * part))
            contrast = (square - centre * centre).clamp_min_(0).add_(FLAT).sqrt_()
            response = conv2d(part, kernels, stride=stride) / contrast  # (b, f, h, w)
            response /= response.abs().mean((1, 2, 3), keepdim=True) + 1e-6
            both = [adaptive_avg_pool2d((sign * response - THRESHOLD).relu_(), GRID) for sign in (1, -1)]
            pooled = torch.cat(both, dim=1).flatten(1).sqrt_()  # (b, e)
            pooled = (pooled - pooled.mean(1, keepdim=True)) / (pooled.std(1, keepdim=True) + 1e-6)
            found[start : start + PREPARED_AT_ONCE] = pooled.numpy()
    return found
