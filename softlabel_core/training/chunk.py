"""One chunk of students, stepped together: the loop over epochs and batches.

Layout: g groups of m students, s = g * m; parameters (s, outputs, inputs), activations (s, features, b)
with the batch last, so that a softmax over classes is fast and a group's first layer is one wide product.
"""

import threading
from collections.abc import Callable
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from softlabel_core.losses import Loss
from softlabel_core.streams import stream
from softlabel_core.students import Student
from softlabel_core.tensors import Tensor, Workspace
from softlabel_core.training.answers import answers, filled, probabilities
from softlabel_core.training.film import Camera
from softlabel_core.training.optimizers import OPTIMIZERS
from softlabel_core.training.step import Step
from softlabel_core.training.task import Cancelled, Task, Trained
from softlabel_core.training.watch import Watch

PROBE = 512
"""The training loss of an epoch is read from the batches that hold its last so many examples."""


class Chunk:
    """The students of `groups` (g) of equally many tasks (m) each, stepped together.

    A group's tasks share split, `used`, seed and replicate, and all tasks the sizes of their split and their
    training; `grouping` sees to it. Setting `cancel` stops the training.
    """

    def __init__(
        self, groups: list[list[Task]], student: Student, device: str, cancel: threading.Event
    ) -> None:
        import torch

        leaders, tasks = [group[0] for group in groups], [task for group in groups for task in group]
        self.tasks, self.student, self.cancel, self.workspace = tasks, student, cancel, Workspace()
        self.training, self.losses = tasks[0].training, _segments([task.loss for task in groups[0]])

        def on_device(array: np.ndarray) -> Tensor:
            return torch.from_numpy(array).to(device)

        self.n = len(leaders[0].split.train)
        self.inputs = on_device(filled([task.split.train.features for task in leaders]))  # (g, n_filled, d)
        self.targets = on_device(_targets(groups, self.inputs.shape[1]))  # (g, n_filled, m, c)
        self.test_inputs = on_device(filled([task.split.test.features for task in leaders]))  # (g, t..., d)
        self.test_targets = on_device(np.stack([task.split.test.targets for task in tasks]))  # (s, t)
        self.orders = on_device(np.stack([_orders(t, self.training.epochs) for t in leaders]))  # (g, e, n)
        self.orders += self.inputs.shape[1] * torch.arange(len(groups), device=device)[:, None, None]
        self.optimizer = OPTIMIZERS[self.training.optimizer](
            _initial(tasks, student, leaders[0]),
            self.training.learning_rate,
            self.training.weight_decay,
            self.training.momentum,
            device=device,
        )
        self.metrics = torch.zeros(self.training.epochs, 2, len(tasks), device=device)  # accuracy and loss
        self.watch = Watch(tasks, leaders, self.training, device) if tasks[0].validation else None
        self.read = torch.zeros(len(tasks), device=device)
        self.steps: dict[tuple[int, bool], Step] = {}
        self.parameters_before: list[Tensor] = []
        self.frozen = torch.zeros(len(tasks), dtype=torch.bool, device=device)
        self.cameras = {i: Camera(task.film, student, device) for i, task in enumerate(tasks) if task.film}
        self.filmed = {step for camera in self.cameras.values() for step in camera.film.steps}

    def train(self, after_epoch: Callable[[int, Tensor], None], curves: bool) -> list[Trained]:
        """All epochs, once: what became of every student, in the order of the groups.

        `after_epoch` gets how many epochs there were and the students' test accuracies (s,), which are NaN
        before the last one without `curves`, as losses are that nothing else reads. Ends early when all
        students are frozen, and repeats what was last measured. Raises `Cancelled`.
        """
        epochs = self.training.epochs
        history: list[list[Any]] = [[] for _ in self.tasks]
        self._shoot(0)
        for epoch in range(epochs):
            self._pass(epoch, curves or bool(self.training.patience) or epoch == epochs - 1)
            if self.watch:
                self._validate(epoch, self.watch)
            else:
                self._freeze(epoch)
            self._shoot((epoch + 1) * self.steps_an_epoch)
            self._move_targets()
            over = epoch == epochs - 1 or bool(self.training.patience and self.frozen.all())
            self.metrics[epoch, 0] = self._accuracy() if curves or over else float("nan")
            if any(task.observe for task in self.tasks):
                seen = probabilities(self._logits(self.inputs, self.n))
                for told, task, p in zip(history, self.tasks, seen, strict=True):
                    told += [task.observe(task, p)] if task.observe else []
            if over and epoch < epochs - 1:
                self.metrics[epoch:] = self.metrics[epoch].clone()
                history = [told + told[-1:] * (epochs - 1 - epoch) for told in history]
                if self.watch:
                    self.watch.repeat(epoch)
                for step in sorted(self.filmed):
                    if step > (epoch + 1) * self.steps_an_epoch:
                        self._shoot(step)
                after_epoch(epochs, self.metrics[epoch, 0])
                break
            after_epoch(epoch + 1, self.metrics[epoch, 0])
        metrics = self.metrics.cpu().numpy()
        parameters = [stacked.cpu().numpy() for stacked in self.optimizer.parameters]
        watched = self.watch.told() if self.watch else None
        return [
            Trained(
                metrics[:, 0, i],
                metrics[:, 1, i],
                [p[i].copy() for p in parameters],
                history[i],
                None if watched is None else watched[:, 0, i],
                None if watched is None else watched[:, 1, i],
                self.cameras[i].frames() if i in self.cameras else None,
            )
            for i in range(len(self.tasks))
        ]

    def _pass(self, epoch: int, read: bool) -> None:
        """One pass over the examples in the order of this epoch, batch by batch; `read`: its loss too."""
        batch, order = self.training.batch_size, self.orders[:, epoch]  # (g, n)
        starts = range(0, self.n, batch)
        last = (epoch + 1) * self.steps_an_epoch
        first_read = max(0, self.n - PROBE) // batch * batch
        self.read.zero_()
        for number, start in enumerate(starts, start=epoch * self.steps_an_epoch):
            if self.cancel.is_set():
                raise Cancelled
            rows = order[:, start : start + batch]
            rate = self.training.rate(number, self.training.epochs * self.steps_an_epoch)
            self._step(rows.shape[1], read and start >= first_read)(rows, rate)
            if number + 1 < last:  # after the last step a student may be put back
                self._shoot(number + 1)
        self.metrics[epoch, 1] = self.read / (self.n - first_read) if read else float("nan")

    @property
    def steps_an_epoch(self) -> int:
        """Batches of one pass."""
        return self.training.steps(self.n)

    def _shoot(self, step: int) -> None:
        """The frames after so many steps; of who is frozen, as where they stopped."""
        if step in self.filmed:
            for i, camera in self.cameras.items():
                parameters = self.parameters_before if self.frozen[i] else self.optimizer.parameters
                camera.shoot(step, [stacked[i : i + 1] for stacked in parameters])

    def _step(self, size: int, read: bool) -> Step:
        """The step for a batch of so many examples, whose losses are read or not.

        There are at most three: whole batches whose loss is read or not, and the last one.
        """
        if (size, read) not in self.steps:
            self.steps[size, read] = Step(
                self.student,
                self.optimizer,
                self.losses,
                self.inputs,
                self.targets,
                size,
                self.read if read else None,
                self.workspace,
            )
        return self.steps[size, read]

    def _accuracy(self) -> Float[Tensor, "s"]:
        """Share of the test examples that each student gets right, in [0, 1]."""
        guesses = self._logits(self.test_inputs, self.test_targets.shape[1]).max(1).indices
        return (guesses == self.test_targets).float().mean(1)

    def _freeze(self, epoch: int) -> None:
        """Put frozen students back to where they stopped, and freeze those that no longer get better."""
        patience, losses = self.training.patience, self.metrics[:, 1]
        if not patience:
            return
        if epoch:
            losses[epoch] = losses[epoch].where(~self.frozen, losses[epoch - 1])
            for parameter, before in zip(self.optimizer.parameters, self.parameters_before, strict=True):
                parameter.copy_(parameter.where(~self.frozen[:, None, None], before))
        if epoch >= patience:
            least_before = losses[: epoch + 1 - patience].amin(0)
            self.frozen |= losses[epoch + 1 - patience : epoch + 1].amin(0) >= least_before
        self.parameters_before = [parameter.clone() for parameter in self.optimizer.parameters]

    def _validate(self, epoch: int, watch: "Watch") -> None:
        """Measure the set risk; with patience freeze whose risk does not fall, as they were at its least."""
        watch.measure(epoch, self._logits(watch.inputs, watch.n))
        if self.training.patience:
            losses = self.metrics[:, 1]
            if epoch:
                losses[epoch] = losses[epoch].where(~self.frozen, losses[epoch - 1])
            best = watch.best(epoch, self.optimizer.parameters, self.frozen)
            over = watch.over(epoch, self.frozen, epoch == self.training.epochs - 1)
            for parameter, kept in zip(self.optimizer.parameters, best, strict=True):
                parameter.copy_(parameter.where(~over[:, None, None], kept))
            self.frozen, self.parameters_before = over, best

    def _move_targets(self) -> None:
        """Next targets of all examples by the students as they are, for losses that move them by epoch."""
        losses = [(loss, part) for loss, part in self.losses if loss.moves_target == "epoch"]
        if losses:
            targets = self.targets[:, : self.n].permute(0, 2, 3, 1)  # (g, m, c, n)
            p = self._logits(self.inputs, self.n).softmax(1).unflatten(0, targets.shape[:2])
            for loss, part in losses:
                targets[:, part] = loss.next_target(p[:, part], targets[:, part])

    def _logits(self, rows: Float[Tensor, "g n_filled d"], n: int) -> Float[Tensor, "s c n"]:
        return answers(self.student, self.optimizer.parameters, rows, n, self.workspace)


def _orders(task: Task, epochs: int) -> Int[np.ndarray, "e n"]:
    """Used rows in the order of training. Several passes over few of them make one epoch, so that every task
    takes equally many steps."""
    generator = stream(task.seed, "shuffle", task.replicate)
    rows, n = np.flatnonzero(task.used), len(task.used)
    passes = -(-n // len(rows))
    epoch = (np.concatenate([generator.permutation(rows) for _ in range(passes)])[:n] for _ in range(epochs))
    return np.stack(list(epoch))


def _targets(groups: list[list[Task]], rows: int) -> Float[np.ndarray, "g n_filled m c"]:
    """All tasks' targets in float32, with zeros up to so many rows."""
    n, classes = groups[0][0].targets.shape
    targets = np.zeros((len(groups), rows, len(groups[0]), classes), np.float32)
    for group, own in zip(groups, targets, strict=True):
        for member, task in enumerate(group):
            own[:n, member] = task.targets
    return targets


def _segments(losses: list[Loss]) -> list[tuple[Loss, slice]]:
    """Runs of equal losses as (loss, slice of the members of a group)."""
    runs: list[tuple[Loss, slice]] = []
    for i, loss in enumerate(losses):
        if runs and runs[-1][0] == loss:
            runs[-1] = loss, slice(runs[-1][1].start, i + 1)
        else:
            runs.append((loss, slice(i, i + 1)))
    return runs


def _initial(tasks: list[Task], student: Student, example: Task) -> list[np.ndarray]:
    """Fresh parameters, one array (s, outputs, inputs) a parameter; a replicate's students start alike."""
    d, c = example.split.train.features.shape[1], example.targets.shape[1]
    drawn = [student.initial(d, c, generator=stream(t.seed, "init", t.replicate)) for t in tasks]
    return [np.stack(layer) for layer in zip(*drawn, strict=True)]
