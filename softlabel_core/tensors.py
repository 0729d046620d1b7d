"""Tensors: their type, the names of their axes, and memory that is used again.

Signatures give shapes in jaxtyping's notation, `Float[Tensor, "s c b"]`, for NumPy arrays too. Every name
has one meaning, told in `AXES`; a number is a size that never changes, `...` any number of axes, and a name
that comes twice in a signature has one size. A return type may calculate: `Float[Tensor, "9*channels h w"]`.
Nothing is checked in use; the tests check calls of every kind (tests/conftest.py).

This module does not import torch, so that menus stay light.
"""

import sys
from typing import TYPE_CHECKING, no_type_check

AXES = {
    "n": "examples, of a training part where there are two",
    "t": "examples of a test part",
    "rows": "some of the examples, or rows of a matrix",
    "v": "examples of a validation part",
    "c": "classes",
    "k": "labels of a set, or sizes of sets from 1",
    "rivals": "wrong labels of an example",
    "draws": "draws of the same votes",
    "n_votes": "votes, one after the other",
    "d": "features",
    "d_prepared": "features that a student makes of them before training",
    "e": "epochs",
    "f": "frames of a film",
    "b": "examples of a batch",
    "g": "groups: students of a group share their examples and their order",
    "m": "members of a group",
    "s": "students, s = g * m, group by group",
    "n_filled": "examples and zeros up to a multiple of 16, at least one row of them",
    "i": "inputs of a layer, to one student",
    "o": "outputs of a layer, of one student",
    "columns": "columns of a matrix",
    "rows_filled": "rows of a matrix and zeros up to a multiple of 64",
    "channels": "channels of images; those of groups or students that share an image side by side",
    "h": "height of an image, in pixels",
    "w": "width of an image, in pixels",
    "h_out": "height of what a convolution makes of it",
    "w_out": "width of what a convolution makes of it",
    "patch": "numbers that one kernel sees: 9 * channels",
    "filters": "filters drawn at random",
    "side": "height and width of a filter, in pixels",
    "waves": "waves that filters are made of, as many as they have numbers",
    "size": "as many as the caller asks for",
    "sets": "different sets of labels",
    "corners": "corners of where a loss is least",
    "cells": "shares of which the worst is looked for",
    "halves": "times that every class is split in two halves",
    "blocks": "parts of a class that halves are made of",
}
"""What the axes of arrays and tensors are."""


if TYPE_CHECKING:
    from torch import Tensor as Tensor
else:

    class _Lazy(type):
        """Recognises tensors without importing torch: where there is one, torch is imported."""

        @no_type_check  # every check of a shape asks it
        def __instancecheck__(cls, value: object) -> bool:
            torch = sys.modules.get("torch")
            return torch is not None and isinstance(value, torch.Tensor)

    class Tensor(metaclass=_Lazy):
        """`torch.Tensor` for signatures; jaxtyping finds type, shape and dtype of a tensor through it."""


class Workspace:
    """Memory that is used again at every step: taking it anew costs more than some arithmetic."""

    def __init__(self) -> None:
        self._tensors: dict[tuple[str, tuple[int, ...]], Tensor] = {}
        self._prefix = ""

    def __call__(self, name: str, like: Tensor, *shape: int) -> Tensor:
        """A tensor of `shape` with dtype and device of `like`: the same memory for the same name and shape,
        zeros the first time, then what was left in it."""
        key = self._prefix + name, shape
        if key not in self._tensors:
            self._tensors[key] = like.new_zeros(shape)
        return self._tensors[key]

    def part(self, name: str) -> "Workspace":
        """The same memory, for a part of the work whose names are its own."""
        part = Workspace()
        part._tensors, part._prefix = self._tensors, f"{self._prefix}{name}/"
        return part


def is_out_of_memory(error: BaseException) -> bool:
    """Whether NumPy, PyTorch or CUDA ran out of memory.

    PyTorch has no error of its own for it on a CPU, nor for what CUDA itself says while a graph is recorded.
    """
    import torch

    texts = "can't allocate memory", "out of memory"
    known = isinstance(error, MemoryError | torch.OutOfMemoryError)
    return known or (isinstance(error, RuntimeError) and any(text in str(error) for text in texts))
