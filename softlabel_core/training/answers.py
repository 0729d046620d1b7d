"""What students answer outside of a step: to a training or a test part, to whatever is filmed."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Shaped

from softlabel_core.students import Parameters, Student
from softlabel_core.tensors import Tensor, Workspace
from softlabel_core.training.step import COLUMNS, columns

ANSWERED_AT_ONCE = 128
"""Examples that students answer at once outside of a step, so that what lies between two layers stays in
cache."""


def answers(
    student: Student,
    parameters: Parameters,
    rows: Float[Tensor, "g n_filled d"],
    n: int,
    workspace: Workspace,
) -> Float[Tensor, "s c n"]:
    """Logits for the first n rows of every group, `ANSWERED_AT_ONCE` at a time."""
    import torch

    ends = [
        (start, start + min(ANSWERED_AT_ONCE, columns(student, n - start)))
        for start in range(0, n, ANSWERED_AT_ONCE)
    ]
    blocks = [student.forward(parameters, rows[:, start:end].mT, workspace)[0] for start, end in ends]
    return torch.cat(blocks, dim=2)[..., :n]


def filled(parts: Sequence[Shaped[np.ndarray, "n ..."]]) -> Shaped[np.ndarray, "g n_filled ..."]:
    """All groups' rows together, each with zeros up to a multiple of `COLUMNS`, at least one: they fill
    batches."""
    n = len(parts[0])
    rows = np.zeros((len(parts), (n // COLUMNS + 1) * COLUMNS, *parts[0].shape[1:]), parts[0].dtype)
    for own, part in zip(rows, parts, strict=True):
        own[:n] = part
    return rows


def probabilities(logits: Float[Tensor, "s c n"]) -> Float[np.ndarray, "s n c"]:
    """Softmax over the classes, in float64."""
    return logits.detach().cpu().double().softmax(1).transpose(1, 2).numpy()
