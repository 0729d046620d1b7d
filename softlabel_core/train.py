"""Many students at once: the trainer.

A run is one batched computation. Students that share their examples and their shuffle form a group; up
to `CHUNK` students of any groups form a chunk, whose parameters are stacked and stepped together. Every
student gives the same numbers whether it is trained alone or beside others (bitwise on a CPU, tested).

One run on digits, 16 networks, 20 epochs: 0.93 s on 2 CPU cores; a plain loop 6.5 s (docs/decisions.md).
Layout: g groups of m students, s = g * m; parameters (s, outputs, inputs), activations (s, features, b)
with the batch last, so that a softmax over classes is fast and a group's first layer is one wide product.
"""

import os
import threading
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Annotated, Any, Literal

import numpy as np
from jaxtyping import Bool, Float, Int
from pydantic import Field

from softlabel_core.adam import Adam
from softlabel_core.examples import Examples, Split
from softlabel_core.losses import Loss
from softlabel_core.plugin import Value
from softlabel_core.streams import stream
from softlabel_core.students import Student

Tensor = Any

CHUNK = 16
"""Students stepped together on a CPU: enough to hide the cost of a call, few enough to stay in cache."""

COLUMNS = 16
"""Batches are filled up to a multiple of this: the matrix library rounds by how its operands are aligned, and
every student's part of a product must be aligned as if it were alone."""

PROBE = 512
"""Training examples on which the loss of an epoch is read."""


class Training(Value):
    """How students are trained: Adam (Kingma and Ba 2015, arXiv 1412.6980)."""

    learning_rate: Annotated[float, Field(gt=0, le=1)] = 3e-3
    """Step size of Adam at the start."""

    batch_size: Annotated[int, Field(ge=1, le=4096)] = 32
    """Examples a step."""

    epochs: Annotated[int, Field(ge=1, le=200)] = 20
    """Passes over as many examples as the training part has; many passes memorise the bias."""

    weight_decay: Annotated[float, Field(ge=0, le=1)] = 1e-4
    """Strength of the L2 penalty, added to the gradient."""

    schedule: Literal["cosine", "constant"] = "cosine"
    """Whether the step size falls to 0 along a cosine or stays as it is."""


class Cancelled(Exception):
    """The work was stopped because someone asked for it."""


@dataclass(frozen=True, eq=False)
class Task:
    """One student to train: targets (n, c) for the training part, on the examples in `used` (n,)."""

    split: Split
    targets: Float[np.ndarray, "n c"]
    used: Bool[np.ndarray, "n"]
    loss: Loss
    seed: int
    replicate: int


@dataclass(frozen=True, eq=False)
class Trained:
    """What became of one student: its parameters, and per epoch its test accuracy, its training loss and
    what `observe` made of it (nothing, unless given)."""

    accuracy: Float[np.ndarray, "e"]
    loss: Float[np.ndarray, "e"]
    parameters: list[np.ndarray]
    history: list[Any]


def train(
    tasks: Sequence[Task],
    student: Student,
    training: Training,
    *,
    device: str = "cpu",
    on_progress: Callable[[float], None] | None = None,
    on_epoch: Callable[[Sequence[int], int, list[float]], None] | None = None,
    cancel: threading.Event | None = None,
    observe: Callable[[Task, Float[np.ndarray, "n c"]], Any] | None = None,
) -> list[Trained]:
    """Train one student per task, in the order of `tasks`.

    After every epoch of a chunk, from any thread, `on_progress` gets the finished fraction in [0, 1] and
    `on_epoch` which tasks these are, their epochs so far and their test accuracies. Setting `cancel`
    stops within an epoch of a chunk and raises `Cancelled`. `observe` gets every student's probabilities for
    the training part after every epoch; only what it returns is kept, as `history`.
    """
    prepared = {key: _prepared(s, student) for key, s in {id(t.split): t.split for t in tasks}.items()}
    tasks = [replace(task, split=prepared[id(task.split)]) for task in tasks]
    chunks = _chunks(tasks, CHUNK if device == "cpu" else 64 * CHUNK)
    results: dict[int, Trained] = {}
    finished, lock = 0, threading.Lock()

    def after_epoch(chunk: list[list[int]], epoch: int, accuracy: Tensor) -> None:
        nonlocal finished
        if cancel is not None and cancel.is_set():
            raise Cancelled
        with lock:
            finished += 1
            if on_progress:
                on_progress(finished / (len(chunks) * training.epochs))
        if on_epoch:
            on_epoch([i for group in chunk for i in group], epoch + 1, accuracy.tolist())

    def work(chunk: list[list[int]]) -> None:
        groups, report = [[tasks[i] for i in group] for group in chunk], partial(after_epoch, chunk)
        trained = _train_chunk(groups, student, training, device, report, observe)
        results.update(zip((i for group in chunk for i in group), trained, strict=True))

    with _one_thread_an_operation() as one, ThreadPoolExecutor(_workers(device), initializer=one) as pool:
        futures = [pool.submit(work, chunk) for chunk in chunks]
        try:
            for future in futures:
                future.result()
        except BaseException:  # Ctrl-C too: stop the other chunks before the pool waits for them
            cancel = cancel or threading.Event()
            cancel.set()
            pool.shutdown(cancel_futures=True)
            raise
    return [results[i] for i in range(len(tasks))]


def predict(student: Student, trained: Sequence[Trained], examples: Examples) -> Float[np.ndarray, "s n c"]:
    """Class probabilities of every trained student on the same examples."""
    import torch

    layers = zip(*(t.parameters for t in trained), strict=True)
    stacked = [torch.from_numpy(np.stack(layer)) for layer in layers]
    features = student.prepare(examples.features, examples.image_shape)
    with _one_thread_an_operation():  # the same numbers for any number of threads
        return _probabilities(_logits(student, stacked, torch.from_numpy(features.T.copy())[None]))


def _probabilities(logits: Float[Tensor, "s c n"]) -> Float[np.ndarray, "s n c"]:
    return logits.detach().cpu().double().softmax(1).transpose(1, 2).numpy()


def _prepared(split: Split, student: Student) -> Split:
    """The split with the features that the student is trained on."""
    parts = split.train, split.test
    train, test = (replace(p, features=student.prepare(p.features, p.image_shape)) for p in parts)
    return replace(split, train=train, test=test)


def _workers(device: str) -> int:
    return max(1, min(4, os.cpu_count() or 1)) if device == "cpu" else 1


@contextmanager
def _one_thread_an_operation() -> Any:
    """Chunks run side by side, so each operation takes one thread; the caller's setting comes back.

    Yields what every thread of a pool must call first: the matrix library keeps the number by thread.
    """
    import torch

    one = partial(torch.set_num_threads, 1)
    before = torch.get_num_threads()
    one()
    try:
        yield one
    finally:
        torch.set_num_threads(before)


def _chunks(tasks: Sequence[Task], size: int) -> list[list[list[int]]]:
    """Indices of tasks as chunks of groups; all groups of a chunk have the same losses in the same order."""
    groups: dict[Any, list[int]] = defaultdict(list)
    for i, task in enumerate(tasks):
        groups[id(task.split), task.used.tobytes(), task.seed, task.replicate].append(i)
    alike: dict[Any, list[list[int]]] = defaultdict(list)
    for members in groups.values():
        members.sort(key=lambda i: tasks[i].loss.model_dump_json())
        for start in range(0, len(members), size):
            group = members[start : start + size]
            leader = tasks[group[0]]
            shape = leader.split.train.features.shape, leader.targets.shape, len(leader.split.test)
            alike[shape, tuple(tasks[i].loss.model_dump_json() for i in group)].append(group)
    return [
        same[start : start + max(1, size // len(same[0]))]
        for same in alike.values()
        for start in range(0, len(same), max(1, size // len(same[0])))
    ]


def _orders(task: Task, epochs: int) -> Int[np.ndarray, "e n"]:
    """Rows in the order of training. Few examples are passed several times an epoch: equal steps for all."""
    generator = stream(task.seed, "shuffle", task.replicate)
    rows, n = np.flatnonzero(task.used), len(task.used)
    passes = -(-n // len(rows))
    epoch = (np.concatenate([generator.permutation(rows) for _ in range(passes)])[:n] for _ in range(epochs))
    return np.stack(list(epoch))


def _train_chunk(
    groups: list[list[Task]],
    student: Student,
    training: Training,
    device: str,
    after_epoch: Callable[[int, Tensor], None],
    observe: Callable[[Task, Float[np.ndarray, "n c"]], Any] | None,
) -> list[Trained]:
    """Train the students of a chunk, `groups` (g) of equally many tasks (m) each."""
    import torch

    leaders, tasks = [group[0] for group in groups], [task for group in groups for task in group]
    losses = _segments([task.loss for task in groups[0]])

    def on_device(arrays: list[np.ndarray]) -> Tensor:
        return torch.from_numpy(np.stack(arrays)).to(device)

    inputs = on_device([task.split.train.features for task in leaders])  # (g, n, d)
    targets = on_device([task.targets.T.astype(np.float32) for task in tasks])  # (s, c, n)
    targets = targets.unflatten(0, (len(groups), -1))  # (g, m, c, n)
    test_inputs = on_device([task.split.test.features.T for task in leaders])  # (g, d, t)
    test_targets = on_device([task.split.test.targets for task in tasks])  # (s, t)
    orders = on_device([_orders(task, training.epochs) for task in leaders])  # (g, e, n)
    initial = _initial(tasks, student, leaders[0])
    state = Adam(initial, training.learning_rate, training.weight_decay, training.schedule, device)
    batches = [slice(i, i + training.batch_size) for i in range(0, inputs.shape[1], training.batch_size)]
    history: list[list[Any]] = [[] for _ in tasks]
    metrics = torch.empty(training.epochs, 2, len(tasks), device=device)  # accuracy and loss
    for epoch in range(training.epochs):
        order = orders[:, epoch]  # (g, n)
        shuffled = torch.stack([x[rows] for x, rows in zip(inputs, order, strict=True)])
        for number, batch in enumerate(batches, start=epoch * len(batches)):
            x = shuffled[:, batch].transpose(1, 2)  # (g, d, b)
            rows = order[:, None, None, batch].expand(*targets.shape[:3], -1)  # (g, m, c, b)
            shown = targets.gather(3, rows)
            _slopes(student, state, losses, x, shown)
            for loss, part in losses:
                if loss.moves_target == "visit":
                    targets[:, part].scatter_(3, rows[:, part], shown[:, part])
            state.step(number, training.epochs * len(batches))
        _move_targets(student, state.parameters, losses, inputs, targets)
        logits = _logits(student, state.parameters, test_inputs)
        metrics[epoch, 0] = (logits.argmax(1) == test_targets).float().mean(1)
        shown = targets.gather(3, order[:, None, None, :PROBE].expand(*targets.shape[:3], -1))
        logits = _logits(student, state.parameters, shuffled[:, :PROBE].transpose(1, 2))
        metrics[epoch, 1] = _mean_loss(losses, logits, shown)
        if observe:
            guesses = _probabilities(_logits(student, state.parameters, inputs.transpose(1, 2)))
            for kept, task, guess in zip(history, tasks, guesses, strict=True):
                kept.append(observe(task, guess))
        after_epoch(epoch, metrics[epoch, 0])
    curves, parameters = metrics.cpu().numpy(), [stacked.cpu().numpy() for stacked in state.parameters]
    return [
        Trained(curves[:, 0, i], curves[:, 1, i], [p[i].copy() for p in parameters], history[i])
        for i in range(len(tasks))
    ]


def _slopes(
    student: Student,
    state: Adam,
    losses: list[tuple[Loss, slice]],
    x: Float[Tensor, "g d b"],
    shown: Float[Tensor, "g m c b"],
) -> None:
    """Gradients of the batch's mean loss into `state`; losses that move targets at a visit move `shown`."""
    real = x.shape[2]
    x = _aligned(student, x)
    logits, memory = student.forward(state.parameters, x)
    p = logits[..., :real].softmax(1).unflatten(0, shown.shape[:2])  # (g, m, c, b)
    gradient = logits.new_zeros(logits.shape).unflatten(0, shown.shape[:2])
    for loss, part in losses:
        gradient[:, part, :, :real] = loss.logit_gradient(p[:, part], shown[:, part])
        if loss.moves_target == "visit":
            shown[:, part] = loss.next_target(p[:, part], shown[:, part])
    gradient = gradient.flatten(0, 1).div_(real)
    student.backward(state.parameters, x, memory, gradient, state.gradients)


def _move_targets(
    student: Student,
    parameters: list[Tensor],
    losses: list[tuple[Loss, slice]],
    inputs: Float[Tensor, "g n d"],
    targets: Float[Tensor, "g m c n"],
) -> None:
    """Next targets of all examples by the students as they now are, for losses that move them by epoch."""
    losses = [(loss, part) for loss, part in losses if loss.moves_target == "epoch"]
    if losses:
        p = _logits(student, parameters, inputs.transpose(1, 2)).softmax(1).unflatten(0, targets.shape[:2])
        for loss, part in losses:
            targets[:, part] = loss.next_target(p[:, part], targets[:, part])


def _mean_loss(
    losses: list[tuple[Loss, slice]], logits: Float[Tensor, "s c b"], shown: Float[Tensor, "g m c b"]
) -> Float[Tensor, "s"]:
    import torch

    log_p = logits.log_softmax(1).unflatten(0, shown.shape[:2])  # (g, m, c, b)
    values = [loss.value(log_p[:, part], shown[:, part]).mean(2) for loss, part in losses]
    return torch.cat(values, dim=1).flatten()


def _logits(
    student: Student, parameters: list[Tensor], inputs: Float[Tensor, "g d b"]
) -> Float[Tensor, "s c b"]:
    return student.forward(parameters, _aligned(student, inputs))[0][..., : inputs.shape[2]]


def _aligned(student: Student, inputs: Float[Tensor, "g d b"]) -> Float[Tensor, "g d w"]:
    """The batch with columns of zeros up to a multiple of `COLUMNS`; only exact students need them."""
    from torch.nn.functional import pad

    spare = -inputs.shape[2] % COLUMNS if student.exact else 0
    return pad(inputs.transpose(1, 2), (0, 0, 0, spare)).transpose(1, 2) if spare else inputs


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
