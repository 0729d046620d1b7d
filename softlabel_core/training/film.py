"""Training films: what one student answers after chosen steps, while it is trained.

A camera only reads parameters, in memory of its own, so a student that is filmed learns bit for bit what it
learns unseen.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from softlabel_core.students import Parameters, Student
from softlabel_core.tensors import Workspace
from softlabel_core.training.answers import answers, filled

STRETCH = 100
"""How much longer the last steps between two frames are than the first: most happens early."""


Seen = Callable[[int, Int[np.ndarray, "rows"], Float[np.ndarray, "rows"]], None]
"""Hears of a frame as soon as it is shot: its number from 0, `Frames.named` and `Frames.margin` of it. A
training that is begun anew after running out of memory shoots its frames once more."""


@dataclass(frozen=True, eq=False)
class Film:
    """What is asked of a student, and when."""

    rows: Float[np.ndarray, "rows d"]
    """Features that it answers, standardised as those of its split."""

    steps: tuple[int, ...]
    """Steps after which it is asked, rising: 0 is before the first, at most as many as there are."""

    seen: Seen | None = None

    def check(self, steps: int, features: int) -> None:
        """Raise `ValueError` unless it can be shot in a training of so many steps on so many features."""
        rising = all(one < other for one, other in zip(self.steps, self.steps[1:], strict=False))
        if not (self.steps and rising and self.steps[0] >= 0 and self.steps[-1] <= steps):
            raise ValueError(f"film.steps: allowed: rising numbers from 0 to {steps}; got {self.steps}.")
        if not len(self.rows) or self.rows.shape[1] != features:
            raise ValueError(f"film.rows: allowed: rows of {features} features; got {self.rows.shape}.")


@dataclass(frozen=True, eq=False)
class Frames:
    """What a student answered, frame by frame."""

    named: Int[np.ndarray, "f rows"]
    """The most probable class."""

    margin: Float[np.ndarray, "f rows"]
    """Its probability less that of the next, in [0, 1]."""


def moments(steps: int, frames: int, whole: int = 1) -> tuple[int, ...]:
    """Steps of at most `frames` frames, close at first and further and further apart: 0, the last, and
    between them multiples of `whole`."""
    places = np.linspace(0, 1, frames)
    late = (STRETCH**places - 1) / (STRETCH - 1) * steps / whole
    return tuple(int(one) for one in np.unique(np.round(late).astype(int) * whole))


class Camera:
    """Shoots one student, whose stacked parameters it is handed."""

    def __init__(self, film: Film, student: Student, device: str) -> None:
        import torch

        self.film, self._student, self._workspace = film, student, Workspace()
        self._rows = torch.from_numpy(filled([film.rows])).to(device)
        self._shots: dict[int, tuple[np.ndarray, np.ndarray]] = {}

    def shoot(self, step: int, parameters: Parameters) -> None:
        """The frame after so many steps, if it is one of the film's."""
        if step not in self.film.steps:
            return
        count = len(self.film.rows)
        logits = answers(self._student, parameters, self._rows, count, self._workspace)
        best = logits[0].double().softmax(0).topk(2, dim=0)  # (2, r)
        margin = (best.values[0] - best.values[1]).float().cpu().numpy()
        self._shots[step] = named, margin = best.indices[0].cpu().numpy(), margin
        if self.film.seen:
            self.film.seen(self.film.steps.index(step), named, margin)

    def frames(self) -> Frames:
        """Every frame of a student that is trained."""
        named, margin = zip(*(self._shots[step] for step in self.film.steps), strict=True)
        return Frames(np.stack(named), np.stack(margin))
