"""What a validation part shows of students without the truth: the set risk, epoch by epoch, and its least."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Bool, Float

from softlabel_core.students import Parameters
from softlabel_core.tensors import Tensor
from softlabel_core.training.answers import filled
from softlabel_core.training.task import Task, Training


class Watch:
    """The validation parts of a chunk's students, and what they came to after every epoch."""

    def __init__(
        self, tasks: Sequence[Task], leaders: Sequence[Task], training: Training, device: str
    ) -> None:
        """`leaders`: the first task of each group; a group shares its validation examples."""
        import torch

        parts = [task.validation.examples for task in leaders if task.validation]
        sets = np.stack([task.validation.sets for task in tasks if task.validation])
        self.n = len(parts[0])
        self.inputs = torch.from_numpy(filled([part.features for part in parts])).to(device)
        self.sets: Bool[Tensor, "s c v"] = torch.from_numpy(sets).to(device).transpose(1, 2)
        self.metrics = torch.zeros(training.epochs, 2, len(tasks), device=device)
        self.patience = training.patience
        self.least = torch.full((len(tasks),), torch.inf, device=device)
        self.when = torch.zeros(len(tasks), dtype=torch.long, device=device)
        self.kept: list[Tensor] = []

    def measure(self, epoch: int, logits: Float[Tensor, "s c v"]) -> None:
        """Note what the students answer to their validation part."""
        p = logits.softmax(1)
        largest, answer = p.max(1, keepdim=True)
        hit = self.sets.gather(1, answer)[:, 0]
        among = (p * self.sets).sum(1)
        self.metrics[epoch, 0] = 1 - hit.float().mean(1)
        self.metrics[epoch, 1] = (largest[:, 0] / among).where(hit, 0.0).mean(1)

    def best(self, epoch: int, parameters: Parameters, frozen: Bool[Tensor, "s"]) -> list[Tensor]:
        """Every student's parameters where its risk was least, the first time; those of who froze stay."""
        risk = self.metrics[epoch, 0]
        lower = (risk < self.least) & ~frozen
        self.least, self.when = self.least.where(~lower, risk), self.when.where(~lower, epoch)
        before = self.kept or parameters
        self.kept = [
            old.where(~lower[:, None, None], new).clone() for old, new in zip(before, parameters, strict=True)
        ]
        return self.kept

    def over(self, epoch: int, frozen: Bool[Tensor, "s"], last: bool) -> Bool[Tensor, "s"]:
        """Who is frozen from now on: whose risk has not fallen for `patience` epochs, in the end all. What is
        told of them is what they are put back to."""
        found = frozen | (epoch - self.when >= self.patience) | last
        students = range(len(self.when))
        self.metrics[epoch] = self.metrics[epoch].where(~found, self.metrics[self.when, :, students].T)
        return found

    def repeat(self, epoch: int) -> None:
        """Nothing changes any more after `epoch`."""
        self.metrics[epoch:] = self.metrics[epoch].clone()

    def told(self) -> Float[np.ndarray, "e 2 s"]:
        """Risk and approximated accuracy by epoch."""
        found: np.ndarray = self.metrics.cpu().numpy()
        return found
