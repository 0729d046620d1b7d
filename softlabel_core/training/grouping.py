"""Which students are stepped together: as many as are fast and fit into memory."""

import os
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from softlabel_core.students import Student
from softlabel_core.training.task import Task

Members = list[list[int]]
"""Indices of tasks, group by group; all groups have equally many members with the same losses in order."""

FLOATS = 150_000
"""Parameters stepped together on a CPU: enough to hide the cost of a call, few enough to stay in cache."""

LEAST, MOST = 16, 256
"""Students of a chunk on a CPU, however large or small they are, unless memory or the number of cores says
less."""

ON_GPU = 1024
"""Students of a chunk on a GPU."""

MEMORY = 2**31
"""Bytes that all chunks under way may take together on a CPU."""


def workers(device: str) -> int:
    """Chunks under way at once: one a core that this process may use, at most four; one on a GPU."""
    if device != "cpu":
        return 1
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(4, cores))


def budget(device: str) -> int:
    """Bytes that chunks may take: `MEMORY`, or most of what is free on the GPU."""
    if device == "cpu":
        return MEMORY
    import torch

    return int(0.8 * torch.cuda.mem_get_info()[0])


def chunks(tasks: Sequence[Task], student: Student, device: str, memory: int) -> list[Members]:
    """Tasks, by their indices, in chunks; those under way at once stay within `memory` bytes (a student that
    alone takes more still runs).

    Tasks of a group share their examples, shuffle and settings; groups of a chunk share shapes and settings.
    """
    share = memory // workers(device)
    groups: dict[Any, list[int]] = defaultdict(list)
    for i, task in enumerate(tasks):
        groups[task.training, id(task.split), task.used.tobytes(), task.seed, task.replicate].append(i)
    alike: dict[Any, list[list[int]]] = defaultdict(list)
    most = {}
    for (training, *_), members in groups.items():
        members.sort(key=lambda i: tasks[i].loss.model_dump_json())
        leader = tasks[members[0]]
        fixed, each = _bytes(leader, student)
        size = min(_size(leader, student, device, len(tasks)), max(1, (share - fixed) // each))
        for start in range(0, len(members), size):
            group = members[start : start + size]
            shape = leader.split.train.features.shape, leader.targets.shape, len(leader.split.test)
            apart = len(leader.validation.examples) if leader.validation else 0
            key = training, shape, apart, tuple(tasks[i].loss.model_dump_json() for i in group)
            alike[key].append(group)
            most[key] = max(1, min(size // len(group), share // (fixed + each * len(group))))
    return [
        same[start : start + most[key]]
        for key, same in alike.items()
        for start in range(0, len(same), most[key])
    ]


def halves(chunk: Members) -> list[Members]:
    """The chunk as two of about half its size; none if it is a single student."""
    if len(chunk) > 1:
        middle = len(chunk) // 2
        return [chunk[:middle], chunk[middle:]]
    middle = len(chunk[0]) // 2
    return [[chunk[0][:middle]], [chunk[0][middle:]]] if middle else []


def _size(task: Task, student: Student, device: str, students: int) -> int:
    """Students of a chunk, of so many in all, if memory were no matter."""
    if device != "cpu":
        return ON_GPU
    fast = min(MOST, max(LEAST, FLOATS // _parameters(task, student)))
    return min(fast, max(LEAST, -(-students // workers(device))))


def _parameters(task: Task, student: Student) -> int:
    """Numbers of one student's parameters."""
    shapes = student.shapes(task.split.train.features.shape[1], task.targets.shape[1])
    return sum(rows * columns for rows, columns in shapes)


def _bytes(task: Task, student: Student) -> tuple[int, int]:
    """About how many bytes a group takes for its examples and their orders, and every student for itself:
    parameters, their gradients and two moments, targets (and what next ones are made from), activations of a
    batch."""
    n, d = task.split.train.features.shape
    classes, batch = task.targets.shape[1], min(n, task.training.batch_size)
    activations = batch * student.activations(d, classes)
    targets = (5 if task.observe or task.loss.moves_target == "epoch" else 1) * n * classes
    examples = (n + len(task.split.test)) * d + 4 * task.training.epochs * n  # orders are of 8 bytes, copied
    return 4 * examples, 4 * (4 * _parameters(task, student) + targets + activations)
