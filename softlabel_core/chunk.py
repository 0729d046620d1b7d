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
from softlabel_core.optimizers import OPTIMIZERS
from softlabel_core.streams import stream
from softlabel_core.students import Scratch, Student
from softlabel_core.tasks import Cancelled, Task, Trained

Tensor = Any

COLUMNS = 16
"""Batches are filled up to a multiple of this: the matrix library rounds by how its operands are aligned, and
every student's part of a product must be aligned as if it were alone."""

BLOCK = 128
"""Examples that trained students answer at once, so that what lies between two layers stays in cache."""

PROBE = 512
"""The training loss of an epoch is read from the batches that hold its last so many examples."""


class Chunk:
    """The students of `groups` (g) of equally many tasks (m) each, stepped together."""

    def __init__(
        self, groups: list[list[Task]], student: Student, device: str, cancel: threading.Event
    ) -> None:
        import torch

        leaders, tasks = [group[0] for group in groups], [task for group in groups for task in group]
        self.tasks, self.student, self.cancel, self.scratch = tasks, student, cancel, Scratch()
        self.training, self.losses = tasks[0].training, _segments([task.loss for task in groups[0]])

        def on_device(arrays: list[np.ndarray]) -> Tensor:
            return torch.from_numpy(np.stack(arrays)).to(device)

        self.n = len(leaders[0].split.train)
        self.inputs = on_device([filled(task.split.train.features) for task in leaders])  # (g, n+, d)
        self.targets = on_device([_targets(group) for group in groups])  # (g, n, m, c)
        self.test_inputs = on_device([filled(task.split.test.features) for task in leaders])  # (g, t+, d)
        self.test_targets = on_device([task.split.test.targets for task in tasks])  # (s, t)
        self.orders = on_device([_orders(task, self.training.epochs) for task in leaders])  # (g, e, n)
        self.firsts = self.n * torch.arange(len(groups), device=device)[:, None]  # (g, 1)
        self.shuffled = torch.zeros_like(self.inputs)
        settings = self.training.model_dump(include={"learning_rate", "weight_decay", "momentum", "schedule"})
        self.state = OPTIMIZERS[self.training.optimizer](
            _initial(tasks, student, leaders[0]), **settings, device=device
        )
        self.metrics = torch.zeros(self.training.epochs, 2, len(tasks), device=device)  # accuracy and loss
        self.kept: list[Tensor] = []
        self.frozen = torch.zeros(len(tasks), dtype=torch.bool, device=device)

    def train(self, after_epoch: Callable[[int, Tensor], None], curves: bool) -> list[Trained]:
        """All epochs; `after_epoch` gets how many there were and the students' test accuracies."""
        epochs = self.training.epochs
        history: list[list[Any]] = [[] for _ in self.tasks]
        for epoch in range(epochs):
            self._pass(epoch)
            self._freeze(epoch)
            self._move_targets()
            over = epoch == epochs - 1 or bool(self.training.patience and self.frozen.all())
            self.metrics[epoch, 0] = self._accuracy() if curves or over else float("nan")
            if any(task.observe for task in self.tasks):
                seen = probabilities(self._logits(self.inputs, self.n))
                for kept, task, p in zip(history, self.tasks, seen, strict=True):
                    kept += [task.observe(task, p)] if task.observe else []
            if over and epoch < epochs - 1:
                self.metrics[epoch:] = self.metrics[epoch].clone()
                history = [kept + kept[-1:] * (epochs - 1 - epoch) for kept in history]
                after_epoch(epochs, self.metrics[epoch, 0])
                break
            after_epoch(epoch + 1, self.metrics[epoch, 0])
        metrics = self.metrics.cpu().numpy()
        parameters = [stacked.cpu().numpy() for stacked in self.state.parameters]
        return [
            Trained(
                metrics[:, 0, i],
                metrics[:, 1, i],
                [p[i].copy() for p in parameters],
                history[i],
            )
            for i in range(len(self.tasks))
        ]

    def _pass(self, epoch: int) -> None:
        """One pass over the examples in their order of this epoch, batch by batch."""
        import torch

        order, batch = self.orders[:, epoch], self.training.batch_size  # (g, n)
        for inputs, rows, shuffled in zip(self.inputs, order, self.shuffled, strict=True):
            torch.index_select(inputs, 0, rows, out=shuffled[: self.n])
        starts = range(0, self.n, batch)
        for number, start in enumerate(starts, start=epoch * len(starts)):
            if self.cancel.is_set():
                raise Cancelled
            self._slopes(start, order[:, start : start + batch], self.metrics[epoch, 1])
            self.state.step(number, self.training.epochs * len(starts))
        self.metrics[epoch, 1] /= self.n - self._first_read()

    def _first_read(self) -> int:
        """The first example of an epoch at which the training loss is read."""
        batch = self.training.batch_size
        return max(0, self.n - PROBE) // batch * batch

    def _slopes(self, start: int, rows: Int[Tensor, "g b"], read: Float[Tensor, "s"]) -> None:
        """Gradients of the mean loss of the batch at `start`, whose loss is added to `read` if it is read."""
        import torch

        student, state, real = self.student, self.state, rows.shape[1]
        x = self.shuffled[:, start : start + _columns(student, real)].transpose(1, 2)  # (g, d, b+)
        rows = (rows + self.firsts).flatten()
        shown = self._shown(rows, real)
        logits, memory = student.forward(state.parameters, x, self.scratch)
        p = logits[..., :real].softmax(1).unflatten(0, shown.shape[:2])  # (g, m, c, b)
        if start >= self._first_read():
            log_p = logits[..., :real].log_softmax(1).unflatten(0, shown.shape[:2])
            values = [loss.value(log_p[:, part], shown[:, part]).sum(2) for loss, part in self.losses]
            read += torch.cat(values, dim=1).flatten()
        gradient = self.scratch("slopes", logits, *shown.shape[:3], logits.shape[2])
        gradient[..., real:] = 0
        for loss, part in self.losses:
            slope = loss.logit_gradient(p[:, part], shown[:, part])
            torch.div(slope, real, out=gradient[:, part, :, :real])
            if loss.moves_target == "visit":
                following = loss.next_target(p[:, part], shown[:, part]).permute(0, 3, 1, 2).flatten(0, 1)
                self.targets.flatten(0, 1)[:, part].index_copy_(0, rows, following)
        student.backward(state.parameters, x, memory, gradient.flatten(0, 1), state.gradients, self.scratch)

    def _shown(self, rows: Int[Tensor, "gb"], batch: int) -> Float[Tensor, "g m c b"]:
        """Targets of a batch: whole rows are read, then turned, which takes a third of reading numbers."""
        import torch

        groups, _, members, classes = self.targets.shape
        found = self.scratch("rows", self.targets, len(rows), members, classes)
        torch.index_select(self.targets.flatten(0, 1), 0, rows, out=found)
        turned = self.scratch("shown", self.targets, groups, members, classes, batch)
        return turned.copy_(found.unflatten(0, (groups, batch)).permute(0, 2, 3, 1))

    def _accuracy(self) -> Float[Tensor, "s"]:
        """Share of the test examples that each student gets right."""
        guesses = self._logits(self.test_inputs, self.test_targets.shape[1]).max(1).indices
        return (guesses == self.test_targets).float().mean(1)

    def _freeze(self, epoch: int) -> None:
        """Put frozen students back to where they stopped, and freeze those that no longer get better."""
        patience, losses = self.training.patience, self.metrics[:, 1]
        if not patience:
            return
        if epoch:
            losses[epoch] = losses[epoch].where(~self.frozen, losses[epoch - 1])
            for parameter, kept in zip(self.state.parameters, self.kept, strict=True):
                parameter.copy_(parameter.where(~self.frozen[:, None, None], kept))
        if epoch >= patience:
            before = losses[: epoch + 1 - patience].amin(0)
            self.frozen |= losses[epoch + 1 - patience : epoch + 1].amin(0) >= before
        self.kept = [parameter.clone() for parameter in self.state.parameters]

    def _move_targets(self) -> None:
        """Next targets of all examples by the students as they are, for losses that move them by epoch."""
        losses = [(loss, part) for loss, part in self.losses if loss.moves_target == "epoch"]
        if losses:
            targets = self.targets.permute(0, 2, 3, 1)  # (g, m, c, n)
            p = self._logits(self.inputs, self.n).softmax(1).unflatten(0, targets.shape[:2])
            for loss, part in losses:
                targets[:, part] = loss.next_target(p[:, part], targets[:, part])

    def _logits(self, rows: Float[Tensor, "g n+ d"], n: int) -> Float[Tensor, "s c n"]:
        return answers(self.student, self.state.parameters, rows, n, self.scratch)


def answers(
    student: Student, parameters: list[Tensor], rows: Float[Tensor, "g n+ d"], n: int, scratch: Scratch
) -> Float[Tensor, "s c n"]:
    """Answers to the first n rows of every group, block by block."""
    import torch

    ends = [(start, start + min(BLOCK, _columns(student, n - start))) for start in range(0, n, BLOCK)]
    blocks = [student.forward(parameters, rows[:, start:end].mT, scratch)[0] for start, end in ends]
    return torch.cat(blocks, dim=2)[..., :n]


def _columns(student: Student, real: int) -> int:
    """Columns of a batch of `real` examples; only exact students need more."""
    return -(-real // COLUMNS) * COLUMNS if student.exact else real


def filled(features: Float[np.ndarray, "n d"]) -> Float[np.ndarray, "n+ d"]:
    """With zeros up to a multiple of `COLUMNS` rows, and as many more: a batch may be filled anywhere."""
    spare = -len(features) % COLUMNS + COLUMNS
    return np.concatenate([features, np.zeros((spare, features.shape[1]), features.dtype)])


def probabilities(logits: Float[Tensor, "s c n"]) -> Float[np.ndarray, "s n c"]:
    return logits.detach().cpu().double().softmax(1).transpose(1, 2).numpy()


def _orders(task: Task, epochs: int) -> Int[np.ndarray, "e n"]:
    """Rows in the order of training. Few examples are passed several times an epoch: equal steps for all."""
    generator = stream(task.seed, "shuffle", task.replicate)
    rows, n = np.flatnonzero(task.used), len(task.used)
    passes = -(-n // len(rows))
    epoch = (np.concatenate([generator.permutation(rows) for _ in range(passes)])[:n] for _ in range(epochs))
    return np.stack(list(epoch))


def _targets(group: list[Task]) -> Float[np.ndarray, "n m c"]:
    return np.stack([task.targets.astype(np.float32) for task in group], axis=1)


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
