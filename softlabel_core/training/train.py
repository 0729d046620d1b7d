"""Many students at once: the trainer.

A run is one batched computation. Students that share their examples and their shuffle form a group; groups
form a chunk (`grouping`), whose parameters are stacked and stepped together. Every student gives the same
numbers whether it is trained alone or beside others (bitwise on a CPU, tested).

A sweep of 64 students on digits takes about 1.3 times what its matrix products alone take on one core; beside
other libraries: docs/performance.md.
"""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from jaxtyping import Float

from softlabel_core.examples import Examples, Split
from softlabel_core.students import Student
from softlabel_core.tensors import Tensor, Workspace, is_out_of_memory
from softlabel_core.training.answers import answers, filled, probabilities
from softlabel_core.training.chunk import Chunk
from softlabel_core.training.film import Film, Frames
from softlabel_core.training.grouping import Members, budget, chunks, halves, workers
from softlabel_core.training.task import Cancelled, Observe, Task, Trained, Training, Validation

ENGINE = 2
"""Raised by whoever changes what training or reporting a run computes, for whatever plug-ins: then all stored
results are stale (`science`). Speed, order of work and rounding do not count."""

__all__ = [
    "ENGINE",
    "Cancelled",
    "Film",
    "Frames",
    "Observe",
    "Task",
    "Trained",
    "Training",
    "Validation",
    "predict",
    "train",
]


def train(
    tasks: Sequence[Task],
    student: Student,
    training: Training | None = None,
    *,
    device: str = "cpu",
    memory: int | None = None,
    curves: bool = True,
    on_progress: Callable[[float], None] | None = None,
    on_epoch: Callable[[Sequence[int], int, list[float]], None] | None = None,
    cancel: threading.Event | None = None,
) -> list[Trained]:
    """Train one student per task, in the order of `tasks`; `training`, if given, replaces that of every task.

    `device` is `cpu` or what PyTorch calls a GPU (`cuda`).

    After every epoch of a chunk, from any thread, `on_progress` gets the finished fraction in [0, 1] and
    `on_epoch` which tasks these are, their epochs so far and their test accuracies. Setting `cancel`
    stops within a step and raises `Cancelled`. Without `curves` the students are tested after their last
    epoch only; their accuracies before it are NaN, and their losses too where nothing waits for them.

    Chunks together take about `memory` bytes (default: 2 GiB, or most of what is free on the GPU). One that
    runs out of memory all the same is done again in halves, from its seeds, with the same numbers. Raises
    `MemoryError` if a single student does not fit.
    """
    prepared = _all_prepared(tasks, student)
    tasks = [_ready(task, prepared[id(task.split)], training or task.training, student) for task in tasks]
    results: dict[int, Trained] = {}
    report, stop = _Report(tasks, on_progress, on_epoch), cancel or threading.Event()

    def work(members: Members) -> None:
        groups = [[tasks[i] for i in group] for group in members]
        try:
            trained = Chunk(groups, student, device, stop).train(partial(report, members), curves)
        except (MemoryError, RuntimeError) as error:
            if not is_out_of_memory(error):
                raise
        else:
            results.update(zip((i for group in members for i in group), trained, strict=True))
            return
        if not halves(members):
            raise MemoryError(f"{student.kind()}: one student needs more memory than there is.")
        for half in halves(members):  # outside the handler, which keeps the chunk's memory
            work(half)

    with (
        _tensor_cores(device),
        _one_thread_an_operation() as one,
        ThreadPoolExecutor(workers(device), initializer=one) as pool,
    ):
        todo = chunks(tasks, student, device, memory or budget(device))
        futures = [pool.submit(work, members) for members in todo]
        try:
            for future in futures:
                future.result()
        except BaseException:  # Ctrl-C too: stop the other chunks before the pool waits for them
            stop.set()
            pool.shutdown(cancel_futures=True)
            raise
    return [results[i] for i in range(len(tasks))]


class _Report:
    """Tells, after every epoch of a chunk, how far all tasks are."""

    def __init__(
        self,
        tasks: Sequence[Task],
        on_progress: Callable[[float], None] | None,
        on_epoch: Callable[[Sequence[int], int, list[float]], None] | None,
    ) -> None:
        self.on_progress, self.on_epoch, self.lock = on_progress, on_epoch, threading.Lock()
        self.total, self.done = sum(task.training.epochs for task in tasks), np.zeros(len(tasks), dtype=int)

    def __call__(self, chunk: Members, epoch: int, accuracy: Tensor) -> None:
        members = [i for group in chunk for i in group]
        with self.lock:
            self.done[members] = np.maximum(self.done[members], epoch)  # halves begin anew
            if self.on_progress:
                self.on_progress(int(self.done.sum()) / self.total)
        if self.on_epoch:
            self.on_epoch(members, epoch, accuracy.tolist())


def predict(
    student: Student, trained: Sequence[Trained], examples: Examples | Sequence[Examples]
) -> Float[np.ndarray, "s n c"]:
    """Class probabilities of every trained student, on the same examples or each on as many of its own.

    Computed on the CPU; the same numbers for any number of threads.
    """
    import torch

    parts = [examples] if isinstance(examples, Examples) else examples
    layers = zip(*(t.parameters for t in trained), strict=True)
    stacked = [torch.from_numpy(np.stack(layer)) for layer in layers]
    rows = filled([student.prepare(part.features, part.image_shape) for part in parts])
    with _one_thread_an_operation():
        logits = answers(student, stacked, torch.from_numpy(rows), len(parts[0]), Workspace())
        return probabilities(logits)


def _all_prepared(tasks: Sequence[Task], student: Student) -> dict[int, Split]:
    """`id` of every split -> the split as the student takes it, split beside split."""
    splits = {id(t.split): t.split for t in tasks}
    with _one_thread_an_operation() as one, ThreadPoolExecutor(workers("cpu"), initializer=one) as pool:
        return dict(zip(splits, pool.map(partial(_prepared, student=student), splits.values()), strict=True))


def _ready(task: Task, split: Split, training: Training, student: Student) -> Task:
    """The task as its chunk takes it; raises `ValueError` for a film that shows other steps or features."""
    film = task.film
    if film:
        steps = training.epochs * training.steps(len(split.train))
        film = replace(film, rows=student.prepare(film.rows, task.split.train.image_shape))
        film.check(steps, split.train.features.shape[1])
    apart = task.validation
    if apart:
        part = apart.examples
        seen = replace(part, features=student.prepare(part.features, part.image_shape))
        apart = replace(apart, examples=seen)
    return replace(task, split=split, training=training, validation=apart, film=film)


def _prepared(split: Split, student: Student) -> Split:
    """The split with the features that the student is trained on."""
    parts = split.train, split.test
    train, test = (replace(p, features=student.prepare(p.features, p.image_shape)) for p in parts)
    return replace(split, train=train, test=test)


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


@contextmanager
def _tensor_cores(device: str) -> Any:
    """On a GPU products of float32 are rounded to TF32 on the way in; the caller's setting comes back."""
    import torch

    before = torch.get_float32_matmul_precision()
    if device != "cpu":
        torch.set_float32_matmul_precision("high")
    try:
        yield
    finally:
        torch.set_float32_matmul_precision(before)
