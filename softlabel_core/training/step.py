"""One step of a chunk: the gradients of one batch and the update of its students.

A step is always the same operations on the same memory; what differs from batch to batch, its rows and the
learning rate, is written there before. So nothing is laid out anew, and a GPU records a step once and replays
it (a CUDA graph): small students' operations take less time than launching them.
"""

import warnings
from collections.abc import Callable
from typing import Any

from jaxtyping import Float, Int

from softlabel_core.losses import Loss
from softlabel_core.students import Student
from softlabel_core.tensors import Tensor, Workspace, is_out_of_memory
from softlabel_core.training.optimizers import Optimizer

COLUMNS = 16
"""Batches are filled up to a multiple of this: the matrix library rounds by how its operands are aligned, and
every student's part of a product must be aligned as if it were alone."""


def columns(student: Student, real: int) -> int:
    """Columns of a batch of `real` examples, filled up; only exact students need more than there are."""
    return -(-real // COLUMNS) * COLUMNS if student.exact else real


class Step:
    """The step for batches of `size` examples of each of g groups of m students, s = g * m in all.

    It changes the optimizer's parameters, and the targets where a loss moves them.
    """

    def __init__(
        self,
        student: Student,
        optimizer: Optimizer,
        losses: list[tuple[Loss, slice]],
        inputs: Float[Tensor, "g n_filled d"],
        targets: Float[Tensor, "g n_filled m c"],
        size: int,
        read: Float[Tensor, "g*m"] | None,
        workspace: Workspace,
    ) -> None:
        """`losses` says which members of every group have which. The last of a group's rows, a row of zeros,
        fills its batches. To `read`, if it is given, are added the sums of a batch's losses, one a student.
        What a step makes on its way lies in `workspace`."""
        import torch

        self.student, self.optimizer, self.workspace = student, optimizer, workspace
        self.size, self.read = size, read
        (groups, n, features), (members, classes) = inputs.shape, targets.shape[2:]
        filled = columns(student, size)
        ends = torch.arange(1, groups + 1, device=inputs.device)[:, None] * n - 1
        rows = ends.expand(groups, filled).clone()
        self.rows, self.real = rows.flatten(), rows[:, :size]  # two views of the same memory
        self.all_inputs, self.all_targets = inputs.flatten(0, 1), targets.flatten(0, 1)
        self.input_rows = workspace("input rows", inputs, groups * filled, features)
        self.inputs = self.input_rows.unflatten(0, (groups, filled)).transpose(1, 2)  # (g, d, b and zeros)
        # Whole rows of targets are read, then turned, which takes a third of reading numbers.
        self.target_rows = workspace("target rows", targets, groups * filled, members, classes)
        self.turned = self.target_rows.unflatten(0, (groups, filled))[:, :size].permute(0, 2, 3, 1)
        self.shown = workspace("shown", targets, groups, members, classes, size)  # (g, m, c, b)
        self.p = workspace("p", targets, groups * members, classes, size)
        logits = groups * members, classes, filled
        self.logit_gradients = workspace("logit gradients", targets, *logits)  # 0 beyond the batch
        by_group = groups, members
        p, gradients = self.p.unflatten(0, by_group), self.logit_gradients[..., :size].unflatten(0, by_group)
        self.parts = [
            (loss, part, p[:, part], self.shown[:, part], gradients[:, part]) for loss, part in losses
        ]
        self.warm, self.record = False, RECORDERS.get(inputs.device.type)
        self.replay: Callable[[], Any] | None = None

    def __call__(self, rows: Int[Tensor, "g b"], rate: float) -> None:
        """Step on these rows of the examples of all groups, counted from the first row of the first group, at
        the learning rate `rate`."""
        self.real.copy_(rows)
        self.optimizer.rate.fill_(rate)
        if self.warm and self.record and not self.replay:
            self._record(self.record)
        (self.replay or self._run)()
        self.warm = True  # the first run takes the memory that all others use

    def _record(self, record: Callable[[Callable[[], None]], Callable[[], Any]]) -> None:
        """Have `_run` recorded, to be replayed from now on; warns, and never tries again, if it cannot be.

        Raises what says that memory ran out.
        """
        try:
            self.replay = record(self._run)
        except RuntimeError as error:
            if is_out_of_memory(error):
                raise
            warnings.warn(f"A step could not be recorded and is launched each time: {error}", stacklevel=1)
            self.record = None

    def _run(self) -> None:
        """Gradients at `rows`, written there before, and the update."""
        import torch

        student, optimizer, workspace, size = self.student, self.optimizer, self.workspace, self.size
        torch.index_select(self.all_inputs, 0, self.rows, out=self.input_rows)
        torch.index_select(self.all_targets, 0, self.rows, out=self.target_rows)
        self.shown.copy_(self.turned)
        logits, memory = student.forward(optimizer.parameters, self.inputs, workspace)
        torch.softmax(logits[..., :size], 1, out=self.p)
        if self.read is not None:
            log_p = logits[..., :size].log_softmax(1).unflatten(0, self.shown.shape[:2])
            values = [loss.value(log_p[:, part], shown).sum(2) for loss, part, _, shown, _ in self.parts]
            self.read += torch.cat(values, dim=1).flatten()
        for loss, part, p, shown, gradients in self.parts:
            torch.div(loss.logit_gradient(p, shown), size, out=gradients)
            if loss.moves_target == "visit":
                following = loss.next_target(p, shown).permute(0, 3, 1, 2).flatten(0, 1)
                self.all_targets[:, part].index_copy_(0, self.real.flatten(), following)
        student.backward(
            optimizer.parameters, self.inputs, memory, self.logit_gradients, optimizer.gradients, workspace
        )
        optimizer.step()


def cuda_graph(run: Callable[[], None]) -> Callable[[], Any]:
    """What `run` launches on the GPU, as one graph; recording does not compute."""
    import torch

    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph, capture_error_mode="thread_local"):
        run()
    return graph.replay


RECORDERS = {"cuda": cuda_graph}
"""By device: what records a step. On a CPU there is nothing to gain."""
